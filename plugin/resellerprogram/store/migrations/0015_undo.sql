-- which run a decision's writes are of, so that they can be taken back; `planned` is what it was about to write, until all of it is written
ALTER TABLE decision ADD COLUMN run INTEGER;
ALTER TABLE decision ADD COLUMN planned TEXT;
