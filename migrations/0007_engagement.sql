-- People and machines apart: each open and click holds the rule by which it was taken for a machine's, and everything a report
-- shows is counted as events come in, so that no page reads a million of them.

ALTER TABLE tracking_events ADD COLUMN rule TEXT NOT NULL DEFAULT '';    -- why it is a machine's; empty: a person's
ALTER TABLE tracking_events ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE tracking_events ADD COLUMN program TEXT NOT NULL DEFAULT ''; -- the mail program or browser
-- `link` of an open: the click it was concluded from.

-- `opens`, `clicks` and their like count people; machines have columns of their own.
ALTER TABLE email_queue ADD COLUMN machine_opens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE email_queue ADD COLUMN machine_clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN machine_opens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN machine_unique_opens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN machine_clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN machine_unique_clicks INTEGER NOT NULL DEFAULT 0;

-- Opens and clicks by quarter of an hour since 1970 (UTC): every time zone's hours and days are made of whole ones.
CREATE TABLE campaign_times (
    campaign_id    INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    quarter        INTEGER NOT NULL,
    opens          INTEGER NOT NULL DEFAULT 0,
    clicks         INTEGER NOT NULL DEFAULT 0,
    machine_opens  INTEGER NOT NULL DEFAULT 0,
    machine_clicks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, quarter)
) WITHOUT ROWID;

CREATE TABLE campaign_links (
    campaign_id    INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    link           INTEGER NOT NULL, -- snapshot_links.position
    clicks         INTEGER NOT NULL DEFAULT 0,
    unique_clicks  INTEGER NOT NULL DEFAULT 0, -- messages it was clicked in
    machine_clicks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, link)
) WITHOUT ROWID;

-- What people read with. Machines are left out: what they say of themselves means nothing.
CREATE TABLE campaign_readers (
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    device      TEXT NOT NULL,
    program     TEXT NOT NULL,
    opens       INTEGER NOT NULL DEFAULT 0,
    clicks      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, device, program)
) WITHOUT ROWID;

CREATE TABLE campaign_rules (
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    rule        TEXT NOT NULL,
    opens       INTEGER NOT NULL DEFAULT 0,
    clicks      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, rule)
) WITHOUT ROWID;

-- The recipients' domains. `total` grows with the ledger; what did not end as sent is moved by the trigger below, which the
-- common end of a message does not set off: sent = total - failed - unconfirmed - left_out once nothing waits.
CREATE TABLE campaign_domains (
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    domain      TEXT NOT NULL,
    total       INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    unconfirmed INTEGER NOT NULL DEFAULT 0,
    left_out    INTEGER NOT NULL DEFAULT 0, -- suppressed, skipped, cancelled
    opened      INTEGER NOT NULL DEFAULT 0, -- messages, by people
    clicked     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, domain)
) WITHOUT ROWID;
CREATE INDEX campaign_domains_largest ON campaign_domains (campaign_id, total);

-- A trigger's condition is looked at for every row that moves: a range costs a third of a list. In the order of the alphabet,
-- 'held', 'leased', 'ready', 'sending' stand together, and 'sent' right after them.
DROP TRIGGER email_queue_counts_update;
CREATE TRIGGER email_queue_counts_update AFTER UPDATE OF state ON email_queue
WHEN NEW.campaign_id IS NOT NULL AND NEW.state <> OLD.state
    AND (NEW.state NOT BETWEEN 'held' AND 'sending' OR OLD.state NOT BETWEEN 'held' AND 'sending')
BEGIN
    UPDATE campaigns SET
        sent = sent + (NEW.state = 'sent') - (OLD.state = 'sent'),
        failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
        suppressed = suppressed + (NEW.state = 'suppressed') - (OLD.state = 'suppressed'),
        skipped = skipped + (NEW.state = 'skipped') - (OLD.state = 'skipped'),
        cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled'),
        unconfirmed = unconfirmed + (NEW.state = 'unconfirmed') - (OLD.state = 'unconfirmed')
    WHERE id = NEW.campaign_id;
END;

CREATE TRIGGER email_queue_domains AFTER UPDATE OF state ON email_queue
WHEN NEW.campaign_id IS NOT NULL AND NEW.state <> OLD.state
    AND (NEW.state NOT BETWEEN 'held' AND 'sent' OR OLD.state NOT BETWEEN 'held' AND 'sent')
BEGIN
    UPDATE campaign_domains SET
        failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
        unconfirmed = unconfirmed + (NEW.state = 'unconfirmed') - (OLD.state = 'unconfirmed'),
        left_out = left_out + (NEW.state IN ('suppressed', 'skipped', 'cancelled')) - (OLD.state IN ('suppressed', 'skipped', 'cancelled'))
    WHERE campaign_id = NEW.campaign_id AND domain = substr(NEW.address_key, instr(NEW.address_key, '@') + 1);
END;

