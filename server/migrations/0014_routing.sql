-- Every version of the routing that is kept in the product. `data` has `<secret>` where a secret
-- stands; the secrets of a version are together in `sealed`, which only the key file opens.
CREATE TABLE routing_version (
    space_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    data TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (space_id, version)
);
