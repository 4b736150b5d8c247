"""Pictures of a turnover: small inline SVG that a page of the panel can carry, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from lxml import etree

from ...programme import figures
from ...programme.values import dataclass

WIDTH, HEIGHT = 360, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 16, 30
_LETTERS = 12
"""Height of a line of text; the picture is as wide as a phone, so that text stays readable there."""


@dataclass(frozen=True)
class Step:
    """From `day` on the turnover is so much, and the tier of that name and threshold is held (empty: none)."""

    day: date
    turnover: Decimal
    tier: str = ""
    threshold: Decimal = Decimal(0)


@dataclass(frozen=True)
class Picture:
    """What to draw: the `steps` up to `last`, `thresholds` by name as dashed lines, `marks` as days with a circle and a
    word; `title` and `description` are for who can't see it."""

    steps: Sequence[Step]
    last: date
    thresholds: Sequence[tuple[str, Decimal]]
    marks: Sequence[tuple[date, str]]
    title: str
    description: str
    language: str

    def html(self) -> str:
        """The picture as HTML. Whatever the texts hold is text."""
        drawing = etree.Element(
            "svg",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            role="img",
            style=f"width:100%;max-width:{WIDTH * 3 // 2}px;height:auto;font:{_LETTERS - 2}px sans-serif",
        )
        drawing.set("aria-label", f"{self.title}. {self.description}")
        etree.SubElement(drawing, "title").text = self.title
        if self.steps:
            self._draw(drawing)
        return etree.tostring(drawing, encoding="unicode")

    def _draw(self, drawing: etree._Element) -> None:
        held = self._path([step.threshold if step.tier else Decimal(0) for step in self.steps])
        floor = self._y(Decimal(0))
        etree.SubElement(drawing, "path", d=f"{held} V {floor:.1f} H {_LEFT} Z", fill="currentColor", opacity="0.12")
        self._draw_thresholds(drawing)
        turnover = self._path([step.turnover for step in self.steps])
        line = etree.SubElement(drawing, "path", d=turnover, fill="none", stroke="currentColor")
        line.set("stroke-width", "2")
        for day, word in self.marks:
            self._draw_mark(drawing, day, word, floor)
        _line(drawing, floor, "")
        _text(drawing, _LEFT, floor + _LETTERS + 2, figures.day(self.steps[0].day).say(self.language), "start")
        if self.last > self.steps[0].day:
            _text(drawing, WIDTH - _RIGHT, floor + _LETTERS + 2, figures.day(self.last).say(self.language), "end")

    def _draw_thresholds(self, drawing: etree._Element) -> None:
        """Every line; names, on top of the lines, only where there is room for them."""
        seen = sorted((amount, name) for name, amount in self.thresholds if 0 < amount <= self._top)
        for amount, _ in seen:
            _line(drawing, self._y(amount), "4 3")
        named = self._y(Decimal(0))
        for amount, name in seen:
            y = self._y(amount)
            if named - y >= _LETTERS:
                _text(drawing, WIDTH - _RIGHT, y - 3, name, "end")
                named = y

    def _draw_mark(self, drawing: etree._Element, day: date, word: str, floor: float) -> None:
        where = next((step for step in reversed(self.steps) if step.day <= day), self.steps[0])
        x, y = self._x(day), self._y(where.turnover)
        etree.SubElement(drawing, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.5", fill="white", stroke="currentColor")
        below = y + _LETTERS + 3
        beside = (x - 6, "end") if x > WIDTH * 3 / 4 else (x + 6, "start")
        _text(drawing, beside[0], below if below < floor - _LETTERS else y - 5, word, beside[1])

    def _path(self, amounts: Sequence[Decimal]) -> str:
        """A line of steps through these amounts."""
        parts = [f"M {self._x(self.steps[0].day):.1f} {self._y(amounts[0]):.1f}"]
        for step, amount in zip(self.steps[1:], amounts[1:]):
            parts.append(f"H {self._x(step.day):.1f} V {self._y(amount):.1f}")
        return " ".join([*parts, f"H {self._x(self.last):.1f}"])

    def _x(self, day: date) -> float:
        first = self.steps[0].day
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (day - first).days / max(1, (self.last - first).days)

    def _y(self, amount: Decimal) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * float(amount / self._top)

    @cached_property
    def _top(self) -> Decimal:
        """The highest amount that has to be seen: the turnover, and the threshold above it."""
        highest = max(step.turnover for step in self.steps)
        above = [amount for _, amount in self.thresholds if amount > highest]
        return max([highest, *sorted(above)[:1], Decimal(1)]) * Decimal("1.08")


def _line(drawing: etree._Element, y: float, dashes: str) -> None:
    line = etree.SubElement(
        drawing, "line", x1=str(_LEFT), x2=str(WIDTH - _RIGHT), y1=f"{y:.1f}", y2=f"{y:.1f}", stroke="currentColor"
    )
    line.set("stroke-width", "0.6")
    if dashes:
        line.set("stroke-dasharray", dashes)


def _text(drawing: etree._Element, x: float, y: float, text: str, anchor: str) -> None:
    element = etree.SubElement(drawing, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill="currentColor")
    element.set("text-anchor", anchor)
    # A white rim keeps the letters clear of the lines below them.
    element.set("style", "paint-order:stroke;stroke:white;stroke-width:5px;stroke-linejoin:round")
    element.text = text
