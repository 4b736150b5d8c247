"""Whose each personal discount of an account is (R8, R9, R10): the programme's, another's, resting, come back, gone.

An id alone proves nothing, because ids come again: of name, scope and first day two must agree with what was recorded.
A name like ours is not ours either; only where no record is left do name, percent and open end together stand for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal

from .discounts import OtherDiscount, ProgrammeDiscount, RestingDiscount
from .errors import ImplausibleRead
from .ids import AccountId, DiscountId, Scope
from .text import LANGUAGES, Text, same
from .values import dataclass

OURS = Text("Reseller program: ", "Реселлерская программа: ")
"""How the names of our discounts begin; the same for every tier, so that a lost store can be filled again from the
panel."""
FORMER = Text("Reseller programme: ", "Партнёрская программа: ")
"""How they began in earlier releases: discounts made then keep their names until they change."""
NO_PROMOTIONS = Text("no promotions", "без промоакций")
"""What the client reads of a 0 % discount that stands for all that the programme does not cover."""
OTHER_SERVICES = Text("other services", "другие услуги")
"""What these are; in earlier releases the client read that instead."""
_SAID = ("name", "type", "pricelist_tree", "fromdate", "todate")
_IDENTITY = ("name", "pricelist_tree", "fromdate")


def name_of(title: Text, language: str = "both") -> Text:
    """What the client reads: the name of a service class, as the panel's English and Russian name; with a `language`
    the same in both."""
    return _named(OURS, title, language)


def names_of(title: Text) -> Iterator[Text]:
    """Every name under which a discount for a category can have been made."""
    for beginning in (OURS, FORMER):
        for language in ("both", *LANGUAGES):
            yield _named(beginning, title, language)


def _named(beginning: Text, title: Text, language: str) -> Text:
    name = Text(beginning.en + title.en, beginning.ru + title.ru)
    return name if language == "both" else same(name.say(language))


def is_named_like_ours(name: str) -> bool:
    """Whether a name begins as ours do: a hint only, since anybody can write such a name."""
    return name.startswith((OURS.en, OURS.ru, FORMER.en, FORMER.ru))


@dataclass(frozen=True)
class DiscountForm:
    """All that a discount's form holds, word for word in `fields`, and what of it is understood: the one service type
    or tariff that it is for, and whether it is an `open_percent` discount, as the programme writes them. `text` is the
    whole document."""

    fields: Mapping[str, str]
    scope: Scope | None
    percent: Decimal | None
    first_day: date | None
    open_percent: bool
    text: str = ""

    @property
    def names(self) -> list[str]:
        """What people read of it, in every language."""
        return [value for name, value in self.fields.items() if name.startswith("name") and value]


@dataclass(frozen=True)
class FoundDiscount:
    """A personal discount as the panel's list shows it. `shown` is every column but the percent's, `last_day` the last
    one on which it acts where the list tells; `form` is there where the list leaves a doubt."""

    id: DiscountId
    account: AccountId
    name: str | None
    value: str
    percent: Decimal | None
    last_day: date | None
    shown: Mapping[str, str]
    form: DiscountForm | None = None


@dataclass(frozen=True)
class OwnedDiscount:
    """A discount of ours on record: `percent` as we last wrote it, `since` its first day. None is unknown.

    `shown` is its list row without the percent, when all of it was last seen to be right.
    """

    id: DiscountId
    account: AccountId
    scope: Scope
    shown: Mapping[str, str] | None
    percent: Decimal | None = None
    since: date | None = None

    def as_row(self) -> FoundDiscount:
        """As the list would show it if nobody had touched it."""
        return FoundDiscount(self.id, self.account, None, "", self.percent, None, self.shown or {})

    def is_seen_in(self, row: FoundDiscount) -> bool:
        """Whether the list alone shows that nothing but the percent can have changed."""
        return row.percent is not None and self.shown == row.shown

    def is_this(self, form: DiscountForm) -> bool:
        """Whether the form can be that of the discount on record, whatever somebody changed in it."""
        agreeing = (
            any(map(is_named_like_ours, form.names)),
            form.scope == self.scope,
            self.since is not None and form.first_day == self.since,
        )
        return sum(agreeing) >= 2


@dataclass(frozen=True)
class SetAsideDiscount:
    """A discount that was taken out of the panel, or is about to be. `shown` is its list row, `fields` its form.

    `known` are the account's discounts when putting it back began, None before that. `deleted`: the panel has said
    that it is gone, so that another one with its id is another one.
    """

    id: int
    account: AccountId
    discount: DiscountId
    shown: Mapping[str, str]
    fields: Mapping[str, str]
    set_aside_at: datetime
    known: frozenset[int] | None
    deleted: bool = False

    @property
    def tree(self) -> str:
        """What it is for, as its form spells it."""
        return self.fields.get("pricelist_tree", "")

    def is_still(self, form: DiscountForm) -> bool:
        """Whether a form under its id can be that of this discount, which was never deleted then."""
        agreeing = (form.fields.get(name, "") == self.fields.get(name, "") for name in _IDENTITY)
        return not self.deleted and sum(agreeing) >= 2

    def may_have_become(self, row: FoundDiscount) -> bool:
        """Whether a discount is new since putting back began."""
        return self.known is not None and row.id not in self.known

    def says(self, form: DiscountForm) -> bool:
        """Whether a form says word for word what this one said."""
        return all(form.fields.get(name, "") == self.fields.get(name, "") for name in _SAID) and same_number(
            form.fields.get("percentage", ""), self.fields.get("percentage", "")
        )


@dataclass(frozen=True)
class Marks:
    """By what a discount of ours is known where no record of it is left: the names that we write, word for word, and
    the percents that tiers give."""

    names: Collection[str] = ()
    percents: Collection[Decimal] = ()

    def fit(self, form: DiscountForm) -> bool:
        return (
            form.open_percent
            and form.scope is not None
            and form.percent in self.percents
            and any(name in self.names for name in form.names)
        )


@dataclass(frozen=True)
class Belongings:
    """An account's discounts: `ours`, those of `others`, and what is `resting`. `records` are ours as they are to be
    remembered, `gone` records of ours that the panel does not have any more; of what was set aside `came_back` has a
    new id by record, and `still_there` was never deleted."""

    ours: tuple[ProgrammeDiscount, ...] = ()
    others: tuple[OtherDiscount, ...] = ()
    resting: tuple[RestingDiscount, ...] = ()
    records: tuple[OwnedDiscount, ...] = ()
    gone: tuple[OwnedDiscount, ...] = ()
    came_back: Mapping[int, DiscountId] = field(default_factory=dict)
    still_there: tuple[int, ...] = ()


def needs_form(
    row: FoundDiscount, owned: Mapping[DiscountId, OwnedDiscount], aside: Iterable[SetAsideDiscount]
) -> bool:
    """Whether the list alone does not tell whose a discount is."""
    record = owned.get(row.id)
    if record:
        return not record.is_seen_in(row)
    if row.name is None or is_named_like_ours(row.name):
        return True
    return any(each.discount == row.id or each.may_have_become(row) for each in aside)


def sort_out(
    found: Sequence[FoundDiscount],
    missing: Mapping[DiscountId, DiscountForm | None],
    owned: Mapping[DiscountId, OwnedDiscount],
    aside: Sequence[SetAsideDiscount],
    marks: Marks,
) -> Belongings:
    """Whose is each discount of an account? `missing` are the forms of those on record that the list lacks, None where
    the panel does not know them. Raises ImplausibleRead where the list lacks one that is there."""
    ours: list[ProgrammeDiscount] = []
    others: list[FoundDiscount] = []
    records: list[OwnedDiscount] = []
    gone = [owned[number] for number in missing]
    for number, form in missing.items():
        if form and owned[number].is_this(form):
            raise _still_exists(owned[number])
    for row in found:
        mine, record = _recognised(row, owned.get(row.id), marks)
        if mine is None:
            others.append(row)
            gone += [owned[row.id]] if row.id in owned else []
            continue
        ours.append(mine)
        records += [record] if record else []
    came_back, still_there, resting = _of_those_set_aside(others, aside)
    return Belongings(
        tuple(ours),
        tuple(OtherDiscount(row.id, row.account, row.name or "", row.value, row.last_day) for row in others),
        resting,
        tuple(records),
        tuple(gone),
        came_back,
        still_there,
    )


def _recognised(
    row: FoundDiscount, record: OwnedDiscount | None, marks: Marks
) -> tuple[ProgrammeDiscount | None, OwnedDiscount | None]:
    """The discount as ours, and how it is to be remembered if that is new; nothing for one that is another's."""
    if record and record.is_seen_in(row):
        return ProgrammeDiscount(
            row.id, row.account, record.scope, row.percent or Decimal(0), True, record.percent
        ), None
    form = row.form
    if form is None:
        return None, None
    if record and record.is_this(form):
        intact = form.open_percent and form.scope == record.scope and record.since in (None, form.first_day)
        written, since = record.percent, record.since
        scope = record.scope
    elif not record and form.scope and marks.fit(form):
        intact, written, since, scope = True, None, None, form.scope
    else:
        return None, None
    remembered = OwnedDiscount(
        row.id,
        row.account,
        scope,
        row.shown if intact else None,
        form.percent if written is None else written,
        since or form.first_day,
    )
    return ProgrammeDiscount(row.id, row.account, scope, form.percent or Decimal(0), intact, written), remembered


