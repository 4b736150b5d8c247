"""The one flow: read → decide → plan → apply → record, for one account or all.

`plan`, `explain` and the pages are the same flow that stops before apply. All reads of a run come before its
first write: what is read wrong stops the run while nothing has happened yet (spec, section 3).

`run` is a recalculation by hand or by night, `drain` answers the queue, `work` is the worker that events start,
`sweep` finds what events lost.
"""
