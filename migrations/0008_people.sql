-- People who come and go, and what is kept about readers. Times are unix milliseconds, UTC.

-- The audit trail is read in pages, by area and by person. It keeps the name of whoever did something when they are removed.
ALTER TABLE audit_log ADD COLUMN actor TEXT NOT NULL DEFAULT '';
UPDATE audit_log SET actor = coalesce((SELECT name FROM users WHERE id = audit_log.user_id), '');
UPDATE audit_log SET event = 'user.create' WHERE event = 'owner.create';
UPDATE audit_log SET event = 'user.password' WHERE event = 'password.change';
-- What stands before the dot of an event: 'account' of 'account.update'.
ALTER TABLE audit_log ADD COLUMN area TEXT GENERATED ALWAYS AS (substr(event, 1, instr(event || '.', '.') - 1)) VIRTUAL;
CREATE INDEX audit_log_area ON audit_log (area, id);
CREATE INDEX audit_log_person ON audit_log (user_id, id);

CREATE INDEX users_role ON users (role);
CREATE INDEX access_links_email ON access_links (kind, email); -- of an invitation, in lower case

-- Where a reader came from, as the workspace's settings let it be kept: hashed, cut short, or empty.
ALTER TABLE tracking_events ADD COLUMN client TEXT NOT NULL DEFAULT '';
-- What is kept for a number of days only. Unsubscribing is remembered: it is counted once.
CREATE INDEX tracking_events_age ON tracking_events (at) WHERE kind <> 'unsubscribe';
