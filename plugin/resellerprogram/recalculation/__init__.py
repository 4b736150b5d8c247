"""The one flow: read → decide → plan → apply → record, for one account or all.

`plan`, `explain` and the pages are the same flow that stops before apply. All reads of a run come before its
first write: what is read wrong stops the run while nothing has happened yet (spec, section 3).
"""

from .context import Context
from .report import Considered, Planned, Report
from .run import check_settings, considered_alone, known_client, recalculate, way_of, working_on

__all__ = [
    "Considered",
    "Context",
    "Planned",
    "Report",
    "check_settings",
    "considered_alone",
    "known_client",
    "recalculate",
    "way_of",
    "working_on",
]
