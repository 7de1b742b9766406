-- The composer: lists that are watched while they are read, workbooks with several sheets, rows edited in place, copies of every mail.

-- The sheets of one workbook are lists of their own with the same upload: that of the list that was read first.
ALTER TABLE recipient_sets ADD COLUMN upload_id INTEGER;
ALTER TABLE recipient_sets ADD COLUMN sheet TEXT NOT NULL DEFAULT '';
-- 0: another sheet, read so that it can be chosen too.
ALTER TABLE recipient_sets ADD COLUMN is_first INTEGER NOT NULL DEFAULT 1;
-- While a list is read: how many rows are in, which part of the file (per mille), and when that was last true. A process that died
-- leaves it in the past.
ALTER TABLE recipient_sets ADD COLUMN rows_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipient_sets ADD COLUMN share_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipient_sets ADD COLUMN touched_at INTEGER NOT NULL DEFAULT 0;
-- Counts changes of rows in place. A list that another draft or a campaign uses is never changed: it is copied first.
ALTER TABLE recipient_sets ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
CREATE INDEX recipient_sets_upload ON recipient_sets (upload_id) WHERE upload_id IS NOT NULL;

-- A search looks through addresses in order of position, of one status, and touches nothing but this index.
DROP INDEX recipients_status;
CREATE INDEX recipients_status ON recipients (set_id, status, position, address_key);

-- A row that is edited may move between any two states.
DROP TRIGGER recipients_counts;
CREATE TRIGGER recipients_counts AFTER UPDATE OF status ON recipients
WHEN NEW.status <> OLD.status
BEGIN
    UPDATE recipient_sets SET valid = valid + (NEW.status = 'valid') - (OLD.status = 'valid'),
        invalid = invalid + (NEW.status = 'invalid') - (OLD.status = 'invalid'),
        duplicate = duplicate + (NEW.status = 'duplicate') - (OLD.status = 'duplicate'),
        suppressed = suppressed + (NEW.status = 'suppressed') - (OLD.status = 'suppressed')
    WHERE id = NEW.set_id;
END;

-- Addresses that get a copy of every mail, with commas between them.
ALTER TABLE drafts ADD COLUMN cc TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN bcc TEXT NOT NULL DEFAULT '';
ALTER TABLE content_snapshots ADD COLUMN cc TEXT NOT NULL DEFAULT '';
ALTER TABLE content_snapshots ADD COLUMN bcc TEXT NOT NULL DEFAULT '';
