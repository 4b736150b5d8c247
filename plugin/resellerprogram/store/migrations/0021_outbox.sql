-- while a mirror is kept (store/outbox.py): every row that changed, in order, as it was afterwards; content NULL: it is gone
CREATE TABLE outbox (
    change  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    what    TEXT NOT NULL,
    "key"   TEXT NOT NULL,
    content TEXT
);
