-- the classes of services, before three settings; left_out: ids of tariffs that get no discount; both comma-separated
CREATE TABLE service_class (
    name     TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    title_en TEXT NOT NULL,
    title_ru TEXT NOT NULL,
    types    TEXT NOT NULL,
    left_out TEXT NOT NULL DEFAULT ''
);
INSERT INTO service_class (name, position, title_en, title_ru, types) VALUES
    ('vps', 1, 'VPS', 'VPS',
     coalesce((SELECT value FROM setting WHERE name = 'service_types.vps'), 'vds')),
    ('dedicated', 2, 'dedicated servers', 'выделенные серверы',
     coalesce((SELECT value FROM setting WHERE name = 'service_types.dedicated'), 'dedic')),
    ('ssl', 3, 'SSL certificates', 'SSL-сертификаты',
     coalesce((SELECT value FROM setting WHERE name = 'service_types.ssl'), 'certificate'));
DELETE FROM setting WHERE name LIKE 'service_types.%';

-- a discount of ours is for a service type (it_3) or a tariff (pl_6)
CREATE TABLE scoped_discount (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    scope   TEXT NOT NULL,
    shown   TEXT,
    percent TEXT,
    since   TEXT
);
INSERT INTO scoped_discount SELECT id, account, 'it_' || service_type, shown, percent, since FROM owned_discount;
DROP TABLE owned_discount;
ALTER TABLE scoped_discount RENAME TO owned_discount;
CREATE INDEX owned_discount_by_account ON owned_discount (account);

-- a table holds from its first day on; of several for the same day the newest
ALTER TABLE tier_table ADD COLUMN first_day TEXT NOT NULL DEFAULT '';
ALTER TABLE tier_table ADD COLUMN who TEXT NOT NULL DEFAULT '';
UPDATE tier_table SET first_day = substr(imported_at, 1, 10);
CREATE INDEX tier_table_by_day ON tier_table (first_day, id);

-- who caused it: an administrator's login, the panel's user id of an event, nothing for what runs by itself
ALTER TABLE decision ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN who TEXT NOT NULL DEFAULT '';

-- where every account stands by its last decision, for lists: what a decision says without its payments.
-- turnover and missing are exact texts; *_order are what to sort by: amounts in whole ten-thousandths, names folded
CREATE TABLE standing (
    account        INTEGER PRIMARY KEY,
    name           TEXT NOT NULL DEFAULT '',
    name_order     TEXT NOT NULL DEFAULT '',
    basis          TEXT NOT NULL DEFAULT '',
    tier           TEXT,
    threshold_order INTEGER,
    turnover       TEXT NOT NULL DEFAULT '0',
    turnover_order INTEGER NOT NULL DEFAULT 0,
    next_tier      TEXT,
    missing        TEXT,
    missing_order  INTEGER,
    percents       TEXT NOT NULL DEFAULT '{}',
    change_day     TEXT,
    change_tier    TEXT,
    decided_at     TEXT,
    put_right_at   TEXT
);
INSERT INTO standing (account, basis, tier, turnover, turnover_order, decided_at)
    SELECT account, json_extract(content, '$.basis'), tier, json_extract(content, '$.turnover'),
           CAST(json_extract(content, '$.turnover') * 10000 AS INTEGER), confirmed_at
    FROM decision WHERE id IN (SELECT max(id) FROM decision GROUP BY account);
CREATE INDEX standing_by_name ON standing (name_order);
CREATE INDEX standing_by_turnover ON standing (turnover_order);
CREATE INDEX standing_by_tier ON standing (tier);

-- who changed what, from where: settings, tiers, classes, members, and what was done by hand
CREATE TABLE change (
    id      INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    address TEXT NOT NULL,
    what    TEXT NOT NULL,
    whom    TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL
);

-- what an administrator has started from a page and a process of its own carries out
CREATE TABLE task (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    arguments   TEXT NOT NULL,
    who         TEXT NOT NULL,
    address     TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    started_at  TEXT,
    process     INTEGER,
    done        INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 0,
    finished_at TEXT,
    outcome     TEXT,
    message_en  TEXT NOT NULL DEFAULT '',
    message_ru  TEXT NOT NULL DEFAULT ''
);

-- the plan that was last made for the page: what a run would change, account by account
CREATE TABLE planned (
    account        INTEGER PRIMARY KEY,
    name           TEXT NOT NULL,
    name_order     TEXT NOT NULL,
    turnover       TEXT NOT NULL,
    turnover_order INTEGER NOT NULL,
    tier_before    TEXT,
    tier           TEXT,
    kind           TEXT NOT NULL,
    drops          INTEGER NOT NULL,
    changes        TEXT NOT NULL
);
