"""What clients were charged, and what a discount took off it (BILLmanager API, Expenses)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..programme.ids import DiscountId
from ..programme.payments import Money
from . import assumptions
from .answers import Row, amount_with_currency
from .calls import Panel, by_days_and_ids
from .errors import IncompleteAnswer


@dataclass(frozen=True)
class DiscountedExpense:
    """On `day` a discount took `saved` off an expense."""

    day: date
    discount: DiscountId
    saved: Money


def discounted(panel: Panel, first: date, last: date, currency_signs: Mapping[str, str]) -> list[DiscountedExpense]:
    """Every expense from `first` to `last`, both included, that a discount made smaller.

    `currency_signs` gives the ISO code behind every code and symbol. Raises PanelError: TooManyRows where one day has
    more than the panel lists, IncompleteAnswer where it does not tell the discount or the currency.
    """

    def read(start: date, end: date, ids: str) -> list[Row]:
        return panel.rows("expense", conditions={**assumptions.expenses_of(start, end), "id": ids})

    found = (_expense(row, currency_signs) for row in by_days_and_ids(read, first, last))
    return [each for each in found if each and first <= each.day <= last]


def _expense(row: Row, currency_signs: Mapping[str, str]) -> DiscountedExpense | None:
    if not (row.has("discount") and row.has("discountamount") and row.has("realdate")):
        raise IncompleteAnswer(row.call, "discount, discountamount, realdate")
    discount, amount = row.raw("discount"), row.text("discountamount")
    if not discount.isdecimal() or discount in assumptions.NO_VALUE or amount in assumptions.NO_VALUE:
        return None
    currencies = set(currency_signs.values())
    if len(amount.split()) == 1 and len(currencies) == 1:
        amount = f"{amount} {min(currencies)}"
    saved = amount_with_currency(amount, dict(currency_signs), row.call)
    try:
        day = date.fromisoformat(row.raw("realdate")[:10])
    except ValueError:
        raise IncompleteAnswer(row.call, f"realdate={row.raw('realdate')!r}") from None
    return DiscountedExpense(day, DiscountId(int(discount)), Money(abs(saved.amount), saved.currency))
