-- Messages that wait or were refused, counted by desk: without it every message's words are read for three numbers.
CREATE INDEX outbox_state ON outbox (desk, state);
