-- Whose promises an account with the role of a consumer sees: a list of items.
ALTER TABLE account ADD COLUMN consumers TEXT NOT NULL DEFAULT '[]';
