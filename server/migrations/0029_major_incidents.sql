-- How far it is with an incident as a major one, to list by; nothing when nobody has said anything.
ALTER TABLE incident ADD COLUMN major TEXT;
