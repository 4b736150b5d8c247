CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- every table that was ever in force; the newest one is
CREATE TABLE tier_table (
    id          INTEGER PRIMARY KEY,
    imported_at TEXT NOT NULL,
    csv         TEXT NOT NULL
);

-- what an administrator said about an account; accounts nobody spoke of are not here
CREATE TABLE member (
    account    INTEGER PRIMARY KEY,
    standing   TEXT CHECK (standing IN ('enrolled', 'excluded')),
    reason     TEXT NOT NULL DEFAULT '',
    pin_tier   TEXT,
    pin_until  TEXT,
    pin_reason TEXT,
    changed_at TEXT NOT NULL
);

-- one row for as long as a decision stays the same: first_day..last_day
CREATE TABLE decision (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL,
    first_day    TEXT NOT NULL,
    last_day     TEXT NOT NULL,
    content      TEXT NOT NULL,
    written      TEXT NOT NULL DEFAULT '[]',
    cause        TEXT NOT NULL,
    decided_at   TEXT NOT NULL,
    confirmed_at TEXT NOT NULL
);
CREATE INDEX decision_by_account ON decision (account, id);

-- rates that decisions used; never looked up again
CREATE TABLE payment_rate (
    payment  INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL,
    currency TEXT NOT NULL,
    since    TEXT NOT NULL,
    value    TEXT NOT NULL
);
CREATE INDEX payment_rate_by_account ON payment_rate (account);

-- which of the panel's personal discounts are ours; shown: its list row when it was last read in full
CREATE TABLE owned_discount (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL,
    service_type INTEGER NOT NULL,
    shown        TEXT
);
CREATE INDEX owned_discount_by_account ON owned_discount (account);

-- accounts that still have to be recalculated
CREATE TABLE queue (
    account  INTEGER PRIMARY KEY,
    cause    TEXT NOT NULL,
    since    TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error    TEXT NOT NULL DEFAULT ''
);

CREATE TABLE run (
    id          INTEGER PRIMARY KEY,
    cause       TEXT NOT NULL,
    day         TEXT NOT NULL,
    whole       INTEGER NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    outcome     TEXT,
    accounts    INTEGER NOT NULL DEFAULT 0,
    written     INTEGER NOT NULL DEFAULT 0,
    error       TEXT NOT NULL DEFAULT ''
);

-- list filters of the employee that a run has to put back
CREATE TABLE remembered_filters (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    content TEXT NOT NULL
);
