-- What went wrong, in Russian as well. What was kept before has the English alone, and is told by it.
ALTER TABLE queue ADD COLUMN error_ru TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN error_ru TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN error_ru TEXT NOT NULL DEFAULT '';