def _of_those_set_aside(
    others: Sequence[FoundDiscount], aside: Sequence[SetAsideDiscount]
) -> tuple[dict[int, DiscountId], tuple[int, ...], tuple[RestingDiscount, ...]]:
    """What of them the panel has again, what it never deleted, and what still rests."""
    by_id = {row.id: row for row in others}
    came_back: dict[int, DiscountId] = {}
    still_there: list[int] = []
    resting: list[RestingDiscount] = []
    for each in aside:
        there = by_id.get(each.discount)
        again = next(
            (
                row.id
                for row in others
                if each.may_have_become(row) and row.id not in came_back.values() and row.form and each.says(row.form)
            ),
            None,
        )
        if again is not None:
            came_back[each.id] = again
        elif there and there.form and each.is_still(there.form):
            still_there.append(each.id)
        else:
            shown = each.shown
            resting.append(RestingDiscount(each.id, each.account, shown.get("name", ""), shown.get("value", "")))
    return came_back, tuple(still_there), tuple(resting)


def same_number(one: str, other: str) -> bool:
    """Whether two texts stand for the same number, however many zeros follow; or are the same text."""
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return one == other


def _still_exists(owned: OwnedDiscount) -> ImplausibleRead:
    return ImplausibleRead(
        Text(
            "client {account}: the panel's list lacks discount {discount}, which still exists. "
            "Discounts unchanged; it will be tried again.",
            "клиент {account}: в списке панели нет скидки {discount}, хотя она есть. Скидки не "
            "изменены, повторим автоматически.",
        )(account=owned.account, discount=owned.id)
    )
