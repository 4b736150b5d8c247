"""Pictures of a turnover: small inline SVG that a page of the panel can carry, as wide as the page, readable without
colour.

Across it is measured in parts of the width and down it in pixels, so that letters have one size on a phone and on a
screen. All is drawn in the colour and the letters of the text around it; words stand beside the lines, never on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from lxml import etree

from ...programme import figures
from ...programme.text import Text, short
from ...programme.values import dataclass

HEIGHT = 220
"""Of what is drawn; words are above, below and to the left of it."""
_ABOVE, _BELOW, _RIGHT = 28, 42, 10
_LETTER, _LINE = 7, 13
"""How wide a letter is at most, and how high a line of text."""
_LONGEST_NAME = 15
_APART = 16.0
"""Days below the picture stand so far apart on a phone, in parts of a hundred, that their words do not touch."""
_ACROSS, _UP = Text("Date", "Дата"), Text("Turnover, {currency}", "Оборот, {currency}")


@dataclass(frozen=True)
class Step:
    """From `day` on the turnover is so much, and the tier of that name and threshold is held (empty: none)."""

    day: date
    turnover: Decimal
    tier: str = ""
    threshold: Decimal = Decimal(0)


@dataclass(frozen=True)
class Picture:
    """What to draw: the `steps` up to `last`, `thresholds` by name as dashed lines, `marks` as days with a circle and
    their date; `title` and `description` are for who can't see it."""

    steps: Sequence[Step]
    last: date
    thresholds: Sequence[tuple[str, Decimal]]
    marks: Sequence[date]
    title: str
    description: str
    currency: str
    language: str

    def html(self) -> str:
        """The picture as HTML; nothing without a step. Whatever the texts hold is text."""
        if not self.steps:
            return ""
        drawing = etree.Element(
            "svg",
            xmlns="http://www.w3.org/2000/svg",
            role="img",
            style="display:block;box-sizing:border-box;overflow:visible;font-size:12px;width:100%;"
            f"height:{_ABOVE + HEIGHT + _BELOW}px;padding:{_ABOVE}px {_RIGHT}px {_BELOW}px {self._gutter}px",
        )
        drawing.set("aria-label", f"{self.title}. {self.description}")
        etree.SubElement(drawing, "title").text = self.title
        self._draw_tiers_held(drawing)
        self._draw_thresholds(drawing)
        self._draw_turnover(drawing)
        self._draw_axes(drawing)
        return etree.tostring(drawing, encoding="unicode")

    def _draw_tiers_held(self, drawing: etree._Element) -> None:
        for step, begins, ends in self._spans:
            y = self._y(step.threshold)
            if step.tier:
                sizes = {
                    "x": _part(begins),
                    "width": _part(ends - begins),
                    "y": f"{y:.1f}",
                    "height": f"{HEIGHT - y:.1f}",
                }
                etree.SubElement(drawing, "rect", sizes, fill="currentColor", opacity="0.12")

    def _draw_thresholds(self, drawing: etree._Element) -> None:
        for _, amount in self._seen:
            _line(drawing, (0, self._y(amount)), (100, self._y(amount)), {"stroke-dasharray": "4 3", "opacity": "0.5"})
        for name, amount in self._named:
            _text(drawing, -8, self._y(amount) - 1, short(name, _LONGEST_NAME), "end")
            _text(drawing, -8, self._y(amount) - 1 + _LINE, figures.whole(amount).say(self.language), "end")

    def _draw_turnover(self, drawing: etree._Element) -> None:
        thick = {"stroke-width": "2.5", "stroke-linecap": "square"}
        before: Step | None = None
        for step, begins, ends in self._spans:
            if before:
                _line(drawing, (begins, self._y(before.turnover)), (begins, self._y(step.turnover)), thick)
            _line(drawing, (begins, self._y(step.turnover)), (ends, self._y(step.turnover)), thick)
            before = step

    def _draw_axes(self, drawing: etree._Element) -> None:
        """Both with their names; days below the line, the marked ones nearest to it."""
        up = _UP(currency=figures.unit(self.currency)).say(self.language)
        _text(drawing, 8 - self._gutter, 12 - _ABOVE, up, "start")
        _line(drawing, (0, HEIGHT), (100, HEIGHT), {})
        _text(drawing, -8, HEIGHT + 4, "0", "end")
        free = -_APART
        for day in sorted(self.marks):
            where = next((step for step in reversed(self.steps) if step.day <= day), self.steps[0])
            x = self._x(day)
            circle = etree.SubElement(drawing, "circle", cx=_part(x), cy=f"{self._y(where.turnover):.1f}", r="4")
            circle.set("fill", "currentColor")
            if x - free >= _APART:
                _line(drawing, (x, HEIGHT), (x, HEIGHT + 4), {})
                _text_at(drawing, x, HEIGHT + 4 + _LINE, figures.short_day(day).say(self.language))
                free = x
        row = HEIGHT + 8 + 2 * _LINE
        _text_at(drawing, 0, row, figures.day(self.steps[0].day).say(self.language))
        if self.last > self.steps[0].day:
            _text_at(drawing, 50, row, _ACROSS.say(self.language))
            _text_at(drawing, 100, row, figures.day(self.last).say(self.language))

    # --- where it stands ---

    @property
    def _spans(self) -> Iterator[tuple[Step, float, float]]:
        """Each step with where it begins and ends."""
        for step, following in zip(self.steps, (*self.steps[1:], None)):
            yield step, self._x(step.day), self._x(following.day if following else self.last)

    def _x(self, day: date) -> float:
        first = self.steps[0].day
        return 100 * (day - first).days / max(1, (self.last - first).days)

    def _y(self, amount: Decimal) -> float:
        return HEIGHT - HEIGHT * float(amount / self._top)

    @cached_property
    def _top(self) -> Decimal:
        """The highest amount that has to be seen: the turnover, what the tier that is held begins at, and the threshold
        above both."""
        highest = max(amount for step in self.steps for amount in (step.turnover, step.threshold))
        above = [amount for _, amount in self.thresholds if amount > highest]
        return max([highest, *sorted(above)[:1], Decimal(1)]) * Decimal("1.08")

    @cached_property
    def _seen(self) -> list[tuple[str, Decimal]]:
        return [(name, amount) for name, amount in self.thresholds if 0 < amount <= self._top]

    @cached_property
    def _named(self) -> list[tuple[str, Decimal]]:
        """Of the thresholds those that have room for their name: the tiers that are held before the others, the higher
        before the lower."""
        held, found = {step.tier for step in self.steps}, list[tuple[str, Decimal]]()
        for name, amount in sorted(self._seen, key=lambda each: (each[0] in held, each[1]), reverse=True):
            taken = [*(self._y(other) for _, other in found), float(HEIGHT)]
            if all(abs(self._y(amount) - y) >= 2 * _LINE for y in taken):
                found.append((name, amount))
        return found

    @cached_property
    def _gutter(self) -> int:
        """As wide as the longest word left of the lines."""
        words = [
            word for name, amount in self._named for word in (short(name, _LONGEST_NAME), figures.whole(amount).ru)
        ]
        return 14 + _LETTER * max(map(len, words), default=1)


def _part(of_a_hundred: float) -> str:
    return f"{of_a_hundred:.2f}" + "%"


def _line(
    drawing: etree._Element, begins: tuple[float, float], ends: tuple[float, float], more: dict[str, str]
) -> None:
    """Each end across and down."""
    places = {"x1": _part(begins[0]), "y1": f"{begins[1]:.1f}", "x2": _part(ends[0]), "y2": f"{ends[1]:.1f}"}
    etree.SubElement(drawing, "line", {**places, "stroke": "currentColor", **more})


def _text(drawing: etree._Element, x: float, y: float, text: str, anchor: str) -> None:
    element = etree.SubElement(drawing, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill="currentColor")
    element.set("text-anchor", anchor)
    element.text = text


def _text_at(drawing: etree._Element, part: float, y: float, text: str) -> None:
    """Below a place across; at both ends within the picture."""
    _text(drawing, 0, y, text, "start" if part < 7 else "end" if part > 93 else "middle")
    drawing[-1].set("x", _part(part))
