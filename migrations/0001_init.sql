-- The schema of the first release. All times (`_at`, `_until`) are unix milliseconds, UTC. Append-only: never edit a released file.

CREATE TABLE settings (
    key        TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at INTEGER NOT NULL
);

-- People who sign in.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE, -- lower case; what sign-in compares
    role          TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY,
    token_hash   TEXT NOT NULL UNIQUE, -- SHA-256 of the cookie's token, hex
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent   TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- One-time links: the first owner's setup and, later, invitations.
CREATE TABLE access_links (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('setup', 'invitation')),
    token_hash TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    email      TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
);

-- Failed sign-ins per address and per client; shared by every instance.
CREATE TABLE sign_in_attempts (
    subject       TEXT PRIMARY KEY, -- 'email:…' or 'client:…', hashed
    failures      INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL DEFAULT 0,
    last_at       INTEGER NOT NULL
);
CREATE INDEX sign_in_attempts_age ON sign_in_attempts (last_at);

CREATE TABLE audit_log (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    event   TEXT NOT NULL, -- e.g. 'sign-in', 'account.update'
    subject TEXT NOT NULL DEFAULT '',
    detail  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_log_time ON audit_log (at);

-- Where mail leaves.
CREATE TABLE sender_accounts (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('smtp', 'gmail', 'sandbox')),
    host            TEXT NOT NULL DEFAULT '',
    port            INTEGER NOT NULL DEFAULT 587,
    tls             TEXT NOT NULL DEFAULT 'starttls' CHECK (tls IN ('none', 'starttls', 'implicit')),
    username        TEXT NOT NULL DEFAULT '',
    secret          TEXT,          -- sealed; never leaves the server
    from_name       TEXT NOT NULL,
    from_address    TEXT NOT NULL,
    reply_to        TEXT NOT NULL DEFAULT '',
    daily_cap       INTEGER NOT NULL DEFAULT 500, -- 0: none; a day of the workspace's time zone
    campaign_cap    INTEGER NOT NULL DEFAULT 100, -- 0: none; of one campaign, per day
    rate_per_second INTEGER NOT NULL DEFAULT 0,   -- 0: none
    rate_per_minute INTEGER NOT NULL DEFAULT 0,   -- 0: none
    max_connections INTEGER NOT NULL DEFAULT 10,
    priority        INTEGER NOT NULL DEFAULT 0,   -- lower goes first
    enabled         INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    breaker_state   TEXT NOT NULL DEFAULT 'closed' CHECK (breaker_state IN ('closed', 'open', 'half_open')),
    breaker_failures INTEGER NOT NULL DEFAULT 0,
    breaker_until   INTEGER NOT NULL DEFAULT 0,
    breaker_reason  TEXT NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);

-- What an account has claimed in a period: a day ('2026-11-22'), a minute ('m28910233') or a second ('s1734613980').
-- campaign_id 0 is the account's total. The claim reads and moves these in its own transaction, so a cap is exact.
CREATE TABLE send_counts (
    account_id  INTEGER NOT NULL REFERENCES sender_accounts (id) ON DELETE CASCADE,
    period      TEXT NOT NULL,
    campaign_id INTEGER NOT NULL,
    used        INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, period, campaign_id)
) WITHOUT ROWID;
CREATE INDEX send_counts_age ON send_counts (updated_at);

CREATE TABLE templates (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    mode       TEXT NOT NULL CHECK (mode IN ('blocks', 'mjml', 'html')),
    source     TEXT NOT NULL, -- JSON of the block document, or MJML, or HTML
    subject    TEXT NOT NULL DEFAULT '',
    preheader  TEXT NOT NULL DEFAULT '',
    revision   INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX templates_recent ON templates (updated_at);

-- An uploaded or pasted audience; its rows never change once it is ready (a change makes a new set), and it is frozen once a
-- campaign uses it. Sets that no draft and no campaign refers to are removed after a day.
CREATE TABLE recipient_sets (
    id           INTEGER PRIMARY KEY,
    draft_id     INTEGER REFERENCES drafts (id) ON DELETE SET NULL, -- the draft it was given to
    -- reading: rows are being taken in; choosing: the address column is to be chosen; refused: see problem
    state        TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('reading', 'choosing', 'ready', 'refused')),
    problem      TEXT NOT NULL DEFAULT '',   -- why it was refused, for the person who sent it
    pasted       TEXT NOT NULL DEFAULT '',   -- a refused list as it was pasted, so that it can be put right
    source       TEXT NOT NULL,              -- file name, or 'Pasted list'
    columns      TEXT NOT NULL,              -- JSON array of {name, key, empty}: heading, merge name, valid rows without a value
    email_column TEXT NOT NULL,              -- key of the address column; the address itself is always under 'email' too
    typos        TEXT NOT NULL DEFAULT '[]', -- JSON array of {from, to, count}: domains that look misspelt
    valid        INTEGER NOT NULL DEFAULT 0,
    invalid      INTEGER NOT NULL DEFAULT 0,
    duplicate    INTEGER NOT NULL DEFAULT 0,
    suppressed   INTEGER NOT NULL DEFAULT 0,
    ready_at     INTEGER,                    -- null until the last row is in
    frozen_at    INTEGER,
    created_at   INTEGER NOT NULL
);
CREATE INDEX recipient_sets_draft ON recipient_sets (draft_id);

