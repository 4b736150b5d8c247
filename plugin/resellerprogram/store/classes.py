"""The service classes: the panel's service types behind each, tariffs that are left out, and caps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal

from ..programme import bounds, caps
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from ..programme.values import dataclass
from .database import transaction


@dataclass(frozen=True)
class ClassOfServices:
    """A class by its short `name`: `types` are internal names of service types, `left_out` ids of tariffs of theirs
    that get no discount, `caps` the most that a type or a tariff of theirs gets. `title` is what people read."""

    name: ServiceClass
    title: Text
    types: tuple[str, ...] = ()
    left_out: tuple[int, ...] = ()
    caps: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def picks_tariffs(self) -> bool:
        """Whether it must be known which tariffs there are."""
        return bool(self.left_out) or any(caps.of_tariff(what) is not None for what in self.caps)

    def cap(self, service_type: str, tariff: int | None = None) -> Decimal | None:
        """The most that a service type gets, or a tariff of it; None without a cap."""
        return caps.lowest(self.caps.get(service_type), None if tariff is None else self.caps.get(str(tariff)))


class ClassStore:
    """The classes in their order; VPS, dedicated servers and SSL to begin with."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> list[ClassOfServices]:
        return [_class(row) for row in self._connection.execute("SELECT * FROM service_class ORDER BY position")]

    def of(self, name: ServiceClass) -> ClassOfServices | None:
        row = self._connection.execute("SELECT * FROM service_class WHERE name = ?", (name,)).fetchone()
        return _class(row) if row else None

    def names(self) -> tuple[ServiceClass, ...]:
        return tuple(each.name for each in self.all())

    def of_types(self) -> dict[str, ServiceClass]:
        """Which class each service type belongs to, by its internal name."""
        return {name: each.name for each in self.all() for name in each.types}

    def put(self, wanted: ClassOfServices) -> None:
        """Change a class, or add it behind the others."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO service_class (name, position, title_en, title_ru, types, left_out, caps) VALUES"
                " (:name, (SELECT coalesce(max(position), 0) + 1 FROM service_class), :en, :ru, :types, :left, :caps)"
                " ON CONFLICT (name) DO UPDATE SET"
                " title_en = :en, title_ru = :ru, types = :types, left_out = :left, caps = :caps",
                {
                    "name": wanted.name,
                    "en": wanted.title.en,
                    "ru": wanted.title.ru,
                    "types": ",".join(wanted.types),
                    "left": ",".join(map(str, wanted.left_out)),
                    "caps": caps.written(caps.in_order(wanted.caps)),
                },
            )
            self._connection.executemany(
                "INSERT INTO capped_percent (percent) VALUES (?) ON CONFLICT DO NOTHING",
                [(bounds.written(percent),) for percent in wanted.caps.values()],
            )

    def percents_of_caps(self) -> Iterable[Decimal]:
        """The percents of all caps that ever were."""
        return (Decimal(row[0]) for row in self._connection.execute("SELECT percent FROM capped_percent"))

    def remove(self, name: ServiceClass) -> None:
        self._connection.execute("DELETE FROM service_class WHERE name = ?", (name,))


def _class(row: sqlite3.Row) -> ClassOfServices:
    return ClassOfServices(
        ServiceClass(row["name"]),
        Text(row["title_en"], row["title_ru"]),
        tuple(name.strip() for name in row["types"].split(",") if name.strip()),
        tuple(int(number) for number in row["left_out"].split(",") if number),
        caps.read(row["caps"]),
    )
