"""Tiers and the tier table (R1, R2), and the table as CSV."""

from __future__ import annotations

import csv
import enum
import io
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .errors import TierTableError
from .text import Text


class ServiceClass(str, enum.Enum):
    """What a tier gives a percent for. A class stands for one or more of the panel's service types."""

    VPS = "vps"
    DEDICATED = "dedicated"
    SSL = "ssl"

    def __str__(self) -> str:
        return self.value


CSV_HEADER = ("status", "from", *(str(service_class) for service_class in ServiceClass))


@dataclass(frozen=True)
class Tier:
    """A status: from `threshold` (programme currency, included) on, a percent (0–100) per service class."""

    name: str
    threshold: Decimal
    percents: Mapping[ServiceClass, Decimal]


@dataclass(frozen=True)
class TierTable:
    """Tiers by rising threshold. Raises TierTableError when thresholds repeat or fall, a name repeats,
    or a percent is outside 0–100 or has more than two decimals."""

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        if not self.tiers:
            raise TierTableError(Text("there is no tier in it", "в ней нет ни одного уровня"))
        for position, tier in enumerate(self.tiers):
            _check(tier, self.tiers[:position], line=None)

    def tier_for(self, turnover: Decimal) -> Tier | None:
        """The highest tier whose threshold is not above `turnover`, None below the first (R2)."""
        reached = [tier for tier in self.tiers if tier.threshold <= turnover]
        return reached[-1] if reached else None

    def next_after(self, turnover: Decimal) -> Tier | None:
        """The first tier that `turnover` does not reach, None at the top."""
        return next((tier for tier in self.tiers if tier.threshold > turnover), None)

    def by_name(self, name: str) -> Tier | None:
        return next((tier for tier in self.tiers if tier.name == name), None)

    @classmethod
    def from_csv(cls, text: str) -> TierTable:
        """Read `status,from,vps,dedicated,ssl` lines, separated by comma or semicolon.

        Raises TierTableError with the line and the reason; a table is taken whole or not at all.
        """
        text = text.lstrip("\ufeff")
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        tiers: list[Tier] = []
        try:
            header = _header(next(rows, []))
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    tier = _tier(header, cells, rows.line_num)
                    _check(tier, tiers, rows.line_num)
                    tiers.append(tier)
        except csv.Error as error:
            raise TierTableError(Text("not CSV: {error}", "это не CSV: {error}")(error=error), rows.line_num) from error
        return cls(tuple(tiers))

    def to_csv(self) -> str:
        """The table as `from_csv` reads it; reading it back gives an equal table."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(CSV_HEADER)
        for tier in self.tiers:
            writer.writerow(
                [
                    tier.name,
                    plain(tier.threshold),
                    *(plain(tier.percents[service_class]) for service_class in ServiceClass),
                ]
            )
        return out.getvalue()


def published_table() -> TierTable:
    """The table that ships with the product (spec, section 1)."""
    shipped = pkgutil.get_data(__package__, "published_tiers.csv") or b""
    return TierTable.from_csv(shipped.decode("utf-8"))


def plain(number: Decimal) -> str:
    """The exact number, without exponent and trailing zeros: 3, 5.5, 1000000."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in names:
        if name not in CSV_HEADER:
            raise TierTableError(
                Text(
                    "unknown class {name!r}; the columns are {columns}",
                    "неизвестный класс {name!r}; столбцы: {columns}",
                )(name=name, columns=", ".join(CSV_HEADER)),
                1,
            )
    for name in CSV_HEADER:
        if names.count(name) != 1:
            raise TierTableError(
                Text("column {name!r} must be there once", "столбец {name!r} должен быть ровно один раз")(name=name), 1
            )
    return names


def _tier(header: list[str], cells: list[str], line: int) -> Tier:
    if len(cells) != len(header):
        raise TierTableError(
            Text("{found} cells instead of {wanted}", "ячеек {found} вместо {wanted}")(
                found=len(cells), wanted=len(header)
            ),
            line,
        )
    values = dict(zip(header, (cell.strip() for cell in cells)))
    return Tier(
        values["status"],
        _number(values["from"], line),
        {service_class: _number(values[service_class.value], line) for service_class in ServiceClass},
    )


def _number(text: str, line: int) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or "_" in text or "e" in text.lower():
        raise TierTableError(
            Text("{text!r} is not a number; write 3000 or 2.5", "{text!r} — не число; пишите 3000 или 2.5")(text=text),
            line,
        )
    return number


def _check(tier: Tier, before: Iterable[Tier], line: int | None) -> None:
    before = list(before)
    problem = _problem(tier, before)
    if problem:
        raise TierTableError(problem, line)


def _problem(tier: Tier, before: list[Tier]) -> Text | None:
    if not tier.name:
        return Text("the tier has no name", "у уровня нет названия")
    if not tier.name.isprintable():
        return Text(
            "the name {name!r} has characters that can't be shown", "в названии {name!r} есть непечатаемые символы"
        )(name=tier.name)
    if tier.name in (other.name for other in before):
        return Text("the name {name!r} repeats", "название {name!r} повторяется")(name=tier.name)
    if tier.threshold < 0:
        return Text("the threshold is below zero", "порог меньше нуля")
    if before and tier.threshold <= before[-1].threshold:
        return Text(
            "the threshold {this} is not above {last} of {name!r}", "порог {this} не выше порога {last} уровня {name!r}"
        )(this=plain(tier.threshold), last=plain(before[-1].threshold), name=before[-1].name)
    return _percent_problem(tier)


def _percent_problem(tier: Tier) -> Text | None:
    for service_class in ServiceClass:
        percent = tier.percents.get(service_class)
        if percent is None:
            return Text("no percent for {name}", "нет процента для {name}")(name=service_class)
        if not 0 <= percent <= 100:
            return Text("{percent} % for {name} is outside 0–100", "{percent} % для {name} вне пределов 0–100")(
                percent=plain(percent), name=service_class
            )
        if percent != round(percent, 2):
            return Text(
                "{percent} % for {name} has more than two decimals",
                "в {percent} % для {name} больше двух знаков после запятой",
            )(percent=plain(percent), name=service_class)
    return None
