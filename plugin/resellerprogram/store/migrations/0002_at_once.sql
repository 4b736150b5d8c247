-- what waits to be recalculated: an account, or a payment whose account is not known yet; dead: retried no more
CREATE TABLE waiting (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    INTEGER,
    payment    INTEGER,
    cause      TEXT NOT NULL,
    since      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL DEFAULT '',
    error      TEXT NOT NULL DEFAULT '',
    dead       INTEGER NOT NULL DEFAULT 0,
    CHECK (account IS NOT NULL OR payment IS NOT NULL)
);
INSERT INTO waiting (account, cause, since, attempts, error)
    SELECT account, cause, since, attempts, error FROM queue ORDER BY since, account;
DROP TABLE queue;
ALTER TABLE waiting RENAME TO queue;

-- the decision's tier by name, for the guard, which reads nothing else
ALTER TABLE decision ADD COLUMN tier TEXT;
UPDATE decision SET tier = json_extract(content, '$.tier.name');

-- what we last wrote: percent, and the first day; shown has no percent any more
ALTER TABLE owned_discount ADD COLUMN percent TEXT;
ALTER TABLE owned_discount ADD COLUMN since TEXT;
UPDATE owned_discount SET shown = NULL;

CREATE INDEX run_by_start ON run (started_at);

-- the payments as they were when their account was last recalculated; account NULL: nobody's that we know
CREATE TABLE seen_payment (
    payment INTEGER PRIMARY KEY,
    account INTEGER,
    day     TEXT NOT NULL,
    mark    TEXT NOT NULL
);
CREATE INDEX seen_payment_by_account ON seen_payment (account);
CREATE INDEX seen_payment_by_day ON seen_payment (day);

-- what never changes in the panel: whose subaccount it is
CREATE TABLE subaccount (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL
);

-- who may log in for an account, so that the guard knows whose order it sees
CREATE TABLE client_user (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    account INTEGER NOT NULL
);
CREATE INDEX client_user_by_name ON client_user (name);
CREATE INDEX client_user_by_account ON client_user (account);

-- personal discounts of others that rest while the account holds a tier: word for word, and the panel's whole form.
-- known: the account's discounts when putting back began
CREATE TABLE set_aside (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL,
    discount     INTEGER NOT NULL,
    shown        TEXT NOT NULL,
    fields       TEXT NOT NULL,
    form         TEXT NOT NULL,
    set_aside_at TEXT NOT NULL,
    known        TEXT,
    put_back_at  TEXT,
    put_back_as  INTEGER
);
CREATE INDEX set_aside_by_account ON set_aside (account);

-- small things to remember between two runs
CREATE TABLE note (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO note (name, value) SELECT 'remembered_filters', content FROM remembered_filters;
DROP TABLE remembered_filters;
