"""Acting on one account: each change is one panel call that stands for itself, and is on record before the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ..mirror.errors import MirrorBehind
from ..panel import discounts
from ..panel.discounts import Made
from ..panel.errors import Call, IncompleteAnswer, MissingObject, PanelError, TransportError
from ..programme.account import Considered
from ..programme.changes import PlainChange, plain_change
from ..programme.discounts import Change, Create, Delete, Edit, PutBack, SetAside
from ..programme.errors import ResellerProgrammeError
from ..programme.ids import AccountId, DiscountId, Scope
from ..programme.ownership import Belongings, FoundDiscount, OwnedDiscount, name_of
from ..store.database import transaction
from .context import Context
from .scopes import read_names


def act(
    context: Context, considered: Considered, cause: str, now: datetime, who: str = "", run: int | None = None
) -> int:
    """Write the changes of one account and record each as the panel takes it; tells how many. Before the programme is
    started only what was decided is recorded, and nobody is told of it. What a `run` writes can be undone.

    Raises PanelError, MirrorBehind.
    """
    store, account = context.store, considered.account
    changes = considered.changes if context.is_live else ()
    planned = [plain_change(change, context.scope_names) for change in changes]
    with transaction(store.connection):
        if considered.another:
            forget(context, account.id)
        if account.registered:
            store.clients.know(account.id, account.registered)
        record = store.decisions.record(considered.decision, cause, now, bool(changes), who, run, planned)
        put_right_at = now if changes and considered.puts_right else None
        verified_on = None if considered.by_records else context.day
        store.standings.keep(
            replace(considered.standing, decided_at=now, put_right_at=put_right_at, verified_on=verified_on)
        )
        store.outlooks.keep(account.id, considered.outlook)
        for notice in considered.notices if context.is_live and context.day == now.date() else ():
            store.notices.put(notice, now)
        if context.is_live:  # else what was planned is still to be done
            store.planned.done(account.id)
        for owner in considered.moved_to:
            store.queue.put_once(owner, cause, now)
        settle(context, account.id, considered.belongings, now)
        if not changes:
            store.decisions.finish(account.id)
    if changes:
        for written in _write(context, considered, now):
            store.decisions.add_written(record, written)
        store.decisions.finish(account.id, record)
    return len(changes)


def settle(context: Context, account: AccountId, belongings: Belongings, now: datetime) -> None:
    """Bring the records to what the panel says."""
    store = context.store
    for record, discount in belongings.came_back.items():
        store.set_aside.end_putting_back(record, discount, now)
    if belongings.still_there:
        store.set_aside.forget(account, belongings.still_there)
    for gone in belongings.gone:
        store.owned.end(gone.id, now.date())
    for owned in belongings.records:
        store.owned.keep(owned)


def give_back(context: Context, account: AccountId, belongings: Belongings, now: datetime) -> int:
    """Put back what was set aside for an account, whatever its tier; tells how many. Raises PanelError."""
    settle(context, account, belongings, now)
    last = context.store.decisions.last(account)
    for other in belongings.resting:
        written = _put_back(context, PutBack(other), now)
        if last:
            context.store.decisions.add_written(last.id, written)
    return len(belongings.resting)


def forget(context: Context, account: AccountId) -> None:
    """The client is gone, and its discounts with it; who gets the id later starts with nothing (R10)."""
    context.store.set_aside.forget_account(account)
    context.store.clients.forget(account)


def _write(context: Context, considered: Considered, now: datetime) -> Iterator[PlainChange]:
    """Write all changes, and tell each as the panel takes it. Each stands for itself: one that fails keeps no other
    back (spec, section 3), but for two. Another's discount is set aside only once ours is there, and while the panel
    does not answer nothing is given any more, only taken.

    Raises the error that weighs most, after all the others were tried; what was told before stays.
    """
    failed: list[ResellerProgrammeError] = []
    creations = [change for change in considered.changes if isinstance(change, Create)]
    yield from _create(context, considered, creations, failed)
    for change in considered.changes:
        if isinstance(change, Create) or not _may_follow(change, failed):
            continue
        try:
            yield _carry_out(context, change, now)
        except (PanelError, MirrorBehind) as error:
            failed.append(error)
    if failed:
        raise min(failed, key=lambda error: (not isinstance(error, TransportError), isinstance(error, MissingObject)))


def _may_follow(change: Change, failed: list[ResellerProgrammeError]) -> bool:
    """Whether a change may be tried after others failed: what lowers or ends a discount always may."""
    if change.way.lowers or isinstance(change, Delete):
        return True
    if isinstance(change, SetAside):
        return not failed
    return not any(isinstance(error, TransportError) for error in failed)


def _carry_out(context: Context, change: Change, now: datetime) -> PlainChange:
    if isinstance(change, Edit):
        return _edit(context, change)
    if isinstance(change, Delete):
        return _delete(context, change)
    if isinstance(change, SetAside):
        return _set_aside(context, change, now)
    assert isinstance(change, PutBack)  # noqa: S101  creations come together
    return _put_back(context, change, now)


def _create(
    context: Context, considered: Considered, creations: list[Create], failed: list[ResellerProgrammeError]
) -> Iterator[PlainChange]:
    """The wizard may keep the new ids to itself; then the list is read once, after all of them."""
    known: set[DiscountId] = set(considered.known)
    nameless: list[Made] = []
    for change in creations:
        if not _may_follow(change, failed):
            break
        wish = _wish(context, change.scope, change)
        try:
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
                    _keep(context, change.account, created, None, wish)
                    known.add(created)
        except PanelError as error:
            failed.append(error)
        else:
            yield plain_change(change, context.scope_names)
    if nameless:
        try:
            _keep_found(context, considered, nameless, known, sure=True)
        except PanelError as error:
            failed.append(error)


def _keep_found(
    context: Context, considered: Considered, wishes: list[Made], known: set[DiscountId], sure: bool
) -> dict[Scope, FoundDiscount]:
    """Find what was just made and remember that it is ours; what is `sure` to be there must be found."""
    account = considered.account.id
    found = discounts.find_made(context.panel, account, wishes, known)
    for wish in wishes:
        if wish.scope in found:
            _keep(context, account, found[wish.scope].id, found[wish.scope].shown, wish)
            known.add(found[wish.scope].id)
        elif sure:
            raise IncompleteAnswer(Call("account.discount", {"elid": str(account)}), wish.name)
    return found


def _keep(
    context: Context, account: AccountId, created: DiscountId, shown: Mapping[str, str] | None, wish: Made
) -> None:
    context.store.owned.keep(OwnedDiscount(created, account, wish.scope, shown, wish.percent, context.day))


def _edit(context: Context, change: Edit) -> PlainChange:
    owned = context.store.owned.of(change.account)[change.before.id]
    wish = _wish(context, change.scope, change)
    discounts.edit(context.panel, change.account, change.before.id, wish, owned.since)
    context.store.owned.keep(
        replace(owned, percent=change.percent, shown=owned.shown if change.before.intact else None)
    )
    return plain_change(change, context.scope_names)


def _delete(context: Context, change: Delete) -> PlainChange:
    discounts.delete(context.panel, change.account, change.before.id)
    context.store.owned.end(change.before.id, context.day)
    return plain_change(change, context.scope_names)


def _set_aside(context: Context, change: SetAside, now: datetime) -> PlainChange:
    """Recorded first and deleted then: whatever happens between, nothing is lost."""
    other = change.other
    form = discounts.read(context.panel, other.account, other.id)
    shown = {"name": other.name or form.fields.get("name", ""), "value": other.value}
    read_names(context.panel, context.store, form.fields.get("pricelist_tree", ""))
    record = context.store.set_aside.keep(other.account, other.id, shown, form.fields, form.text, now)
    context.before_suspending()
    discounts.delete(context.panel, other.account, other.id)
    context.store.set_aside.is_deleted(record)
    return replace(plain_change(change, {}), what=shown["name"])


def _put_back(context: Context, change: PutBack, now: datetime) -> PlainChange:
    """The discounts that are there are noted first, so that after a lost answer a new one can be told."""
    other, set_aside = change.other, context.store.set_aside
    kept = next(each for each in set_aside.of(other.account) if each.id == other.record)
    set_aside.begin_putting_back(kept.id, {row.id for row in discounts.listed(context.panel, other.account)})
    context.before_what_is_done_once()
    again = discounts.put_back(context.panel, other.account, kept.fields)
    set_aside.end_putting_back(kept.id, again, now)
    return plain_change(change, {})


def _wish(context: Context, scope: Scope, change: Create | Edit) -> Made:
    title = context.title_of(context.rules.class_of.get(scope))
    return Made(scope, name_of(title, context.settings.discount_names), change.percent)
