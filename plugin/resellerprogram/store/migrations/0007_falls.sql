-- how many of a plan's falls nothing known before explains: only these are limited
ALTER TABLE planned ADD COLUMN unforetold INTEGER NOT NULL DEFAULT 0;
