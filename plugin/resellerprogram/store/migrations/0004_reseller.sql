-- the turnover of a decision, so that a history reads no payments; and how many payments it has
ALTER TABLE decision ADD COLUMN turnover TEXT NOT NULL DEFAULT '0';
ALTER TABLE decision ADD COLUMN payments INTEGER NOT NULL DEFAULT 0;
UPDATE decision SET turnover = json_extract(content, '$.turnover'),
    payments = json_array_length(content, '$.payments');

-- since when an account holds what it holds, what moved it last, and what its future rests on (JSON; see store/standings.py)
ALTER TABLE standing ADD COLUMN since TEXT;
ALTER TABLE standing ADD COLUMN class_since TEXT NOT NULL DEFAULT '{}';
ALTER TABLE standing ADD COLUMN move TEXT;
ALTER TABLE standing ADD COLUMN outlook TEXT;

-- what resellers are told: made with the decision, sent once. outcome: empty while it waits, sent, refused, lost (sent, and no answer)
CREATE TABLE notice (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    cause   TEXT NOT NULL,
    made_at TEXT NOT NULL,
    content TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    sent_at TEXT,
    error   TEXT NOT NULL DEFAULT '',
    UNIQUE (account, kind, cause)
);
CREATE INDEX notice_waiting ON notice (outcome);

-- what an account does not want to be told
CREATE TABLE unwanted_notice (
    account INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    PRIMARY KEY (account, kind)
) WITHOUT ROWID;

-- what somebody who takes no part would have today, for the page on which they join
CREATE TABLE prospect (
    account INTEGER PRIMARY KEY,
    seen_at TEXT NOT NULL,
    content TEXT NOT NULL
);

-- discounts of the programme that have ended: their expenses still tell what was saved
CREATE TABLE former_discount (
    id       INTEGER NOT NULL,
    account  INTEGER NOT NULL,
    ended_on TEXT NOT NULL,
    PRIMARY KEY (id, account)
) WITHOUT ROWID;

-- what the programme's discounts saved an account on a day, by currency, as the panel's expenses tell it
CREATE TABLE saving (
    account  INTEGER NOT NULL,
    day      TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   TEXT NOT NULL,
    PRIMARY KEY (account, day, currency)
) WITHOUT ROWID;

-- a client may have left by themselves
CREATE TABLE noted_member (
    account    INTEGER PRIMARY KEY,
    standing   TEXT CHECK (standing IN ('enrolled', 'excluded', 'left')),
    reason     TEXT NOT NULL DEFAULT '',
    pin_tier   TEXT,
    pin_until  TEXT,
    pin_reason TEXT,
    changed_at TEXT NOT NULL
);
INSERT INTO noted_member SELECT account, standing, reason, pin_tier, pin_until, pin_reason, changed_at FROM member;
DROP TABLE member;
ALTER TABLE noted_member RENAME TO member;
