"""Personal discounts of an account (reference, A). Written only through the panel's API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ..programme.bounds import is_id
from ..programme.figures import plain
from ..programme.ids import AccountId, DiscountId, Scope
from ..programme.ownership import DiscountForm, FoundDiscount, is_named_like_ours
from ..programme.text import Text
from ..programme.values import dataclass
from . import assumptions
from .answers import Row, percent
from .calls import Panel
from .errors import IncompleteAnswer, MissingObject

_NOT_FIELDS = frozenset({"elid", "plid", "plname", "func", "out", "lang", "su", "sok"})

_NO_SCOPE = Text("type, pricelist_tree; it has {fields}", "type, pricelist_tree; есть {fields}")


def listed(panel: Panel, account: AccountId, language: str = "en") -> list[FoundDiscount]:
    """The account's personal discounts, ours and others; their names as the panel shows them in a language."""
    return [_found(account, row) for row in panel.rows("account.discount", {"elid": account, "lang": language})]


def _found(account: AccountId, row: Row) -> FoundDiscount:
    columns = row.columns()
    value = columns.pop("value", "")
    name, last_day = columns.get("name"), _day(columns.get("todate", ""))
    return FoundDiscount(DiscountId(row.number("id")), account, name, value, percent(value), last_day, columns)


def read(panel: Panel, account: AccountId, discount: DiscountId) -> DiscountForm:
    """One discount in full. Raises MissingObject when it is gone."""
    document = panel.call("account.discount.edit", {"plid": account, "elid": discount})
    fields = {name: value for name, value in document.values().items() if name not in _NOT_FIELDS}
    if not {"type", "pricelist_tree"} <= fields.keys():
        raise IncompleteAnswer(document.call, _NO_SCOPE(fields=", ".join(fields)))
    return DiscountForm(
        fields,
        assumptions.scope_of(fields["pricelist_tree"]),
        percent(fields.get("percentage", "")),
        _day(fields.get("fromdate", "")),
        fields["type"] == assumptions.TYPE_PERCENT and fields.get("todate") == assumptions.OPEN_END,
        document.text(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Made:
    """A percent discount for one service type or tariff that the panel was asked to create."""

    scope: Scope
    name: Text
    percent: Decimal


def create(panel: Panel, account: AccountId, wish: Made, since: date) -> DiscountId | None:
    """Create an open-ended percent discount; None when the wizard keeps its id to itself (A.2).

    Raises TransportError when it can't be told whether it was created; `find_made` can.
    """
    return _created(panel, account, _fields(wish, since))


def find_made(
    panel: Panel, account: AccountId, wishes: Sequence[Made], known: Collection[DiscountId]
) -> dict[Scope, FoundDiscount]:
    """The discounts that were just made, by what they are for, among those that were not `known` before.

    The list is enough where it can mean only one of them; otherwise the forms are read.
    """
    new = (row for row in listed(panel, account) if row.id not in known)
    rows = [row for row in new if row.name is None or is_named_like_ours(row.name)]
    found = {}
    for wish in wishes:
        looks_alike = [other for other in wishes if (other.name, other.percent) == (wish.name, wish.percent)]
        fitting = [row for row in rows if row.name in (wish.name.en, wish.name.ru)]
        if len(looks_alike) == len(fitting) == 1 and fitting[0].percent == wish.percent:
            found[wish.scope] = fitting[0]
    wanted = {wish.scope for wish in wishes} - found.keys()
    for row in rows if wanted else ():
        form = read(panel, account, row.id)
        if form.scope in wanted and any(map(is_named_like_ours, form.names)):
            found[form.scope] = row
    return found


def edit(panel: Panel, account: AccountId, discount: DiscountId, wish: Made, since: date | None) -> None:
    """Set the percent in place and put right whatever else differs. Raises MissingObject when it is gone.

    What was written when it was created is written again; `since` None: it is not known and read first.
    """
    fields = _fields(wish, since) if since else {**read(panel, account, discount).fields, **_fields(wish, None)}
    panel.call(
        "account.discount.edit", {**fields, **assumptions.OWN_CALL, "plid": account, "elid": discount, "sok": "ok"}
    ).expect_ok()


def put_back(panel: Panel, account: AccountId, fields: Mapping[str, str]) -> DiscountId | None:
    """Create a discount from the fields that its form once held; None when the wizard keeps its id to itself.

    Raises TransportError when it can't be told whether it was created.
    """
    return _created(panel, account, fields)


def _created(panel: Panel, account: AccountId, fields: Mapping[str, object]) -> DiscountId | None:
    document = panel.call(
        "account.discount.add.product",
        {**fields, **assumptions.OWN_CALL, "plid": account, "sok": "ok"},
        repeatable=False,
    )
    document.expect_ok()
    return DiscountId(int(document.value("id"))) if is_id(document.value("id")) else None


def _fields(wish: Made, since: date | None) -> dict[str, object]:
    return {
        "name": wish.name.en,
        "name_ru": wish.name.ru,
        "type": assumptions.TYPE_PERCENT,
        "percentage": plain(wish.percent),
        "pricelist_tree": wish.scope,
        "todate": assumptions.OPEN_END,
        **({"fromdate": since} if since else {}),
    }


def delete(panel: Panel, account: AccountId, discount: DiscountId) -> None:
    """Delete a discount; one that is gone already is as good as deleted."""
    try:
        panel.call("account.discount.delete", {"plid": account, "elid": discount, **assumptions.OWN_CALL}).expect_ok()
    except MissingObject:
        return