-- The counters move with the events, in the same transaction, whoever writes them. Removing old events leaves them as they are.
CREATE TRIGGER tracking_events_person AFTER INSERT ON tracking_events
WHEN NEW.campaign_id IS NOT NULL AND NEW.rule = '' AND NEW.kind IN ('open', 'click')
BEGIN
    UPDATE campaigns SET
        opens = opens + (NEW.kind = 'open'), clicks = clicks + (NEW.kind = 'click'),
        unique_opens = unique_opens + (NEW.kind = 'open' AND (SELECT q.opens FROM email_queue q WHERE q.id = NEW.message_id) = 0),
        unique_clicks = unique_clicks + (NEW.kind = 'click' AND (SELECT q.clicks FROM email_queue q WHERE q.id = NEW.message_id) = 0)
    WHERE id = NEW.campaign_id;
    INSERT INTO campaign_domains (campaign_id, domain, opened, clicked)
    SELECT NEW.campaign_id, substr(q.address_key, instr(q.address_key, '@') + 1), NEW.kind = 'open', NEW.kind = 'click'
    FROM email_queue q WHERE q.id = NEW.message_id AND CASE NEW.kind WHEN 'open' THEN q.opens ELSE q.clicks END = 0
    ON CONFLICT (campaign_id, domain) DO UPDATE SET opened = opened + excluded.opened, clicked = clicked + excluded.clicked;
    UPDATE email_queue SET
        opens = opens + (NEW.kind = 'open'), clicks = clicks + (NEW.kind = 'click'),
        opened_at = CASE NEW.kind WHEN 'open' THEN coalesce(opened_at, NEW.at) ELSE opened_at END,
        clicked_at = CASE NEW.kind WHEN 'click' THEN coalesce(clicked_at, NEW.at) ELSE clicked_at END
    WHERE id = NEW.message_id;
    INSERT INTO campaign_times (campaign_id, quarter, opens, clicks)
    VALUES (NEW.campaign_id, NEW.at / 900000, NEW.kind = 'open', NEW.kind = 'click')
    ON CONFLICT (campaign_id, quarter) DO UPDATE SET opens = opens + excluded.opens, clicks = clicks + excluded.clicks;
    INSERT INTO campaign_readers (campaign_id, device, program, opens, clicks)
    VALUES (NEW.campaign_id, NEW.device, NEW.program, NEW.kind = 'open', NEW.kind = 'click')
    ON CONFLICT (campaign_id, device, program) DO UPDATE SET opens = opens + excluded.opens, clicks = clicks + excluded.clicks;
    INSERT INTO campaign_links (campaign_id, link, clicks, unique_clicks)
    SELECT NEW.campaign_id, NEW.link, 1, NOT EXISTS (SELECT 1 FROM tracking_events e WHERE e.message_id = NEW.message_id
        AND e.kind = 'click' AND e.link = NEW.link AND e.rule = '' AND e.id <> NEW.id)
    WHERE NEW.kind = 'click' AND NEW.link IS NOT NULL
    ON CONFLICT (campaign_id, link) DO UPDATE SET clicks = clicks + 1, unique_clicks = unique_clicks + excluded.unique_clicks;
END;

CREATE TRIGGER tracking_events_machine AFTER INSERT ON tracking_events
WHEN NEW.campaign_id IS NOT NULL AND NEW.rule <> '' AND NEW.kind IN ('open', 'click')
BEGIN
    UPDATE campaigns SET
        machine_opens = machine_opens + (NEW.kind = 'open'), machine_clicks = machine_clicks + (NEW.kind = 'click'),
        machine_unique_opens = machine_unique_opens
            + (NEW.kind = 'open' AND (SELECT q.machine_opens FROM email_queue q WHERE q.id = NEW.message_id) = 0),
        machine_unique_clicks = machine_unique_clicks
            + (NEW.kind = 'click' AND (SELECT q.machine_clicks FROM email_queue q WHERE q.id = NEW.message_id) = 0)
    WHERE id = NEW.campaign_id;
    UPDATE email_queue SET machine_opens = machine_opens + (NEW.kind = 'open'), machine_clicks = machine_clicks + (NEW.kind = 'click')
    WHERE id = NEW.message_id;
    INSERT INTO campaign_times (campaign_id, quarter, machine_opens, machine_clicks)
    VALUES (NEW.campaign_id, NEW.at / 900000, NEW.kind = 'open', NEW.kind = 'click')
    ON CONFLICT (campaign_id, quarter) DO UPDATE SET
        machine_opens = machine_opens + excluded.machine_opens, machine_clicks = machine_clicks + excluded.machine_clicks;
    INSERT INTO campaign_rules (campaign_id, rule, opens, clicks)
    VALUES (NEW.campaign_id, NEW.rule, NEW.kind = 'open', NEW.kind = 'click')
    ON CONFLICT (campaign_id, rule) DO UPDATE SET opens = opens + excluded.opens, clicks = clicks + excluded.clicks;
    INSERT INTO campaign_links (campaign_id, link, machine_clicks)
    SELECT NEW.campaign_id, NEW.link, 1 WHERE NEW.kind = 'click' AND NEW.link IS NOT NULL
    ON CONFLICT (campaign_id, link) DO UPDATE SET machine_clicks = machine_clicks + 1;
END;