CREATE TABLE recipients (
    set_id      INTEGER NOT NULL REFERENCES recipient_sets (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,            -- 1, 2, 3 … in file order
    line        INTEGER NOT NULL,            -- line of the file where the record starts
    address     TEXT NOT NULL,
    address_key TEXT NOT NULL,               -- lower case; what uniqueness and suppression compare
    data        TEXT NOT NULL DEFAULT '{}',  -- JSON object: merge name to value
    status      TEXT NOT NULL CHECK (status IN ('valid', 'invalid', 'duplicate', 'suppressed')),
    problem     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (set_id, position)
) WITHOUT ROWID;
CREATE INDEX recipients_status ON recipients (set_id, status, position);
CREATE INDEX recipients_address ON recipients (set_id, address_key);

CREATE TABLE drafts (
    id               INTEGER PRIMARY KEY,
    name             TEXT NOT NULL,
    template_id      INTEGER REFERENCES templates (id) ON DELETE SET NULL,
    mode             TEXT NOT NULL CHECK (mode IN ('blocks', 'mjml', 'html')),
    source           TEXT NOT NULL,
    subject          TEXT NOT NULL DEFAULT '',
    preheader        TEXT NOT NULL DEFAULT '',
    account_id       INTEGER REFERENCES sender_accounts (id) ON DELETE SET NULL, -- null: chosen automatically
    reply_to         TEXT NOT NULL DEFAULT '',
    recipient_set_id INTEGER REFERENCES recipient_sets (id) ON DELETE SET NULL,
    revision         INTEGER NOT NULL DEFAULT 1,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
);
CREATE INDEX drafts_recent ON drafts (updated_at);
CREATE INDEX drafts_set ON drafts (recipient_set_id);
CREATE INDEX drafts_template ON drafts (template_id);

-- What a message says, frozen: merge expressions and tracking placeholders still inside.
CREATE TABLE content_snapshots (
    id         INTEGER PRIMARY KEY,
    subject    TEXT NOT NULL,
    html       TEXT NOT NULL,
    text       TEXT NOT NULL,
    reply_to   TEXT NOT NULL DEFAULT '',
    constants  TEXT NOT NULL DEFAULT '{}', -- JSON object: merge values that are the same for everybody, as they were when frozen
    track_opens  INTEGER NOT NULL DEFAULT 1,
    track_clicks INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);

CREATE TABLE snapshot_links (
    snapshot_id INTEGER NOT NULL REFERENCES content_snapshots (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    target      TEXT NOT NULL, -- may hold merge expressions
    label       TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (snapshot_id, position)
) WITHOUT ROWID;

CREATE TABLE campaigns (
    id               INTEGER PRIMARY KEY,
    name             TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('scheduled', 'sending', 'paused', 'completed', 'cancelled', 'failed')),
    snapshot_id      INTEGER NOT NULL REFERENCES content_snapshots (id),
    recipient_set_id INTEGER NOT NULL REFERENCES recipient_sets (id),
    account_id       INTEGER REFERENCES sender_accounts (id) ON DELETE SET NULL,
    mode             TEXT NOT NULL,     -- of the source below: what 'duplicate' starts from
    source           TEXT NOT NULL,
    subject          TEXT NOT NULL,
    preheader        TEXT NOT NULL DEFAULT '',
    reply_to         TEXT NOT NULL DEFAULT '',
    total            INTEGER NOT NULL,  -- the audience: valid + suppressed rows of the set when it was frozen
    expanded_to      INTEGER NOT NULL DEFAULT 0, -- last position of the set that has its queue row
    expanded_at      INTEGER,           -- when the last row was made
    -- Kept by the triggers below; total = sent + failed + suppressed + skipped + cancelled + unconfirmed + waiting.
    sent             INTEGER NOT NULL DEFAULT 0,
    failed           INTEGER NOT NULL DEFAULT 0,
    suppressed       INTEGER NOT NULL DEFAULT 0,
    skipped          INTEGER NOT NULL DEFAULT 0,
    cancelled        INTEGER NOT NULL DEFAULT 0,
    unconfirmed      INTEGER NOT NULL DEFAULT 0,
    opens            INTEGER NOT NULL DEFAULT 0,
    unique_opens     INTEGER NOT NULL DEFAULT 0,
    clicks           INTEGER NOT NULL DEFAULT 0,
    unique_clicks    INTEGER NOT NULL DEFAULT 0,
    unsubscribes     INTEGER NOT NULL DEFAULT 0,
    pause_reason     TEXT NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER,
    deleted_at       INTEGER,           -- set at once; its rows follow in small steps, then the row itself
    updated_at       INTEGER NOT NULL
);
CREATE INDEX campaigns_state ON campaigns (state);
CREATE INDEX campaigns_deleted ON campaigns (id) WHERE deleted_at IS NOT NULL;
CREATE INDEX campaigns_recent ON campaigns (created_at);
CREATE INDEX campaigns_set ON campaigns (recipient_set_id);
CREATE INDEX campaigns_unexpanded ON campaigns (id) WHERE expanded_at IS NULL;

-- The ledger: one row per message, whatever created it. ARCHITECTURE.md holds the state diagram.
-- lane: the campaign's id, or 0 for mail of its own (test sends); a claim works on one lane.
-- An id is never given out twice: tokens in mail that was sent, Message-IDs and the outbox name messages by it for ever.
CREATE TABLE email_queue (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    lane        INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('campaign', 'test')),
    campaign_id INTEGER REFERENCES campaigns (id) ON DELETE CASCADE,
    snapshot_id INTEGER NOT NULL REFERENCES content_snapshots (id),
    address     TEXT NOT NULL,
    address_key TEXT NOT NULL,
    merge       TEXT NOT NULL DEFAULT '{}', -- JSON object: merge name to value
    pinned_account_id INTEGER,              -- null: any usable account
    state       TEXT NOT NULL DEFAULT 'ready' CHECK (state IN
        ('ready', 'held', 'leased', 'sending', 'sent', 'failed', 'suppressed', 'skipped', 'cancelled', 'unconfirmed')),
    due_at      INTEGER NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    tries_from  INTEGER NOT NULL DEFAULT 0, -- the attempt it had when somebody asked for another round: retries count from here
    lease_owner TEXT,
    lease_token TEXT,
    lease_until INTEGER,
    account_id  INTEGER,                    -- the account of the last attempt
    reply_code  INTEGER,
    reply       TEXT NOT NULL DEFAULT '',   -- the server's words, or the reason
    opens       INTEGER NOT NULL DEFAULT 0,
    clicks      INTEGER NOT NULL DEFAULT 0,
    opened_at   INTEGER,                    -- first
    clicked_at  INTEGER,                    -- first
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    CHECK ((state IN ('leased', 'sending')) = (lease_token IS NOT NULL))
);
CREATE UNIQUE INDEX email_queue_once ON email_queue (campaign_id, address_key) WHERE campaign_id IS NOT NULL;
CREATE INDEX email_queue_due ON email_queue (lane, due_at, id) WHERE state = 'ready';
CREATE INDEX email_queue_leases ON email_queue (lease_until) WHERE lease_token IS NOT NULL;
CREATE INDEX email_queue_state ON email_queue (campaign_id, state, id);
CREATE INDEX email_queue_address ON email_queue (address_key);
CREATE INDEX email_queue_snapshot ON email_queue (snapshot_id);

