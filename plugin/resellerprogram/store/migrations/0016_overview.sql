-- what each night found of the whole programme, for its owner; `tier` is empty without one
CREATE TABLE day_figure (
    day      TEXT NOT NULL,
    tier     TEXT NOT NULL,
    clients  INTEGER NOT NULL,
    turnover TEXT NOT NULL,
    PRIMARY KEY (day, tier)
) WITHOUT ROWID;
-- how many clients went which way that day, and that night how many were to fall within a week, with what turnover
CREATE TABLE day_moves (
    day     TEXT PRIMARY KEY,
    starts  INTEGER NOT NULL DEFAULT 0,
    rises   INTEGER NOT NULL DEFAULT 0,
    falls   INTEGER NOT NULL DEFAULT 0,
    ends    INTEGER NOT NULL DEFAULT 0,
    falling INTEGER,
    stake   TEXT
) WITHOUT ROWID;
-- what the programme's discounts took off, longer than each client's own savings are kept; `class` is empty where the panel does not tell which discount it was
CREATE TABLE given (
    day      TEXT NOT NULL,
    tier     TEXT NOT NULL,
    class    TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   TEXT NOT NULL,
    PRIMARY KEY (day, tier, class, currency)
) WITHOUT ROWID;
-- whose discounts were taken back last: until the next recalculation the panel has others than the tier says
CREATE INDEX decision_undone ON decision (account) WHERE cause = 'undo';
ALTER TABLE former_discount ADD COLUMN scope TEXT NOT NULL DEFAULT '';
