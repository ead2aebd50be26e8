-- Another product's key, by which senders that are moved here go on to be known.
ALTER TABLE integration_key ADD COLUMN alias_hash TEXT;
CREATE UNIQUE INDEX integration_key_alias ON integration_key (alias_hash);
