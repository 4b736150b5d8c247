"""How things end: a run, a task, a notice, what waits in the queue, a check, the programme as a whole.

Constants are kept in the database and read by programs; what people read of them is in words/labels.py.
"""

from __future__ import annotations

import enum

DONE, PARTLY, FAILED, STOPPED = "done", "partly", "failed", "stopped"
CHANGED, CUT_SHORT = "changed", "cut_short"
OF_RUNS = (DONE, PARTLY, STOPPED, FAILED)
"""`PARTLY`: some accounts wait in the queue. `STOPPED`: by the limit on drops."""
OF_TASKS = (DONE, FAILED, STOPPED, CHANGED, CUT_SHORT)
"""`CHANGED`: done but for what changed since it was confirmed. `CUT_SHORT`: the process died."""

SENT, REFUSED, LOST, OVER, NOBODY, WITHDRAWN = "sent", "refused", "lost", "over", "nobody", "withdrawn"
OF_NOTICES = (SENT, REFUSED, LOST, OVER, NOBODY, WITHDRAWN)
"""What became of a notice: taken by the panel, refused by it, sent without an answer, overtaken by the day, for a
client without users; or withdrawn before it was sent, because it was not true or not wanted any more."""

WAITS, FAILS, DEAD = "waits", "fails", "dead"
OF_QUEUE = (WAITS, FAILS, DEAD)
"""How something stands in the queue: not tried yet, tried again after a pause, tried again only when told to."""


class Finding(str, enum.Enum):
    """What a check of the panel found."""

    HOLDS = "holds"
    DIFFERS = "differs"
    UNKNOWN = "could not tell"


class State(enum.IntEnum):
    """Whether the programme is well: the states and exit codes that monitoring systems share."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
