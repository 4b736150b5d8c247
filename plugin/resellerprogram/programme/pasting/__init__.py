"""A tier table as people publish it, read from what was pasted or saved: cells, figures, columns, and what is odd.

`reading.understand` is the one way in, for the page and the command line alike.
"""

AS_PERCENT, AS_SHARE = "percent", "share"
"""How a percent may be written: 19, or 0.19."""
