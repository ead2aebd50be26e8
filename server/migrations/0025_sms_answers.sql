-- Text messages that people sent, so that each counts once, and until when the provider's list of
-- them was read. The number is kept only of those that were answered.
CREATE TABLE sms_answer (
    space_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    number TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (space_id, message_id)
);
CREATE INDEX sms_answer_number ON sms_answer (space_id, number, at);

CREATE TABLE sms_cursor (
    space_id TEXT NOT NULL PRIMARY KEY,
    read_until BIGINT NOT NULL
);
