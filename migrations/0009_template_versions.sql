-- What a template was before: one row before a restore, for each version that was given a name, and at most one every ten minutes of
-- editing. Those without a name are pruned to the latest fifty of a template.
CREATE TABLE template_versions (
    id          INTEGER PRIMARY KEY,
    template_id INTEGER NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL, -- of the template, when this was its content
    name        TEXT NOT NULL DEFAULT '',
    mode        TEXT NOT NULL CHECK (mode IN ('blocks', 'mjml', 'html')),
    source      TEXT NOT NULL,
    subject     TEXT NOT NULL DEFAULT '',
    preheader   TEXT NOT NULL DEFAULT '',
    changed_at  INTEGER NOT NULL, -- when the template got this content
    kept_at     INTEGER NOT NULL
);
CREATE INDEX template_versions_latest ON template_versions (template_id, id);
