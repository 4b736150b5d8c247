-- a rate belongs to both currencies: of the payment and of the programme. What is here was looked up for the one that is set
CREATE TABLE kept_rate (
    account            INTEGER NOT NULL,
    payment            INTEGER NOT NULL,
    currency           TEXT NOT NULL,
    programme_currency TEXT NOT NULL,
    since              TEXT NOT NULL,
    value              TEXT NOT NULL,
    PRIMARY KEY (account, payment, currency, programme_currency)
) WITHOUT ROWID;
INSERT INTO kept_rate
    SELECT account, payment, currency, coalesce((SELECT value FROM setting WHERE name = 'currency'), 'RUB'), since, value
    FROM payment_rate WHERE CAST(value AS REAL) > 0;
DROP TABLE payment_rate;
ALTER TABLE kept_rate RENAME TO payment_rate;
