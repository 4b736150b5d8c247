"""Personal discounts of an account (reference, A). Written only through the panel's API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..programme.ids import AccountId, DiscountId, Scope
from ..programme.text import Text, same
from ..programme.tiers import plain
from . import assumptions
from .answers import percent
from .calls import Panel
from .errors import IncompleteAnswer, MissingObject

OURS = Text("Reseller programme: ", "Партнёрская программа: ")
"""How the names of our discounts begin; the same for every tier, so that a lost store can be filled again from the
panel."""
OTHER_SERVICES = Text("other services", "другие услуги")

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
        return "name" not in self.shown or _is_our_name(self.shown["name"])


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
    def scope(self) -> Scope | None:
        """The one service type or tariff that it is for; None when it is for something else."""
        return assumptions.scope_of(self.fields.get("pricelist_tree", ""))

    @property
    def bears_our_name(self) -> bool:
        return any(_is_our_name(value) for name, value in self.fields.items() if name.startswith("name"))

    @property
    def first_day(self) -> date | None:
        try:
            return date.fromisoformat(self.fields.get("fromdate", ""))
        except ValueError:
            return None

    def is_intact(self, scope: Scope, since: date | None = None) -> bool:
        """Whether everything beside the percent is as the programme writes it; `since` is its first day, if known."""
        return (
            self.scope == scope
            and self.fields.get("type") == assumptions.TYPE_PERCENT
            and self.fields.get("todate") == assumptions.OPEN_END
            and since in (None, self.first_day)
        )


def listed(panel: Panel, account: AccountId, language: str = "en") -> list[ListedDiscount]:
    """The account's personal discounts, ours and others; their names as the panel shows them in a language."""
    return [
        ListedDiscount(DiscountId(row.number("id")), account, row.columns())
        for row in panel.rows("account.discount", {"elid": account, "lang": language})
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
    """A percent discount for one service type or tariff that the panel was asked to create."""

    scope: Scope
    name: Text
    percent: Decimal


def name_of(title: Text, language: str = "both") -> Text:
    """What the client reads: the name of a service class, as the panel's English and Russian name; with a `language`
    the same in both."""
    name = Text(OURS.en + title.en, OURS.ru + title.ru)
    return name if language == "both" else same(name.say(language))


def _is_our_name(name: str) -> bool:
    return name.startswith((OURS.en, OURS.ru))


def create(panel: Panel, account: AccountId, wish: Made, since: date) -> DiscountId | None:
    """Create an open-ended percent discount; None when the wizard keeps its id to itself (A.2).

    Raises TransportError when it can't be told whether it was created; `find_made` can.
    """
    return _created(panel, account, _fields(wish, since))


def find_made(
    panel: Panel, account: AccountId, wishes: Sequence[Made], known: Collection[DiscountId]
) -> dict[Scope, ListedDiscount]:
    """The discounts that were just made, by what they are for, among those that were not `known` before.

    The list is enough where it can mean only one of them; otherwise the forms are read.
    """
    rows = [row for row in listed(panel, account) if row.id not in known and row.may_be_ours]
    found = {}
    for wish in wishes:
        looks_alike = [other for other in wishes if (other.name, other.percent) == (wish.name, wish.percent)]
        fitting = [row for row in rows if row.shown.get("name") in (wish.name.en, wish.name.ru)]
        if len(looks_alike) == len(fitting) == 1 and fitting[0].percent == wish.percent:
            found[wish.scope] = fitting[0]
    wanted = {wish.scope for wish in wishes} - found.keys()
    for row in rows if wanted else ():
        full = read(panel, account, row.id)
        if full.bears_our_name and full.scope in wanted:
            found[full.scope] = row
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
