"""Tiers and the tier table (R1, R2), and the table as CSV."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NewType

from . import bounds, figures
from .errors import BadInput, TierTableError
from .figures import plain
from .pasting.rows import Row, csv_rows
from .spreadsheets import guarded, unguarded
from .text import Text, short
from .values import dataclass

ServiceClass = NewType("ServiceClass", str)
"""What a tier gives a percent for, by its short name (vps). A class stands for one or more of the panel's service
types; three are published, the administrator may add others."""

VPS, DEDICATED, SSL = (ServiceClass(name) for name in ("vps", "dedicated", "ssl"))
PUBLISHED_CLASSES = (VPS, DEDICATED, SSL)
_CLASS_NAME = r"[a-z][a-z0-9_]{0,30}"
_COLUMNS = ("status", "from")
_LOWEST, _HIGHEST = Decimal("-Infinity"), Decimal("Infinity")


def is_class_name(text: str) -> bool:
    """Whether a text may name a service class: small Latin letters, digits and `_`, and no column of the table."""
    return re.fullmatch(_CLASS_NAME, text) is not None and text not in _COLUMNS


@dataclass(frozen=True)
class Tier:
    """A status: from `threshold` (programme currency, included) on, a percent (0–100) per service class."""

    name: str
    threshold: Decimal
    percents: Mapping[ServiceClass, Decimal]


@dataclass(frozen=True)
class TierTable:
    """Tiers by rising threshold. Raises TierTableError when thresholds repeat or fall, a name repeats,
    a percent is missing, outside 0–100 or has more than two decimals.

    A service class that came after the table is not in it: no percent for it.
    """

    tiers: tuple[Tier, ...]

    @property
    def classes(self) -> tuple[ServiceClass, ...]:
        """The service classes that the table has percents for."""
        return tuple(self.tiers[0].percents)

    def __post_init__(self) -> None:
        if not self.tiers:
            raise TierTableError(Text("there is no tier in it", "в ней нет ни одного статуса"))
        for position, tier in enumerate(self.tiers):
            check(tier, self.tiers[:position], line=None)

    def tier_for(self, turnover: Decimal) -> Tier | None:
        """The highest tier whose threshold is not above `turnover`, None below the first (R2)."""
        reached = bisect_right(self._thresholds, turnover)
        return self.tiers[reached - 1] if reached else None

    def alike(self, turnover: Decimal) -> tuple[Decimal, Decimal]:
        """Between which turnovers the tier is the same as for this one: from the first to below the second."""
        reached = bisect_right(self._thresholds, turnover)
        return self._steps[reached], self._steps[reached + 1]

    @cached_property
    def _steps(self) -> list[Decimal]:
        return [_LOWEST, *self._thresholds, _HIGHEST]

    @cached_property
    def _thresholds(self) -> list[Decimal]:
        return [tier.threshold for tier in self.tiers]

    def next_after(self, turnover: Decimal) -> Tier | None:
        """The first tier that `turnover` does not reach, None at the top."""
        return next((tier for tier in self.tiers if tier.threshold > turnover), None)

    def by_name(self, name: str) -> Tier | None:
        return next((tier for tier in self.tiers if tier.name == name), None)

    def remarks(self) -> list[Text]:
        """What may be meant, but more likely is a slip: a tier that gives more than the next one, or just as much."""
        return [remark for pair in zip(self.tiers, self.tiers[1:]) for remark in _remarks(*pair)]

    @classmethod
    def from_csv(cls, text: str, classes: Sequence[ServiceClass] | None = None) -> TierTable:
        """Read the table as it is on record, `status,from,vps,dedicated,ssl` lines, separated by comma or semicolon: a
        column for each of `classes`, or whatever classes the table itself names. What people give is read by
        `pasting.reading`.

        Raises TierTableError with the line and the reason; a table is taken whole or not at all.
        """
        text = text.lstrip("\ufeff")
        rows = csv_rows(text, ";" if ";" in text.partition("\n")[0] else ",")
        tiers: list[Tier] = []
        header = _header(next(rows, Row(1, ())).cells, classes)
        for row in filter(lambda row: row.filled, rows):
            tier = _tier(header, row.cells, row.line)
            check(tier, tiers, row.line)
            tiers.append(tier)
        return cls(tuple(tiers))

    def to_csv(self) -> str:
        """The table as `from_csv` reads it; reading it back gives an equal table."""
        import csv  # takes time to load, and most read tables only

        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*_COLUMNS, *self.classes])
        for tier in self.tiers:
            writer.writerow(
                [
                    guarded(tier.name),
                    bounds.written(tier.threshold),
                    *(bounds.written(tier.percents[service_class]) for service_class in self.classes),
                ]
            )
        return out.getvalue()


@lru_cache(maxsize=1)
def published_table() -> TierTable:
    """The table that ships with the product (spec, section 1)."""
    import pkgutil  # takes time to load, and an installation has tables of its own

    shipped = pkgutil.get_data(__package__, "published_tiers.csv") or b""
    return TierTable.from_csv(shipped.decode("utf-8"))


def _remarks(lower: Tier, higher: Tier) -> list[Text]:
    if lower.percents and lower.percents == higher.percents:
        alike = Text(
            "“{lower}” and “{higher}” give the same: nobody gains by reaching “{higher}”",
            "«{lower}» и «{higher}» дают одно и то же: переход на «{higher}» ничего не прибавит",
        )
        return [alike(lower=lower.name, higher=higher.name)]
    return [
        Text(
            "“{lower}” gives more for {name} than “{higher}”: {more} against {less}",
            "«{lower}» даёт на {name} больше, чем «{higher}»: {more} против {less}",
        )(
            lower=lower.name,
            higher=higher.name,
            name=name,
            more=figures.percent(more),
            less=figures.percent(higher.percents[name]),
        )
        for name, more in lower.percents.items()
        if more > higher.percents[name]
    ]


def _header(cells: Sequence[str], classes: Sequence[ServiceClass] | None) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if classes is None:
        classes = [ServiceClass(name) for name in names if is_class_name(name)]
    columns = (*_COLUMNS, *classes)
    for name in names:
        if name not in columns:
            raise TierTableError(
                Text(
                    "unknown category “{name}”; the columns are {columns}",
                    "неизвестная категория «{name}»; столбцы: {columns}",
                )(name=short(name, 40), columns=", ".join(columns)),
                1,
            )
    for name in columns:
        if names.count(name) != 1:
            raise TierTableError(
                Text("column “{name}” must be there once", "столбец «{name}» должен быть ровно один раз")(name=name), 1
            )
    return names


def _tier(header: list[str], cells: Sequence[str], line: int) -> Tier:
    if len(cells) != len(header):
        raise TierTableError(
            Text("{found} cells instead of {wanted}", "ячеек {found} вместо {wanted}")(
                found=len(cells), wanted=len(header)
            ),
            line,
        )
    values = dict(zip(header, (cell.strip() for cell in cells)))
    try:
        return Tier(
            bounds.line(unguarded(values["status"]), "status", bounds.LONGEST_NAME),
            bounds.amount(values["from"], "from", spaced=False),
            {
                ServiceClass(name): bounds.percent(values[name], name, spaced=False)
                for name in header
                if name not in _COLUMNS
            },
        )
    except BadInput as error:
        reason = Text("column {column}: {reason}", "столбец {column}: {reason}")(column=error.field, reason=error.text)
        raise TierTableError(reason, line, error.field) from error


def check(tier: Tier, before: Iterable[Tier], line: int | None) -> None:
    """Raises TierTableError, with the `line` of a text, for a tier that can't come behind those `before` it."""
    problem = _problem(tier, list(before))
    if problem:
        raise TierTableError(problem[1], line, problem[0])


