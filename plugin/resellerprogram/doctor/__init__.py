"""The panel under examination: `checks` of what we assume of it, and the `report` of its shapes that may leave a host;
the programme's own `health`.

`shapes` is how a document is described without what it says, `vocabulary` the words that may be part of that.
"""
