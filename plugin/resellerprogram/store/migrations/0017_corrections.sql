-- what was saved, by class of service, too; `class` is empty where the panel does not tell which discount it was, and for what is older
ALTER TABLE saving RENAME TO saving_before;
CREATE TABLE saving (
    account  INTEGER NOT NULL,
    day      TEXT NOT NULL,
    currency TEXT NOT NULL,
    class    TEXT NOT NULL DEFAULT '',
    amount   TEXT NOT NULL,
    PRIMARY KEY (account, day, currency, class)
) WITHOUT ROWID;
INSERT INTO saving (account, day, currency, amount) SELECT account, day, currency, amount FROM saving_before;
DROP TABLE saving_before;
-- days on which a client held another tier than the payments give by what is known now, and why; kind: see programme/corrections.py.
-- mixed: the days on which several tiers were held one after another
CREATE TABLE correction (
    account   INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL,
    held      INTEGER,
    other     INTEGER,
    mixed     TEXT NOT NULL,
    payments  TEXT NOT NULL,
    PRIMARY KEY (account, kind, first_day)
) WITHOUT ROWID;
-- payments that were credited and given back later
CREATE TABLE given_back (
    account     INTEGER NOT NULL,
    payment     INTEGER NOT NULL,
    number      TEXT NOT NULL,
    amount      TEXT NOT NULL,
    currency    TEXT NOT NULL,
    paid_on     TEXT NOT NULL,
    returned_on TEXT NOT NULL,
    how         TEXT NOT NULL,
    PRIMARY KEY (account, payment)
) WITHOUT ROWID;