def _problem(tier: Tier, before: list[Tier]) -> tuple[str, Text] | None:
    """What is wrong with a tier, and which of its fields."""
    if not tier.name:
        return "name", Text("the tier has no name", "у статуса нет названия")
    if not tier.name.isprintable():
        return "name", Text(
            "the name “{name}” has characters that can't be shown", "в названии «{name}» есть непечатаемые символы"
        )(name=short(tier.name, 40))
    for service_class in before[0].percents if before else ():
        if service_class not in tier.percents:
            return "", Text("no percent for {name}", "нет процента для {name}")(name=service_class)
    if tier.name in (other.name for other in before):
        return "name", Text("the name “{name}” repeats", "название «{name}» повторяется")(name=tier.name)
    if tier.threshold < 0:
        return "threshold", Text("the threshold is below zero", "порог меньше нуля")
    if bounds.places(tier.threshold) > 4:
        return "threshold", Text(
            "the threshold has more than four decimals, and so has no amount of the panel",
            "в пороге больше четырёх знаков после запятой, в панели таких сумм нет",
        )
    if before and tier.threshold <= before[-1].threshold:
        return "threshold", Text(
            "the threshold {this} is not above {last} of “{name}”",
            "порог {this} не выше порога {last} статуса «{name}»",
        )(this=plain(tier.threshold), last=plain(before[-1].threshold), name=before[-1].name)
    return _percent_problem(tier)


def _percent_problem(tier: Tier) -> tuple[str, Text] | None:
    for service_class, percent in tier.percents.items():
        field = f"percent_{service_class}"
        if not 0 <= percent <= 100:
            return field, Text("{percent} for {name} is outside 0–100", "{percent} для {name} вне пределов 0–100")(
                percent=figures.percent(percent), name=service_class
            )
        if bounds.places(percent) > 2:
            return field, Text(
                "{percent} for {name} has more than two decimals",
                "в {percent} для {name} больше двух знаков после запятой",
            )(percent=figures.percent(percent), name=service_class)
    return None
