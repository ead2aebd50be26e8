-- What the figures of a closed period were drawn from, so that anybody can reckon them again. What
-- was closed before has its hash alone.
ALTER TABLE contract_close ADD COLUMN inputs TEXT;
