"""Writing the changes of one account: each is one panel call, and known to the store before the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ..panel import discounts
from ..panel.discounts import ListedDiscount, Made, name_of
from ..panel.errors import Call, IncompleteAnswer, TransportError
from ..programme.discounts import Create, Delete, Edit, PutBack, SetAside
from ..programme.ids import DiscountId, Scope
from ..store.decisions import WrittenChange
from ..store.discounts import OwnedDiscount
from .context import Context
from .report import Considered


def write(context: Context, considered: Considered, now: datetime) -> Iterator[WrittenChange]:
    """Write all changes, and tell each as the panel takes it. Raises PanelError; what was told before stays."""
    creations = [change for change in considered.changes if isinstance(change, Create)]
    yield from _create(context, considered, creations)
    for change in considered.changes:
        if isinstance(change, Edit):
            yield _edit(context, change)
        elif isinstance(change, Delete):
            yield _delete(context, change)
        elif isinstance(change, SetAside):
            yield _set_aside(context, change, now)
        elif isinstance(change, PutBack):
            yield put_back(context, change, now)


def _create(context: Context, considered: Considered, creations: list[Create]) -> Iterator[WrittenChange]:
    """The wizard may keep the new ids to itself; then the list is read once, after all of them."""
    known: set[DiscountId] = set(considered.known)
    nameless: list[Made] = []
    for change in creations:
        wish = _wish(context, change.scope, change)
        try:
            created = discounts.create(context.panel, change.account, wish, context.day)
        except TransportError as lost:
            if not _keep_found(context, considered, [*nameless, wish], known, sure=False).get(change.scope):
                raise lost
            created, nameless = None, []
        else:
            if created is None:
                nameless.append(wish)
            else:
                _keep(context, ListedDiscount(created, change.account, {}), wish)
                known.add(created)
        yield _written(context, change.scope, change)
    if nameless:
        _keep_found(context, considered, nameless, known, sure=True)


def _keep_found(
    context: Context, considered: Considered, wishes: list[Made], known: set[DiscountId], sure: bool
) -> dict[Scope, ListedDiscount]:
    """Find what was just made and remember that it is ours; what is `sure` to be there must be found."""
    account = considered.account.id
    found = discounts.find_made(context.panel, account, wishes, known)
    for wish in wishes:
        if wish.scope in found:
            _keep(context, found[wish.scope], wish)
            known.add(found[wish.scope].id)
        elif sure:
            raise IncompleteAnswer(Call("account.discount", {"elid": str(account)}), wish.name.en)
    return found


def _keep(context: Context, created: ListedDiscount, wish: Made) -> None:
    context.store.owned.keep(
        OwnedDiscount(
            created.id,
            created.account,
            wish.scope,
            created.beside_percent or None,
            wish.percent,
            context.day,
        )
    )


def _edit(context: Context, change: Edit) -> WrittenChange:
    owned = context.store.owned.of(change.account)[change.before.id]
    wish = _wish(context, change.scope, change)
    discounts.edit(context.panel, change.account, change.before.id, wish, owned.since)
    context.store.owned.keep(
        replace(owned, percent=change.percent, shown=owned.shown if change.before.intact else None)
    )
    return _written(context, change.scope, change)


def _delete(context: Context, change: Delete) -> WrittenChange:
    discounts.delete(context.panel, change.account, change.before.id)
    context.store.owned.end(change.before.id, context.day)
    return _written(context, change.scope, change)


def _set_aside(context: Context, change: SetAside, now: datetime) -> WrittenChange:
    """Recorded first and deleted then: whatever happens between, nothing is lost."""
    other = change.other
    full = discounts.read(context.panel, other.account, other.id)
    shown = {"name": other.name or full.fields.get("name", ""), "value": other.value}
    context.store.set_aside.keep(other.account, other.id, shown, full.fields, full.form, now)
    discounts.delete(context.panel, other.account, other.id)
    return WrittenChange(None, shown["name"], None, None, change.because, other.value)


def put_back(context: Context, change: PutBack, now: datetime) -> WrittenChange:
    """The discounts that are there are noted first, so that after a lost answer a new one can be told."""
    other, set_aside = change.other, context.store.set_aside
    kept = next(each for each in set_aside.of(other.account) if each.id == other.record)
    set_aside.begin_putting_back(kept.id, {row.id for row in discounts.listed(context.panel, other.account)})
    again = discounts.put_back(context.panel, other.account, kept.fields)
    set_aside.end_putting_back(kept.id, again, now)
    return WrittenChange(None, other.name, None, None, change.because, other.value)


def _wish(context: Context, scope: Scope, change: Create | Edit) -> Made:
    title = context.title_of(context.class_of[scope])
    return Made(scope, name_of(title, context.settings.discount_names), change.percent)


def _written(context: Context, scope: Scope, change: Create | Edit | Delete) -> WrittenChange:
    return WrittenChange(
        scope,
        context.scope_names.get(scope, scope),
        None if isinstance(change, Create) else change.before.percent,
        None if isinstance(change, Delete) else change.percent,
        change.because,
    )
