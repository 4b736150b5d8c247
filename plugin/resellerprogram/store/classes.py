"""The service classes: which of the panel's service types each stands for, and which tariffs are left out."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..programme.text import Text
from ..programme.tiers import ServiceClass
from .database import transaction


@dataclass(frozen=True)
class ClassOfServices:
    """A class by its short `name`: `types` are internal names of service types, `left_out` ids of tariffs of theirs
    that get no discount. `title` is what people read."""

    name: ServiceClass
    title: Text
    types: tuple[str, ...] = ()
    left_out: tuple[int, ...] = ()


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
                "INSERT INTO service_class (name, position, title_en, title_ru, types, left_out)"
                " VALUES (:name, (SELECT coalesce(max(position), 0) + 1 FROM service_class), :en, :ru, :types, :left)"
                " ON CONFLICT (name) DO UPDATE SET title_en = :en, title_ru = :ru, types = :types, left_out = :left",
                {
                    "name": wanted.name,
                    "en": wanted.title.en,
                    "ru": wanted.title.ru,
                    "types": ",".join(wanted.types),
                    "left": ",".join(map(str, wanted.left_out)),
                },
            )

    def remove(self, name: ServiceClass) -> None:
        self._connection.execute("DELETE FROM service_class WHERE name = ?", (name,))


def _class(row: sqlite3.Row) -> ClassOfServices:
    return ClassOfServices(
        ServiceClass(row["name"]),
        Text(row["title_en"], row["title_ru"]),
        tuple(name.strip() for name in row["types"].split(",") if name.strip()),
        tuple(int(number) for number in row["left_out"].split(",") if number),
    )
