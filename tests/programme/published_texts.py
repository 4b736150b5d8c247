"""The published table as it comes out of web pages and spreadsheets, and any table written as people write it."""

from __future__ import annotations

import html
from collections.abc import Callable
from decimal import Decimal

from resellerprogram.programme.figures import plain
from resellerprogram.programme.tiers import Tier, TierTable

RUSSIAN = ("Статус партнера", "Оборот за период", "VPS", "Выделенные серверы", "SSL")
ENGLISH = ("Partner status", "Turnover over the period", "VPS", "Dedicated servers", "SSL")

Grouped = Callable[[Decimal], str]


def bare(number: Decimal) -> str:
    """1000000.5"""
    return plain(number)


def russian(number: Decimal) -> str:
    """1 000 000,50, with the space that a spreadsheet writes."""
    return f"{number:,.2f}".replace(",", "\u00a0").replace(".", ",")


def english(number: Decimal) -> str:
    """1,000,000.50"""
    return f"{number:,.2f}"


def up_to(tier: Tier, following: Tier | None) -> Decimal | None:
    """A whole below the next "from", as people write it, where there is room for that."""
    if following is None:
        return None
    room = following.threshold - tier.threshold
    return following.threshold - (Decimal(1) if room > 1 else Decimal("0.01"))


def as_published(table: TierTable, headings: tuple[str, ...] = RUSSIAN) -> list[list[str]]:
    """The cells of the page: "от 500р до 2999р", the last without an end; percents with their sign."""
    rows = [list(headings)]
    for tier, following in zip(table.tiers, (*table.tiers[1:], None)):
        upper = up_to(tier, following)
        turnover = f"от {bare(tier.threshold)}р" + (f" до {bare(upper)}р" if upper is not None else "")
        rows.append([tier.name, turnover, *(f"{plain(percent)}%" for percent in tier.percents.values())])
    return rows


def in_a_spreadsheet(table: TierTable, grouped: Grouped, headings: tuple[str, ...]) -> list[list[str]]:
    """Thresholds alone, with kopecks; percents with their sign and a space."""
    rows = [list(headings)]
    for tier in table.tiers:
        percents = (f"{grouped(percent)} %" for percent in tier.percents.values())
        rows.append([tier.name, grouped(tier.threshold), *percents])
    return rows


def one_cell_a_line(rows: list[list[str]]) -> str:
    return "\n\n".join(cell for row in rows for cell in row) + "\n"


def tab_separated(rows: list[list[str]]) -> str:
    return "\r\n".join("\t".join(row) for row in rows)


def html_table(rows: list[list[str]]) -> str:
    """As a browser copies it, with attributes, entities and a paragraph in each cell."""
    cells = ("".join(f'<td style="a > b"><p>{html.escape(cell)}</p></td>\n' for cell in row) for row in rows)
    lines = [f"<tr>{each}</tr>" for each in cells]
    return f'<meta charset="utf-8"><table class="price"><tbody>{"".join(lines)}</tbody></table>'


def semicolons(rows: list[list[str]]) -> str:
    return "\r\n".join(";".join(row) for row in rows)


WRITINGS: dict[str, Callable[[TierTable], str]] = {
    "our CSV": lambda table: table.to_csv(),
    "one cell a line": lambda table: one_cell_a_line(as_published(table)),
    "tabs from a page": lambda table: tab_separated(as_published(table)),
    "HTML": lambda table: html_table(as_published(table)),
    "HTML, English": lambda table: html_table(in_a_spreadsheet(table, english, ENGLISH)),
    "a Russian spreadsheet": lambda table: tab_separated(in_a_spreadsheet(table, russian, RUSSIAN)),
    "an English spreadsheet": lambda table: tab_separated(in_a_spreadsheet(table, english, ENGLISH)),
    "CSV of a Russian spreadsheet": lambda table: semicolons(in_a_spreadsheet(table, russian, RUSSIAN)),
}
