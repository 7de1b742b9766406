-- Lists that are not sent yet follow the suppression list, and what is kept of deleted campaigns is less, and not for ever.

-- The lists that drafts may still be sent to, and those that are being read: few, however many campaigns there were.
CREATE INDEX recipient_sets_open ON recipient_sets (id) WHERE state IN ('reading', 'ready') AND frozen_at IS NULL;

-- Rows of an open list change with the suppression list, so that its numbers, its rows, its downloads and the count beside Send say
-- who will get the mail, and no page has to count a million rows for it. Each change costs one look into the index per open list
-- (named, because without statistics the planner would read the whole list).
CREATE TRIGGER suppressions_mark AFTER INSERT ON suppressions
BEGIN
    UPDATE recipients SET status = 'suppressed', problem = CASE NEW.reason WHEN 'unsubscribed' THEN 'Unsubscribed.'
        WHEN 'bounced' THEN 'Mail to this address came back.' WHEN 'complained' THEN 'Reported a mail as spam.'
        ELSE 'On the suppression list.' END
    WHERE (set_id, position) IN (SELECT r.set_id, r.position FROM recipient_sets s
        CROSS JOIN recipients r INDEXED BY recipients_address ON r.set_id = s.id AND r.address_key = NEW.address_key
        WHERE s.state IN ('reading', 'ready') AND s.frozen_at IS NULL AND r.status = 'valid');
END;

CREATE TRIGGER suppressions_unmark AFTER DELETE ON suppressions
BEGIN
    UPDATE recipients SET status = 'valid', problem = ''
    WHERE (set_id, position) IN (SELECT r.set_id, r.position FROM recipient_sets s
        CROSS JOIN recipients r INDEXED BY recipients_address ON r.set_id = s.id AND r.address_key = OLD.address_key
        WHERE s.state IN ('reading', 'ready') AND s.frozen_at IS NULL AND r.status = 'suppressed');
END;

-- A list that is being read starts at 0, and its totals are added in the end.
CREATE TRIGGER recipients_counts AFTER UPDATE OF status ON recipients
WHEN NEW.status <> OLD.status
BEGIN
    UPDATE recipient_sets SET valid = valid + (NEW.status = 'valid') - (OLD.status = 'valid'),
        suppressed = suppressed + (NEW.status = 'suppressed') - (OLD.status = 'suppressed')
    WHERE id = NEW.set_id;
END;

-- An unsubscribe link needs the key of its address and nothing else. A sweeper removes what is older than 400 days.
DROP TRIGGER email_queue_deleted;
ALTER TABLE deleted_messages DROP COLUMN address;
ALTER TABLE deleted_messages ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
UPDATE deleted_messages SET deleted_at = CAST(unixepoch('subsec') * 1000 AS INTEGER);
CREATE INDEX deleted_messages_age ON deleted_messages (deleted_at);

CREATE TRIGGER email_queue_deleted AFTER DELETE ON email_queue
WHEN OLD.kind = 'campaign' AND OLD.state IN ('sent', 'unconfirmed')
BEGIN
    INSERT INTO deleted_messages (id, address_key, deleted_at) VALUES (OLD.id, OLD.address_key, coalesce(
        (SELECT deleted_at FROM campaigns WHERE id = OLD.campaign_id), CAST(unixepoch('subsec') * 1000 AS INTEGER)));
END;
