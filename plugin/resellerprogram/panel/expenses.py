"""What clients were charged, and what a discount took off it (BILLmanager API, Expenses)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..programme.bounds import is_id
from ..programme.ids import DiscountId
from ..programme.payments import Money
from . import assumptions
from .answers import Row, amount_with_currency
from .calls import Panel, by_days_and_ids
from .errors import IncompleteAnswer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DiscountedExpense:
    """On `day` a discount took `saved` off an expense."""

    day: date
    discount: DiscountId
    saved: Money


def discounted(panel: Panel, first: date, last: date, currency_signs: Mapping[str, str]) -> list[DiscountedExpense]:
    """Every expense from `first` to `last`, both included, that a discount made smaller.

    `currency_signs` gives the ISO code behind every code and symbol. Raises PanelError: TooManyRows where one day has
    more than the panel lists, IncompleteAnswer where no row tells the discount, or none the currency; single rows that
    can't be read are logged and passed over.
    """

    def read(start: date, end: date, ids: str) -> list[Row]:
        return panel.rows("expense", conditions={**assumptions.expenses_of(start, end), "id": ids})

    rows = by_days_and_ids(read, first, last)
    if rows and not any(_tells_discount(row) for row in rows):
        raise IncompleteAnswer(rows[0].call, "discount, discountamount, realdate")
    found: list[DiscountedExpense] = []
    odd: list[IncompleteAnswer] = []
    for row in filter(_tells_discount, rows):
        try:
            expense = _expense(row, currency_signs)
        except IncompleteAnswer as error:
            odd.append(error)
            continue
        if expense and first <= expense.day <= last:
            found.append(expense)
    if odd and not found:
        raise odd[0]
    for each in odd:
        log.warning("an expense is passed over: %s", each)
    return found


def _tells_discount(row: Row) -> bool:
    """An empty column may be left out, so that a row without it has no discount (panel-2, D3)."""
    return row.has("discount") and row.has("discountamount") and row.has("realdate")


def _expense(row: Row, currency_signs: Mapping[str, str]) -> DiscountedExpense | None:
    discount, amount = row.raw("discount"), row.text("discountamount")
    if not is_id(discount) or discount in assumptions.NO_VALUE or amount in assumptions.NO_VALUE:
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
