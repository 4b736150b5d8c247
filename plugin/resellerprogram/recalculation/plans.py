"""Keeping a plan for the page that shows it, with the fingerprints by which it can be confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..programme.changes import plain_change
from ..programme.ids import Scope
from ..programme.report import Planned, Report
from ..store import Store
from ..store.database import transaction
from ..store.notes import PREVIEW, PRINTS
from ..store.planned import PlannedAccount


def keep_plan(store: Store, report: Report) -> None:
    """In the place of the last one."""
    with transaction(store.connection):
        store.planned.replace(_kept(each, report.scope_names) for each in report.planned)
        store.notes.write(PRINTS, {str(account): each for account, each in report.prints.items()})


def keep_changed(store: Store, changed: Collection[Planned], names: Mapping[Scope, str]) -> None:
    """What a plan that was confirmed says of these accounts now; where no page has a plan, nobody asks."""
    if not changed or store.notes.read(PREVIEW) is None:
        return
    with transaction(store.connection):
        prints = store.notes.read(PRINTS) or {}
        for each in changed:
            store.planned.put(_kept(each, names))
            prints[str(each.account.id)] = each.fingerprint
        store.notes.write(PRINTS, prints)


def _kept(planned: Planned, names: Mapping[Scope, str]) -> PlannedAccount:
    return PlannedAccount(
        planned.account.id,
        planned.account.name,
        planned.turnover,
        planned.tier_before,
        planned.tier,
        planned.way,
        planned.drops,
        tuple(plain_change(change, names) for change in planned.changes),
        planned.unforetold,
    )
