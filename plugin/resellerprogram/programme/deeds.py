"""What administrators and clients do: the names that the change log keeps. What people read of them is in
words/labels.py."""

from __future__ import annotations

MEMBER, TIERS, CLASS, SETTING, OPENING = "member", "tiers", "class", "setting", "opening"
LOSS = "loss"
"""That many lose by what follows, and why somebody wants it."""
JOINED, LEFT = "joined", "left"
RECALCULATE, APPLY, APPLY_WITHOUT_LIMIT = "recalculate", "apply", "apply without limit"
WITHDRAW, PUT_BACK, UNDO = "withdraw", "put_back", "undo"
START, STOP = "start", "stop"
TRY_ON, BACKUP = "doctor", "backup"
QUEUE_RETRY, QUEUE_DROP = "queue retry", "queue drop"
