"""What clients were charged, and what a discount took off it (BILLmanager API, Expenses; D.4)."""

from __future__ import annotations

import enum
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

    rows = by_days_and_ids(read, first, last)
    if rows and not tells and not any(map(assumptions.tells_discount, rows)):
        raise IncompleteAnswer(rows[0].call, "discount, discountamount")
    found: list[DiscountedExpense] = []
    odd: list[IncompleteAnswer] = []
    for row in filter(assumptions.tells_discount, rows):
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


def _expense(row: Row, currency_signs: Mapping[str, str]) -> DiscountedExpense | None:
    acted, amount = row.raw("discount"), row.text("discountamount")
    if acted in assumptions.NO_VALUE or amount in assumptions.NO_VALUE:
        return None
    kind = assumptions.kind_of_discount(acted)
    if not is_id(acted) and kind is None:
        raise IncompleteAnswer(row.call, f"discount={acted!r}")
    currencies = set(currency_signs.values())
    if len(amount.split()) == 1 and len(currencies) == 1:
        amount = f"{amount} {min(currencies)}"
    saved = amount_with_currency(amount, dict(currency_signs), row.call)
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