-- What came later showed that an event taken for a person's was a machine's: it changes sides in every counter.
CREATE TRIGGER tracking_events_turned AFTER UPDATE OF rule ON tracking_events
WHEN NEW.campaign_id IS NOT NULL AND OLD.rule = '' AND NEW.rule <> '' AND NEW.kind IN ('open', 'click')
BEGIN
    UPDATE email_queue SET
        opens = opens - (NEW.kind = 'open'), clicks = clicks - (NEW.kind = 'click'),
        machine_opens = machine_opens + (NEW.kind = 'open'), machine_clicks = machine_clicks + (NEW.kind = 'click'),
        opened_at = CASE NEW.kind WHEN 'open' THEN (SELECT min(e.at) FROM tracking_events e
            WHERE e.message_id = NEW.message_id AND e.kind = 'open' AND e.rule = '') ELSE opened_at END,
        clicked_at = CASE NEW.kind WHEN 'click' THEN (SELECT min(e.at) FROM tracking_events e
            WHERE e.message_id = NEW.message_id AND e.kind = 'click' AND e.rule = '') ELSE clicked_at END
    WHERE id = NEW.message_id;
    UPDATE campaigns SET
        opens = opens - (NEW.kind = 'open'), clicks = clicks - (NEW.kind = 'click'),
        unique_opens = unique_opens - (NEW.kind = 'open' AND (SELECT q.opens FROM email_queue q WHERE q.id = NEW.message_id) = 0),
        unique_clicks = unique_clicks - (NEW.kind = 'click' AND (SELECT q.clicks FROM email_queue q WHERE q.id = NEW.message_id) = 0),
        machine_opens = machine_opens + (NEW.kind = 'open'), machine_clicks = machine_clicks + (NEW.kind = 'click'),
        machine_unique_opens = machine_unique_opens
            + (NEW.kind = 'open' AND (SELECT q.machine_opens FROM email_queue q WHERE q.id = NEW.message_id) = 1),
        machine_unique_clicks = machine_unique_clicks
            + (NEW.kind = 'click' AND (SELECT q.machine_clicks FROM email_queue q WHERE q.id = NEW.message_id) = 1)
    WHERE id = NEW.campaign_id;
    UPDATE campaign_domains SET opened = opened - (NEW.kind = 'open'), clicked = clicked - (NEW.kind = 'click')
    WHERE campaign_id = NEW.campaign_id
        AND domain = (SELECT substr(q.address_key, instr(q.address_key, '@') + 1) FROM email_queue q
            WHERE q.id = NEW.message_id AND CASE NEW.kind WHEN 'open' THEN q.opens ELSE q.clicks END = 0);
    UPDATE campaign_times SET
        opens = opens - (NEW.kind = 'open'), clicks = clicks - (NEW.kind = 'click'),
        machine_opens = machine_opens + (NEW.kind = 'open'), machine_clicks = machine_clicks + (NEW.kind = 'click')
    WHERE campaign_id = NEW.campaign_id AND quarter = NEW.at / 900000;
    UPDATE campaign_readers SET opens = opens - (NEW.kind = 'open'), clicks = clicks - (NEW.kind = 'click')
    WHERE campaign_id = NEW.campaign_id AND device = NEW.device AND program = NEW.program;
    UPDATE campaign_links SET clicks = clicks - 1, machine_clicks = machine_clicks + 1,
        unique_clicks = unique_clicks - NOT EXISTS (SELECT 1 FROM tracking_events e WHERE e.message_id = NEW.message_id
            AND e.kind = 'click' AND e.link = NEW.link AND e.rule = '' AND e.id <> NEW.id)
    WHERE campaign_id = NEW.campaign_id AND link = NEW.link AND NEW.kind = 'click';
    INSERT INTO campaign_rules (campaign_id, rule, opens, clicks)
    VALUES (NEW.campaign_id, NEW.rule, NEW.kind = 'open', NEW.kind = 'click')
    ON CONFLICT (campaign_id, rule) DO UPDATE SET opens = opens + excluded.opens, clicks = clicks + excluded.clicks;
END;

-- Who opened and who clicked, in the order of the audience. Rows enter by their first open or click only.
CREATE INDEX email_queue_opened ON email_queue (campaign_id) WHERE opened_at IS NOT NULL;
CREATE INDEX email_queue_clicked ON email_queue (campaign_id) WHERE clicked_at IS NOT NULL;

-- What was recorded so far counts as people's: nobody looked. The index of links is not needed beside the counters.
INSERT INTO campaign_times (campaign_id, quarter, opens, clicks)
    SELECT campaign_id, at / 900000, sum(kind = 'open'), sum(kind = 'click') FROM tracking_events
    WHERE campaign_id IS NOT NULL AND kind IN ('open', 'click') GROUP BY 1, 2;
INSERT INTO campaign_links (campaign_id, link, clicks, unique_clicks)
    SELECT campaign_id, link, count(*), count(DISTINCT message_id) FROM tracking_events
    WHERE campaign_id IS NOT NULL AND kind = 'click' AND link IS NOT NULL GROUP BY 1, 2;
DROP INDEX tracking_events_links;
