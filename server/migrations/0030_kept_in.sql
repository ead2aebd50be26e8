-- The file that says what a resource is, as whoever applied it called it; nothing: not noted yet.
ALTER TABLE resource ADD COLUMN file TEXT;
