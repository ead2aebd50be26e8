-- Which turn comes next of each escalation policy that calls one of several in turn.
CREATE TABLE policy_turn (
    space_id TEXT NOT NULL,
    policy TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (space_id, policy)
);
