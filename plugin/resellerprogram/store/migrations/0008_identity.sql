-- whether the panel has said that a discount that was set aside is gone: another one with its id is another one then
ALTER TABLE set_aside ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

-- on which day the panel says that a client was registered: ids are given again
CREATE TABLE client (
    account    INTEGER PRIMARY KEY,
    registered TEXT NOT NULL
);
