-- when the panel last said that this login is this client's: who a session belongs to is believed for minutes only
ALTER TABLE client_user ADD COLUMN seen_at TEXT NOT NULL DEFAULT '';