-- The counters of a campaign move with its rows, in the same transaction, whoever moves them.
CREATE TRIGGER email_queue_counts_insert AFTER INSERT ON email_queue
WHEN NEW.campaign_id IS NOT NULL AND NEW.state IN ('sent', 'failed', 'suppressed', 'skipped', 'cancelled', 'unconfirmed')
BEGIN
    UPDATE campaigns SET
        sent = sent + (NEW.state = 'sent'), failed = failed + (NEW.state = 'failed'),
        suppressed = suppressed + (NEW.state = 'suppressed'), skipped = skipped + (NEW.state = 'skipped'),
        cancelled = cancelled + (NEW.state = 'cancelled'), unconfirmed = unconfirmed + (NEW.state = 'unconfirmed')
    WHERE id = NEW.campaign_id;
END;

CREATE TRIGGER email_queue_counts_update AFTER UPDATE OF state ON email_queue
WHEN NEW.campaign_id IS NOT NULL AND NEW.state <> OLD.state AND (
    NEW.state IN ('sent', 'failed', 'suppressed', 'skipped', 'cancelled', 'unconfirmed')
    OR OLD.state IN ('sent', 'failed', 'suppressed', 'skipped', 'cancelled', 'unconfirmed'))
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

-- What each account did for a campaign, kept by the triggers below: a page cannot count a million rows.
CREATE TABLE campaign_accounts (
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL, -- stays when the account is deleted
    sent        INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, account_id)
) WITHOUT ROWID;

