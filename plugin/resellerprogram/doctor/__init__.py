"""The panel under examination: `checks` of what we assume of it, and the `report` of its shapes that may leave a host.

`shapes` is how a document is described without what it says, `vocabulary` the words that may be part of that.
"""

from .checks import Check, doctor, tell_if_overdue

__all__ = ["Check", "doctor", "tell_if_overdue"]
