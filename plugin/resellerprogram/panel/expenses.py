"""What clients were charged, and what a discount took off it (BILLmanager API, Expenses; D.4)."""

from __future__ import annotations

import enum
import logging
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ..programme.bounds import is_id
from ..programme.ids import DiscountId
from ..programme.payments import Money
from ..programme.values import dataclass
from . import assumptions
from .answers import Row, amount_with_currency
from .calls import Panel, TooManyRows, by_days_and_ids
from .errors import Call, IncompleteAnswer

log = logging.getLogger(__name__)


class Kind(str, enum.Enum):
    """What acted, where the panel tells no id."""

    PERSONAL = "personal"
    PROMOTION = "promo"
    GLOBAL = "globaldiscount"


@dataclass(frozen=True)
class DiscountedExpense:
    """On `day` something took `saved` off an expense: the discount with that id, or one of that `kind`, as the panel
    tells the one or the other. `account` is the client as the row shows it, `what` the expense's name."""

    id: int
    day: date
    discount: DiscountId | None
    kind: Kind | None
    saved: Money
    account: str = ""
    what: str = ""


def discounted(
    panel: Panel, first: date, last: date, currency_signs: Mapping[str, str], tells: bool = False
) -> list[DiscountedExpense]:
    """Every expense from `first` to `last`, both included, that a discount made smaller.

    `currency_signs` gives the ISO code behind every code and symbol; `tells`: this panel was seen to tell discounts,
    so that rows without them had none. Raises PanelError: TooManyRows where one day has more than the panel lists,
    IncompleteAnswer where no row tells the discount, or none the currency; single rows that can't be read are logged
    and passed over.
    """

    def read(start: date, end: date, ids: str) -> list[Row]:
        return panel.rows("expense", conditions={**assumptions.expenses_of(start, end), "id": ids})

    def take(row: Row) -> DiscountedExpense | IncompleteAnswer | Call | None:
        """Of a row that does not tell what acted its call is left, of one on which nothing acted nothing."""
        if not assumptions.tells_discount(row):
            return row.call
        try:
            return _expense(row, currency_signs)
        except IncompleteAnswer as error:
            return error

    taken = by_days_and_ids(read, first, last, take)
    silent = next((each for each in taken if isinstance(each, Call)), None)
    if silent and not tells and all(isinstance(each, Call) for each in taken):
        raise IncompleteAnswer(silent, "discount, discountamount")
    of_the_days = (each for each in taken if isinstance(each, DiscountedExpense) and first <= each.day <= last)
    found, odd = list(of_the_days), [each for each in taken if isinstance(each, IncompleteAnswer)]
    if odd and not found:
        raise odd[0]
    for each in odd:
        log.warning("an expense is passed over: %s", each)
    return found


@dataclass(frozen=True)
class Charge:
    """What a client was charged on a day before any discount; `account` is the client as the row shows it, `what` the
    expense's name."""

    account: str
    what: str
    gross: Money


def charged(
    panel: Panel, first: date, last: date, currency_signs: Mapping[str, str], most_calls: int
) -> tuple[list[Charge], bool]:
    """What clients were charged from `first` to `last`, both included, and whether that is all: after `most_calls` it
    is left at what was read. Rows that can't be read are passed over. Raises PanelError."""
    taken: dict[str, Charge] = {}
    calls = 0

    def read(start: date, end: date, ids: str) -> list[Row]:
        nonlocal calls
        if calls == most_calls:
            raise _Enough
        calls += 1
        return panel.rows("expense", conditions={**assumptions.expenses_of(start, end), "id": ids})

    def take(row: Row) -> None:
        try:
            if first <= date.fromisoformat(row.raw("realdate")[:10]) <= last:
                taken[row.raw("id")] = _charge(row, currency_signs)
        except (IncompleteAnswer, ValueError) as odd:
            log.info("an expense is passed over: %s", odd)

    try:
        by_days_and_ids(read, first, last, take)
    except (_Enough, TooManyRows):
        return list(taken.values()), False
    return list(taken.values()), True


class _Enough(Exception):
    """As many calls were made as an estimate is worth."""


def _charge(row: Row, currency_signs: Mapping[str, str]) -> Charge:
    paid = _money(row, row.text("amount"), currency_signs)
    off = row.text("discountamount") if assumptions.tells_discount(row) else ""
    saved = Decimal(0) if off in assumptions.NO_VALUE else abs(_money(row, off, currency_signs).amount)
    return Charge(row.raw("account"), row.text("locale_name"), Money(abs(paid.amount) + saved, paid.currency))


def _money(row: Row, amount: str, currency_signs: Mapping[str, str]) -> Money:
    """An amount of an expense; without a sign it is of the panel's only currency."""
    currencies = set(currency_signs.values())
    if len(amount.split()) == 1 and len(currencies) == 1:
        amount = f"{amount} {min(currencies)}"
    return amount_with_currency(amount, dict(currency_signs), row.call)


def _expense(row: Row, currency_signs: Mapping[str, str]) -> DiscountedExpense | None:
    acted, amount = row.raw("discount"), row.text("discountamount")
    if acted in assumptions.NO_VALUE or amount in assumptions.NO_VALUE:
        return None
    kind = assumptions.kind_of_discount(acted)
    if not is_id(acted) and kind is None:
        raise IncompleteAnswer(row.call, f"discount={acted!r}")
    saved = _money(row, amount, currency_signs)
    if not saved.amount:
        return None
    try:
        day = date.fromisoformat(row.raw("realdate")[:10])
    except ValueError:
        raise IncompleteAnswer(row.call, f"realdate={row.raw('realdate')!r}") from None
    return DiscountedExpense(
        row.number("id"),
        day,
        None if kind else DiscountId(int(acted)),
        Kind(kind) if kind else None,
        Money(abs(saved.amount), saved.currency),
        row.raw("account"),
        row.text("locale_name"),
    )
