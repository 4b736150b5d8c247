"""Personal discounts of an account (reference, A). Written only through the panel's API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..programme.discounts import DiscountId, ServiceTypeId
from ..programme.payments import AccountId
from ..programme.text import Text
from ..programme.tiers import ServiceClass, plain
from . import assumptions
from .answers import percent
from .calls import Panel
from .errors import IncompleteAnswer, MissingObject

NAMES: Mapping[ServiceClass | None, Text] = {
    ServiceClass.VPS: Text("Reseller programme: VPS", "Партнёрская программа: VPS"),
    ServiceClass.DEDICATED: Text("Reseller programme: dedicated servers", "Партнёрская программа: выделенные серверы"),
    ServiceClass.SSL: Text("Reseller programme: SSL certificates", "Партнёрская программа: SSL-сертификаты"),
    None: Text("Reseller programme: other services", "Партнёрская программа: другие услуги"),
}
"""What the client reads; the same for every tier, so that a lost store can be filled again from the panel."""

_OUR_NAMES = frozenset(name for text in NAMES.values() for name in (text.en, text.ru))
_NOT_FIELDS = frozenset({"elid", "plid", "plname", "func", "out", "lang", "su", "sok"})


@dataclass(frozen=True)
class ListedDiscount:
    """A personal discount as the list shows it. `shown` are all columns, to tell later whether it changed."""

    id: DiscountId
    account: AccountId
    shown: Mapping[str, str]

    @property
    def percent(self) -> Decimal | None:
        """The percent, where the list shows one."""
        return percent(self.shown.get("value", ""))

    @property
    def beside_percent(self) -> dict[str, str]:
        """Every column but the one that shows the percent."""
        return {name: value for name, value in self.shown.items() if name != "value"}

    @property
    def last_day(self) -> date | None:
        """The last day on which it acts, where the list shows one."""
        try:
            return date.fromisoformat(self.shown.get("todate", ""))
        except ValueError:
            return None

    @property
    def may_be_ours(self) -> bool:
        """Whether it bears a name of the programme; a list without names leaves it open."""
        return "name" not in self.shown or self.shown["name"] in _OUR_NAMES


@dataclass(frozen=True)
class PersonalDiscount:
    """A personal discount with all that its form holds, word for word in `fields`; `form` is the whole document."""

    id: DiscountId
    account: AccountId
    fields: Mapping[str, str]
    form: str = ""

    @property
    def percent(self) -> Decimal | None:
        return percent(self.fields.get("percentage", ""))

    @property
    def service_type(self) -> ServiceTypeId | None:
        """The one service type that it covers; None when it covers something else."""
        return assumptions.service_type_of(self.fields.get("pricelist_tree", ""))

    @property
    def bears_our_name(self) -> bool:
        return any(value in _OUR_NAMES for name, value in self.fields.items() if name.startswith("name"))

    @property
    def first_day(self) -> date | None:
        try:
            return date.fromisoformat(self.fields.get("fromdate", ""))
        except ValueError:
            return None

    def is_intact(self, service_type: ServiceTypeId, since: date | None = None) -> bool:
        """Whether everything beside the percent is as the programme writes it; `since` is its first day, if known."""
        return (
            self.service_type == service_type
            and self.fields.get("type") == assumptions.TYPE_PERCENT
            and self.fields.get("todate") == assumptions.OPEN_END
            and since in (None, self.first_day)
        )


def listed(panel: Panel, account: AccountId) -> list[ListedDiscount]:
    """The account's personal discounts, ours and others."""
    return [
        ListedDiscount(DiscountId(row.number("id")), account, row.columns())
        for row in panel.rows("account.discount", {"elid": account})
    ]


def read(panel: Panel, account: AccountId, discount: DiscountId) -> PersonalDiscount:
    """One discount in full. Raises MissingObject when it is gone."""
    document = panel.call("account.discount.edit", {"plid": account, "elid": discount})
    fields = {name: value for name, value in document.values().items() if name not in _NOT_FIELDS}
    if not {"type", "pricelist_tree"} <= fields.keys():
        raise IncompleteAnswer(document.call, f"type, pricelist_tree; it has {', '.join(fields)}")
    return PersonalDiscount(discount, account, fields, document.text())


@dataclass(frozen=True)
class Made:
    """A percent discount for one service type that the panel was asked to create."""

    service_type: ServiceTypeId
    name: Text
    percent: Decimal


def create(panel: Panel, account: AccountId, wish: Made, since: date) -> DiscountId | None:
    """Create an open-ended percent discount; None when the wizard keeps its id to itself (A.2).

    Raises TransportError when it can't be told whether it was created; `find_made` can.
    """
    return _created(panel, account, _fields(wish, since))


def find_made(
    panel: Panel, account: AccountId, wishes: Sequence[Made], known: Collection[DiscountId]
) -> dict[ServiceTypeId, ListedDiscount]:
    """The discounts that were just made, by service type, among those that were not `known` before.

    The list is enough where it can mean only one of them; otherwise the forms are read.
    """
    rows = [row for row in listed(panel, account) if row.id not in known and row.may_be_ours]
    found = {}
    for wish in wishes:
        looks_alike = [other for other in wishes if (other.name, other.percent) == (wish.name, wish.percent)]
        fitting = [row for row in rows if row.shown.get("name") in (wish.name.en, wish.name.ru)]
        if len(looks_alike) == len(fitting) == 1 and fitting[0].percent == wish.percent:
            found[wish.service_type] = fitting[0]
            continue
        for row in rows:
            full = read(panel, account, row.id)
            if full.bears_our_name and full.service_type == wish.service_type:
                found[wish.service_type] = row
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


def same_as(panel: Panel, account: AccountId, discount: DiscountId, fields: Mapping[str, str]) -> bool:
    """Whether a discount says what these fields say."""
    found = read(panel, account, discount).fields
    named = ("name", "type", "pricelist_tree", "fromdate", "todate")
    return all(found.get(name, "") == fields.get(name, "") for name in named) and percent(
        found.get("percentage", "")
    ) == percent(fields.get("percentage", ""))


def _created(panel: Panel, account: AccountId, fields: Mapping[str, object]) -> DiscountId | None:
    document = panel.call(
        "account.discount.add.product",
        {**fields, **assumptions.OWN_CALL, "plid": account, "sok": "ok"},
        repeatable=False,
    )
    document.expect_ok()
    return DiscountId(int(document.value("id"))) if document.value("id").isdecimal() else None


def _fields(wish: Made, since: date | None) -> dict[str, object]:
    return {
        "name": wish.name.en,
        "name_ru": wish.name.ru,
        "type": assumptions.TYPE_PERCENT,
        "percentage": plain(wish.percent),
        "pricelist_tree": assumptions.tree_node(wish.service_type),
        "todate": assumptions.OPEN_END,
        **({"fromdate": since} if since else {}),
    }


def delete(panel: Panel, account: AccountId, discount: DiscountId) -> None:
    """Delete a discount; one that is gone already is as good as deleted."""
    try:
        panel.call("account.discount.delete", {"plid": account, "elid": discount, **assumptions.OWN_CALL}).expect_ok()
    except MissingObject:
        return
