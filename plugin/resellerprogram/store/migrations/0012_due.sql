-- from which day on time alone may change what is decided of an account (NULL: not known yet; '9999-12-31': never), and on which day
-- the panel was last asked about it
ALTER TABLE standing ADD COLUMN due_on TEXT;
ALTER TABLE standing ADD COLUMN verified_on TEXT;
UPDATE standing SET verified_on = substr(decided_at, 1, 10);
CREATE INDEX standing_due ON standing (due_on);
CREATE INDEX standing_verified ON standing (verified_on);
