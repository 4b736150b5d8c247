-- expenses on which a promotion or promo code acted on a day on which the client held a tier (R9)
CREATE TABLE promo_order (
    expense  INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL,
    day      TEXT NOT NULL,
    what     TEXT NOT NULL,
    tier     TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   TEXT NOT NULL
);
CREATE INDEX promo_order_by_day ON promo_order (day);

-- days on which it can't be told whose discount saved an account something: its sum would be too small
CREATE TABLE saving_unknown (
    account INTEGER NOT NULL,
    day     TEXT NOT NULL,
    PRIMARY KEY (account, day)
) WITHOUT ROWID;
