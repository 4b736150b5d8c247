"""Keeping a plan for the page that shows it, with the fingerprints by which it can be confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..programme.discounts import Change, PutBack, SetAside
from ..programme.ids import Scope
from ..programme.tiers import plain
from ..store import Store
from ..store.database import transaction
from ..store.notes import PREVIEW, PRINTS
from ..store.planned import PlannedAccount
from .report import Planned, Report


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
        _kind(planned),
        sum(change.drops for change in planned.changes),
        tuple(_values(change, names) for change in planned.changes),
        planned.unforetold,
    )


def _kind(planned: Planned) -> str:
    """What the run does to the client: starts, rises, falls or ends the discounts, or touches others only."""
    own = [change for change in planned.changes if not isinstance(change, (SetAside, PutBack))]
    if not own:
        return "other"
    if any(change.drops for change in own):
        return "falls" if planned.tier else "ends"
    return "starts" if planned.tier_before is None and all(change.had is None for change in own) else "rises"


def _values(change: Change, names: Mapping[Scope, str]) -> dict[str, object]:
    if isinstance(change, (SetAside, PutBack)):
        return {"name": change.other.name, "value": change.other.value, "because": change.because.value}
    return {
        "name": names.get(change.scope, change.scope),
        "before": None if change.had is None else plain(change.had),
        "after": None if change.will_have is None else plain(change.will_have),
        "because": change.because.value,
    }
