"""Which functions there are, who may call them, and which of them write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from ..request import CLIENT, EMPLOYEE, Request

Action = Callable[[Request], etree._Element]


@dataclass(frozen=True)
class Function:
    """`level` is the lowest caller; `employee_only` functions refuse root without su when `needs_su` says so."""

    name: str
    action: Action
    level: int
    needs_employee: bool = False
    writes: bool = False
    title: tuple[str, str] = ("", "")


REGISTRY: dict[str, Function] = {}


def function(
    name: str,
    level: int = EMPLOYEE,
    *,
    needs_employee: bool = False,
    writes: bool = False,
    title: tuple[str, str] = ("", ""),
) -> Callable[[Action], Action]:
    """Register a panel function; `title` is (English, Russian) for pages and menu."""

    def register(action: Action) -> Action:
        REGISTRY[name] = Function(name, action, level, needs_employee, writes, title)
        return action

    return register


ANYBODY = 0
__all__ = ["ANYBODY", "CLIENT", "EMPLOYEE", "REGISTRY", "Function", "function"]