CREATE TRIGGER email_queue_accounts_add AFTER UPDATE OF state ON email_queue
WHEN NEW.campaign_id IS NOT NULL AND NEW.account_id IS NOT NULL AND NEW.state <> OLD.state AND NEW.state IN ('sent', 'failed')
BEGIN
    INSERT INTO campaign_accounts (campaign_id, account_id, sent, failed)
    VALUES (NEW.campaign_id, NEW.account_id, NEW.state = 'sent', NEW.state = 'failed')
    ON CONFLICT (campaign_id, account_id) DO UPDATE SET sent = sent + excluded.sent, failed = failed + excluded.failed;
END;

CREATE TRIGGER email_queue_accounts_back AFTER UPDATE OF state ON email_queue
WHEN OLD.campaign_id IS NOT NULL AND OLD.account_id IS NOT NULL AND NEW.state <> OLD.state AND OLD.state IN ('sent', 'failed')
BEGIN
    UPDATE campaign_accounts SET sent = sent - (OLD.state = 'sent'), failed = failed - (OLD.state = 'failed')
    WHERE campaign_id = OLD.campaign_id AND account_id = OLD.account_id;
END;

-- Attempts that did not end in 'sent': what the server said each time.
CREATE TABLE send_logs (
    id         INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES email_queue (id) ON DELETE CASCADE,
    attempt    INTEGER NOT NULL,
    account_id INTEGER,
    outcome    TEXT NOT NULL, -- the state the attempt led to: 'ready' (will be tried again), 'failed', …
    reply_code INTEGER,
    reply      TEXT NOT NULL DEFAULT '',
    at         INTEGER NOT NULL,
    UNIQUE (message_id, attempt, outcome)
);

CREATE TABLE tracking_events (
    id          INTEGER PRIMARY KEY,
    message_id  INTEGER NOT NULL REFERENCES email_queue (id) ON DELETE CASCADE,
    campaign_id INTEGER REFERENCES campaigns (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('open', 'click', 'unsubscribe')),
    link        INTEGER, -- snapshot_links.position of a click
    user_agent  TEXT NOT NULL DEFAULT '',
    at          INTEGER NOT NULL
);
CREATE INDEX tracking_events_campaign ON tracking_events (campaign_id, kind, at);
CREATE INDEX tracking_events_message ON tracking_events (message_id);
CREATE INDEX tracking_events_links ON tracking_events (campaign_id, link, message_id) WHERE kind = 'click';

-- Whom a message went to whose campaign was deleted since: the unsubscribe link in it goes on working.
CREATE TABLE deleted_messages (
    id          INTEGER PRIMARY KEY, -- that of email_queue
    address     TEXT NOT NULL,
    address_key TEXT NOT NULL
);

CREATE TRIGGER email_queue_deleted AFTER DELETE ON email_queue
WHEN OLD.kind = 'campaign' AND OLD.state IN ('sent', 'unconfirmed')
BEGIN
    INSERT INTO deleted_messages (id, address, address_key) VALUES (OLD.id, OLD.address, OLD.address_key);
END;

-- Addresses that must not be mailed.
CREATE TABLE suppressions (
    id          INTEGER PRIMARY KEY,
    address     TEXT NOT NULL,
    address_key TEXT NOT NULL UNIQUE,
    reason      TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complained', 'manual')),
    note        TEXT NOT NULL DEFAULT '',
    campaign_id INTEGER REFERENCES campaigns (id) ON DELETE SET NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX suppressions_reason ON suppressions (reason, id);
CREATE INDEX suppressions_campaign ON suppressions (campaign_id) WHERE campaign_id IS NOT NULL;

-- What the sandbox account delivered.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER REFERENCES sender_accounts (id) ON DELETE CASCADE,
    message_id   INTEGER UNIQUE, -- of email_queue; null for an account's own test mail. Delivering twice is impossible.
    mail_from    TEXT NOT NULL,
    rcpt_to      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    raw          BLOB NOT NULL,  -- the message as it would have left (RFC 5322)
    delivered_at INTEGER NOT NULL
);
CREATE INDEX outbox_recent ON outbox (delivered_at);

-- Processes that share this database.
CREATE TABLE instances (
    id           TEXT PRIMARY KEY,
    host         TEXT NOT NULL,
    version      TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL
);
