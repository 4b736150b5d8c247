-- what many rows have in common, word for word: tiers, rules of counting, payment methods; as JSON or as text
CREATE TABLE term (
    id      INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE
);

-- every payment once, each version of it with when it was seen; account NULL: nobody's that we know; day '': never credited.
-- kind: see store/ledger.py; until: the version that took its place. A version's number is never given again
CREATE TABLE ledger (
    version   INTEGER PRIMARY KEY AUTOINCREMENT,
    payment   INTEGER NOT NULL,
    account   INTEGER,
    day       TEXT NOT NULL,
    status    INTEGER NOT NULL,
    amount    TEXT NOT NULL,
    currency  TEXT NOT NULL,
    number    TEXT NOT NULL,
    owner     TEXT NOT NULL,
    kind      INTEGER NOT NULL,
    provider  INTEGER,
    method    INTEGER,
    refund_of INTEGER,
    seen      TEXT NOT NULL,
    until     INTEGER
);
CREATE INDEX ledger_by_payment ON ledger (payment) WHERE until IS NULL;
CREATE INDEX ledger_by_day ON ledger (day) WHERE until IS NULL;
CREATE INDEX ledger_by_account ON ledger (account, day);

-- one row for as long as a decision stays the same: first_day..last_day. Its payments are the ledger's as known up to `version`, counted
-- by `rules`; mark is what two that say the same have in common. content: only of what cannot be counted anew from there, word for word.
-- unfinished: not all that it asked for is written yet
ALTER TABLE decision RENAME TO decision_before;
CREATE TABLE decision (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL,
    first_day    TEXT NOT NULL,
    last_day     TEXT NOT NULL,
    basis        TEXT NOT NULL,
    turnover     TEXT NOT NULL,
    payments     INTEGER NOT NULL,
    tier         TEXT,
    tier_term    INTEGER,
    rules        INTEGER,
    pin          TEXT,
    version      INTEGER NOT NULL,
    mark         BLOB NOT NULL,
    content      TEXT,
    written      TEXT NOT NULL DEFAULT '[]',
    cause        TEXT NOT NULL,
    who          TEXT NOT NULL DEFAULT '',
    decided_at   TEXT NOT NULL,
    confirmed_at TEXT NOT NULL,
    unfinished   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX decision_of_account ON decision (account, id);
CREATE INDEX decision_unfinished ON decision (account) WHERE unfinished;

-- the decision that used a rate first
ALTER TABLE payment_rate ADD COLUMN decision INTEGER NOT NULL DEFAULT 0;

-- store/conversions.py takes over decision_before and seen_payment
