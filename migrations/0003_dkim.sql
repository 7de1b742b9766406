-- Keys that sign mail of a domain (DKIM, RFC 6376). Times are unix milliseconds, UTC.

CREATE TABLE dkim_keys (
    id           INTEGER PRIMARY KEY,
    domain       TEXT NOT NULL, -- lower case, ASCII (A-labels)
    selector     TEXT NOT NULL, -- published as SELECTOR._domainkey.DOMAIN
    algorithm    TEXT NOT NULL CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),
    secret       TEXT NOT NULL, -- sealed private key; never leaves the server
    public_key   TEXT NOT NULL, -- base64, as in p= of the DNS record
    -- new: made, its record perhaps not published yet; active: signs; retired: signs no more, its record still lets mail
    -- under way be verified
    state        TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'active', 'retired')),
    created_at   INTEGER NOT NULL,
    activated_at INTEGER,
    retired_at   INTEGER,
    UNIQUE (domain, selector)
);
-- One key of each algorithm signs at a time.
CREATE UNIQUE INDEX dkim_keys_active ON dkim_keys (domain, algorithm) WHERE state = 'active';
