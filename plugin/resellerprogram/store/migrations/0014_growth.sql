-- what was told is kept for a sixth of the room: tiers are terms, the day begins the cause, and `content` is what keeps a tier, empty where nothing does.
-- that nothing is told twice is a matter of what was told last, not of an index over all of it
INSERT OR IGNORE INTO term (content)
    SELECT json_extract(content, '$.before') FROM notice WHERE json_valid(content) AND json_type(content, '$.before') = 'object'
    UNION SELECT json_extract(content, '$.tier') FROM notice WHERE json_valid(content) AND json_type(content, '$.tier') = 'object';
ALTER TABLE notice RENAME TO notice_before;
CREATE TABLE notice (
    id          INTEGER PRIMARY KEY,
    account     INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    cause       TEXT NOT NULL,
    made_at     TEXT NOT NULL,
    before_term INTEGER,
    tier_term   INTEGER,
    content     TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',
    sent_at     TEXT,
    error       TEXT NOT NULL DEFAULT ''
);
INSERT INTO notice (id, account, kind, cause, made_at, before_term, tier_term, content, outcome, sent_at, error)
    SELECT id, account, kind, cause, made_at,
        CASE WHEN json_valid(content) THEN (SELECT t.id FROM term t WHERE t.content = json_extract(notice_before.content, '$.before')) END,
        CASE WHEN json_valid(content) THEN (SELECT t.id FROM term t WHERE t.content = json_extract(notice_before.content, '$.tier')) END,
        CASE WHEN json_valid(content) THEN coalesce(json_extract(content, '$.keep'), '') ELSE content END,
        outcome, sent_at, error
    FROM notice_before;
DROP TABLE notice_before;
CREATE INDEX notice_of_account ON notice (account);
CREATE INDEX notice_waiting ON notice (id) WHERE outcome = '';

-- the id ends every entry of an index anyway
DROP INDEX decision_of_account;
CREATE INDEX decision_of_account ON decision (account);
