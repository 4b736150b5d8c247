-- a pin holds a client on at least its tier, or on exactly that one; pins made before there was a choice lower nobody any more
ALTER TABLE member ADD COLUMN pin_kind TEXT NOT NULL DEFAULT 'at_least' CHECK (pin_kind IN ('at_least', 'exactly'));
