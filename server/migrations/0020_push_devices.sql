-- The browsers in which people are called. Where one is reached, and with which keys, is sealed;
-- `print` tells them apart.
CREATE TABLE push_device (
    space_id TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    print TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, person, name)
);
CREATE UNIQUE INDEX push_device_print ON push_device (space_id, print);
