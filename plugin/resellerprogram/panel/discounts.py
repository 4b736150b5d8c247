"""Personal discounts of an account (reference, A). Written only through the panel's API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from .errors import IncompleteAnswer, MissingObject, TransportError

NAMES = {
    ServiceClass.VPS: Text("Reseller programme: VPS", "Партнёрская программа: VPS"),
    ServiceClass.DEDICATED: Text("Reseller programme: dedicated servers", "Партнёрская программа: выделенные серверы"),
    ServiceClass.SSL: Text("Reseller programme: SSL certificates", "Партнёрская программа: SSL-сертификаты"),
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
    def may_be_ours(self) -> bool:
        """Whether it bears a name of the programme; a list without names leaves it open."""
        return "name" not in self.shown or self.shown["name"] in _OUR_NAMES


@dataclass(frozen=True)
class PersonalDiscount:
    """A personal discount with all that its form holds, word for word in `fields`."""

    id: DiscountId
    account: AccountId
    fields: Mapping[str, str]

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

    def is_intact(self, service_type: ServiceTypeId) -> bool:
        """Whether everything beside the percent is as the programme writes it."""
        return (
            self.service_type == service_type
            and self.fields.get("type") == assumptions.TYPE_PERCENT
            and self.fields.get("todate") == assumptions.OPEN_END
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
    return PersonalDiscount(discount, account, fields)


def create(
    panel: Panel,
    account: AccountId,
    service_type: ServiceTypeId,
    service_class: ServiceClass,
    value: Decimal,
    since: date,
    known: Iterable[DiscountId],
) -> ListedDiscount:
    """Create an open-ended percent discount for one service type.

    The wizard's answer may lack the id, and a lost answer says nothing at all: then the discount is looked up
    among those that were not `known` before. Raises TransportError when it can't be told whether it was created.
    """
    name = NAMES[service_class]
    params = {
        "plid": account,
        "name": name.en,
        "name_ru": name.ru,
        "type": assumptions.TYPE_PERCENT,
        "percentage": plain(value),
        "pricelist_tree": assumptions.tree_node(service_type),
        "fromdate": since,
        "todate": assumptions.OPEN_END,
        "sok": "ok",
    }
    try:
        document = panel.call("account.discount.add.product", params, repeatable=False)
        document.expect_ok()
        if document.value("id").isdecimal():
            return ListedDiscount(DiscountId(int(document.value("id"))), account, {})
    except TransportError as lost:
        created = _new_discount(panel, account, service_type, value, set(known), certain=False)
        if created is None:
            raise lost
        return created
    created = _new_discount(panel, account, service_type, value, set(known), certain=True)
    if created is None:
        raise IncompleteAnswer(document.call, "id")
    return created


def _new_discount(
    panel: Panel,
    account: AccountId,
    service_type: ServiceTypeId,
    value: Decimal,
    known: set[DiscountId],
    certain: bool,
) -> ListedDiscount | None:
    """The discount that was just made. The form is read unless the only new row can be nothing else."""
    rows = [row for row in listed(panel, account) if row.id not in known and row.may_be_ours]
    if certain and len(rows) == 1 and rows[0].percent == value:
        return rows[0]
    for row in rows:
        found = read(panel, account, row.id)
        if found.bears_our_name and found.service_type == service_type:
            return row
    return None


def edit(panel: Panel, account: AccountId, discount: DiscountId, service_type: ServiceTypeId, value: Decimal) -> None:
    """Set the percent in place and put right whatever else differs. Raises MissingObject when it is gone."""
    fields = dict(read(panel, account, discount).fields)
    fields.update(
        type=assumptions.TYPE_PERCENT,
        percentage=plain(value),
        todate=assumptions.OPEN_END,
        pricelist_tree=assumptions.tree_node(service_type),
    )
    panel.call("account.discount.edit", {**fields, "plid": account, "elid": discount, "sok": "ok"}).expect_ok()


def delete(panel: Panel, account: AccountId, discount: DiscountId) -> None:
    """Delete a discount; one that is gone already is as good as deleted."""
    try:
        panel.call("account.discount.delete", {"plid": account, "elid": discount}).expect_ok()
    except MissingObject:
        return
