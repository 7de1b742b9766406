-- What a campaign was made from stands with its frozen content: the campaign's row is written with every message that ends, and
-- should be small.
ALTER TABLE content_snapshots ADD COLUMN source TEXT NOT NULL DEFAULT ''; -- empty for a test mail
UPDATE content_snapshots SET source = (SELECT c.source FROM campaigns c WHERE c.snapshot_id = content_snapshots.id)
    WHERE id IN (SELECT snapshot_id FROM campaigns);
ALTER TABLE campaigns DROP COLUMN source;
