"""What only a write can tell: tried on a test client whom the administrator names, and undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation

from ..programme.figures import plain
from ..programme.ids import AccountId, DiscountId, ProviderId, Scope
from ..programme.outcomes import Finding
from ..programme.ownership import OTHER_SERVICES, name_of
from ..programme.text import Text, same
from . import discounts, notices
from .assumptions import preview_of
from .calls import Panel, TooManyRows
from .directory import User
from .discounts import Made
from .errors import IncompleteAnswer, PanelRefusal

_HELLO = Text("Reseller program: a test", "Реселлерская программа: проверка")


def set_aside_and_put_back(panel: Panel, account: AccountId, scope: Scope, day: date) -> tuple[Finding, Text]:
    """Does a discount that is deleted and created again from its form say the same? Raises PanelError."""
    with _discount(panel, account, scope, Decimal(1), day) as first:
        before = discounts.read(panel, account, first).fields
    known = {row.id for row in discounts.listed(panel, account)}
    discounts.put_back(panel, account, before)
    new = [row.id for row in discounts.listed(panel, account) if row.id not in known]
    try:
        after = discounts.read(panel, account, new[0]).fields if new else {}
    finally:
        for number in new:
            discounts.delete(panel, account, number)
    lost = {name: value for name, value in before.items() if after.get(name) != value}
    return (Finding.DIFFERS if lost else Finding.HOLDS), same(
        ", ".join(f"{name}={value!r}" for name, value in lost.items())
    )


def zero_percent_outranks_promotions(
    panel: Panel, user: User, service_types: Iterable[tuple[Scope, str]], day: date
) -> tuple[Finding, Text]:
    """Does a 0 % personal discount keep an automatic promotion out? It does when an order gets dearer by it.

    Tells nothing where no promotion acts for this client on any of the service types. Raises PanelError.
    """
    for scope, name in service_types:
        try:
            before = _price(panel, user, name)
            with _discount(panel, user.account, scope, Decimal(0), day):
                after = _price(panel, user, name)
        except (PanelRefusal, IncompleteAnswer):
            continue  # not to be ordered like this, or without a price
        if after > before:
            return Finding.HOLDS, Text(
                "{name}: {before} with a promotion, {after} with a 0 % discount beside it",
                "{name}: {before} с промоакцией, {after} вместе со скидкой 0 %",
            )(name=name, before=plain(before), after=plain(after))
    return Finding.UNKNOWN, Text(
        "no order got dearer: start a promotion for this client on a product type and try again",
        "ни один заказ не подорожал: начните для этого клиента промоакцию на тип продукта и проверьте снова",
    )


def notification_is_shown(panel: Panel, user: User, provider: ProviderId | None) -> tuple[Finding, Text]:
    """Does a client see what is sent to them? It is taken away again where the panel lets us. Raises TransportError."""
    try:
        before = notices.seen_by(panel, user.id, provider)
        notices.notify(panel, user.id, provider, _HELLO, _HELLO)
        new = notices.seen_by(panel, user.id, provider).keys() - before.keys()
    except (PanelRefusal, TooManyRows) as error:
        return Finding.UNKNOWN, error.text
    try:
        for number in new:
            notices.forget(panel, user.id, provider, number)
    except PanelRefusal as refusal:
        return Finding.HOLDS, Text("it could not be taken away: {why}", "убрать его не удалось: {why}")(
            why=refusal.text
        )
    if new:
        return Finding.HOLDS, same("")
    return Finding.DIFFERS, Text(
        "it was taken and is not in the client's list", "панель его приняла, но в списке клиента его нет"
    )


@contextmanager
def _discount(panel: Panel, account: AccountId, scope: Scope, percent: Decimal, day: date) -> Iterator[DiscountId]:
    """A discount for the length of a `with`."""
    wish = Made(scope, name_of(OTHER_SERVICES), percent)
    known = {row.id for row in discounts.listed(panel, account)}
    number = discounts.create(panel, account, wish, day)
    if number is None:
        number = discounts.find_made(panel, account, [wish], known)[scope].id
    try:
        yield number
    finally:
        discounts.delete(panel, account, number)


def _price(panel: Panel, user: User, service_type: str) -> Decimal:
    function, field = preview_of(service_type)
    document = panel.call(function, {"su": user.id})
    try:
        return Decimal(document.value(field).split(" ")[0])
    except InvalidOperation:
        raise IncompleteAnswer(document.call, f"{field}={document.value(field)!r}") from None
