"""A report read, and played back as a panel that answers in exactly those shapes.

Ids are counted from one in every list, whatever else is a number is 1, names of the same kind are the same: so a row
of one list finds its like in another. Of a form that was opened several times, the one for the row's kind answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Union

from lxml import etree
from resellerprogram.doctor.shapes import Shape
from resellerprogram.doctor.vocabulary import function_of
from resellerprogram.panel import errors
from resellerprogram.panel.answers import Document, Row
from resellerprogram.panel.assumptions import NOBODY
from resellerprogram.panel.errors import Call, refusal

REPORTS = Path(__file__).parent / "reports"
OPENED_FROM = {
    "payment.info": "payment",
    "account.edit": "account",
    "account.discount": "account",
    "account.discount.edit": "account.discount",
}
"""Forms of which one is there for each kind of a list's rows."""
BY_ROW = {"itemtype.edit"}

_OF_A_ROW = frozenset({"id", "elid", "name", "intname", "iso", "symbol", "module"})
_SIGNS = (("RUB", "₽"), ("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("UAH", "₴"), ("KZT", "₸"))
_DIGITS = "345678"


class NotInTheReport(AssertionError):
    """A call that the report tells nothing of; it says what it does tell."""


@dataclass(frozen=True)
class Refused:
    """An error document."""

    kind: str
    concerning: str


@dataclass(frozen=True)
class Unusable:
    """What came instead of an answer, by the name of our error."""

    error: str


Answer = Union[Shape, Refused, Unusable]


@dataclass(frozen=True)
class Told:
    """One call of a report. `params` are masked like everything."""

    function: str
    params: dict[str, str]
    answer: Answer


@dataclass
class _Line:
    words: list[str]
    below: list[_Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.words[0]


class Report:
    """A report as it is written in a file."""

    def __init__(self, text: str) -> None:
        self.functions: list[str] = []
        self.calls: list[Told] = []
        first: dict[str, Shape] = {}
        for line in _lines(text):
            if line.name == "functions":
                self.functions = [name for below in line.below for name in below.words]
            elif line.name == "call":
                told = _told(line, first.get(line.words[1]))
                self.calls.append(told)
                if isinstance(told.answer, Shape):
                    first.setdefault(told.function, told.answer)

    @classmethod
    def named(cls, name: str) -> Report:
        return cls((REPORTS / f"{name}.txt").read_text(encoding="utf-8"))

    def of(self, function: str) -> list[Told]:
        return [told for told in self.calls if told.function == function]


class Replay:
    """The way to a panel that answers as the report tells. Of what it tells nothing, NotInTheReport is raised; or,
    where the panel shall be one that `lacks` all that, its refusal."""

    def __init__(self, report: Report, lacks: bool = False) -> None:
        self.report, self._lacks = report, lacks

    def send(self, call: Call) -> Document:
        if call.function == "actionlist":
            return Document(_action_list(self.report.functions), call)
        told = self._told(call)
        if isinstance(told.answer, Refused):
            raise refusal(told.answer.kind, told.answer.concerning, "", "", call)
        if isinstance(told.answer, Unusable):
            raise _failure(told.answer.error, call)
        return Document(_filtered(build(told.answer), call), call)

    def close(self) -> None:
        """Nothing is held."""

    def _told(self, call: Call) -> Told:
        known = [
            told
            for told in self.report.of(function_of(call.function))
            if ("sok" in told.params) == ("sok" in call.params)
        ]
        if not known and self._lacks:
            return Told(call.function, {}, Refused("missed", "func"))
        if not known:
            names = ", ".join(sorted({told.function for told in self.report.calls}))
            raise NotInTheReport(f"{call}: the report has {names}")
        ids = ("su",) if call.function == "whoami" else ("elid", "plid")
        alike = [told for told in known if _has(told.params, ids) == _has(call.params, ids)] or known
        refused = [told for told in alike if isinstance(told.answer, Refused)]
        if call.params.get("elid") == str(NOBODY):
            return refused[0] if refused else Told(call.function, {}, Refused("missed", "elid"))
        answered = [told for told in alike if told not in refused] or refused
        return answered[min(self._kind(call), len(answered) - 1)]

    def _kind(self, call: Call) -> int:
        """Of which kind the row is that is opened."""
        opened = call.params.get("elid") or "1"
        if not opened.isdecimal():
            raise refusal("value", "elid", opened, "", call)
        number = int(opened) - 1
        if call.function in BY_ROW:
            return number
        for told in self.report.of(OPENED_FROM.get(call.function, "")):
            if isinstance(told.answer, Shape):
                for kind, (times, _) in enumerate(told.answer.by_name().get("elem", [])):
                    if number < _times(times):
                        return kind
                    number -= _times(times)
        return 0


def _failure(name: str, call: Call) -> errors.TransportError:
    if name == "PanelTimeout":
        return errors.PanelTimeout(120, call)
    kinds: dict[str, type[errors.BadAnswer]] = {kind.__name__: kind for kind in errors.BadAnswer.__subclasses__()}
    return kinds[name](call) if name in kinds else errors.PanelUnreachable("played back", call)


def build(shape: Shape) -> etree._Element:
    """A document of that shape."""
    return _built(shape, 1, 0)


def _built(shape: Shape, row: int, rows: int) -> etree._Element:
    element = etree.Element(shape.name)
    for name, form in shape.attributes:
        element.set(name, _instance(form, name, row, rows))
    element.text = _instance(shape.form, shape.name, row, rows) if shape.form else None
    among = sum(_times(times) for times, child in shape.children if child.name == "elem")
    number = 0
    for times, child in shape.children:
        for _ in range(0 if child.name == "more" else _times(times)):
            number += child.name == "elem"
            element.append(_built(child, number if child.name == "elem" else row, among))
    return element


def _instance(form: str, name: str, row: int, rows: int) -> str:
    """A value of that format."""
    number = row if name in _OF_A_ROW else 1
    iso, symbol = _SIGNS[(number - 1) % len(_SIGNS)]
    known = {
        "empty": "",
        "rows": str(rows),
        "9": str(number),
        "text": f"text {number}",
        "word": f"word{number}",
        "email": f"somebody{number}@example.com",
        "YYYY-MM-DD": "2025-01-10",
        "YYYY-MM-DD hh:mm": "2025-01-10 12:30",
        "YYYY-MM-DD hh:mm:ss": "2025-01-10 12:30:45",
        "YYYY-MM-DDThh:mm:ss": "2025-01-10T12:30:45",
        "DD.MM.YYYY": "10.01.2025",
        "9.9.9": "192.168.10.20" if "ip" in name else "6.94.1",
        "XXX": iso,
        "¤": symbol,
        "return/9": f"return/{row}",
        "text/9": f"pfx/{row}",
        "return/text/9": f"return/pfx/{row}",
    }
    if form.startswith("="):
        return form[1:]
    if form in known:
        return known[form]
    if re.fullmatch(r"(?:it|pl|i)_9", form):
        return form.replace("9", str(number))
    if "," in form and " " not in form:
        return ",".join(_instance(part, name, row, rows) for part in form.split(","))
    amount = re.fullmatch(r"(¤?)(-?)9([ ·]999)?(?:([.,])(9+))?( ?%| XXX| ¤| text)?", form)
    if not amount or form == "0":
        return form  # a word of the protocol
    first, minus, groups, point, decimals, sign = amount.groups(default="")
    thousands = groups.replace("·", "\u00a0").replace("999", "345")
    decimal = f"{point}{_DIGITS[: len(decimals)]}" if decimals else ""
    return f"{first and symbol}{minus}12{thousands}{decimal}{_instance_of_a_sign(sign, iso, symbol)}"


def _instance_of_a_sign(sign: str, iso: str, symbol: str) -> str:
    return sign.replace("XXX", iso).replace("¤", symbol).replace("text", "credits")


def _filtered(document: etree._Element, call: Call) -> etree._Element:
    """A list as far as the call's filter, and its page, let it through."""
    rows = document.findall("elem")
    total = document.find("p_elems")
    counted = total is not None and total.text == str(len(rows))
    if call.params.get("filter") == "on":
        for row in rows:
            if not _passes(Row(row, call), call.params):
                document.remove(row)
    rows = document.findall("elem")
    if total is not None and counted:
        total.text = str(len(rows))
    if call.params.get("p_num", "1") != "1":
        for row in rows:
            document.remove(row)
    return document


def _passes(row: Row, conditions: Mapping[str, str]) -> bool:
    if conditions.get("account_id") == str(NOBODY):
        return False
    return all(
        fnmatchcase(row.raw(name), value) for name, value in conditions.items() if value and name in ("id", "number")
    )


def _action_list(functions: Sequence[str]) -> etree._Element:
    document = etree.Element("doc")
    for name in functions:
        etree.SubElement(etree.SubElement(document, "elem"), "action").text = name
    return document


def _has(params: Mapping[str, str], names: tuple[str, ...]) -> list[bool]:
    return [bool(params.get(name)) for name in names]


def _times(count: str) -> int:
    return int(count.rstrip("+"))


# --- reading ---


def _lines(text: str) -> Iterator[_Line]:
    """The lines with those that belong to them."""
    open_lines: list[tuple[int, _Line]] = []
    top: list[_Line] = []
    for written in text.splitlines():
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        indent, line = len(written) - len(written.lstrip()), _Line(written.split())
        while open_lines and open_lines[-1][0] >= indent:
            open_lines.pop()
        (open_lines[-1][1].below if open_lines else top).append(line)
        open_lines.append((indent, line))
    yield from top


def _told(line: _Line, first: Shape | None) -> Told:
    _, function, *params = line.words
    answer = next(below for below in line.below if below.name != "took")
    return Told(function, dict(param.split("=", 1) for param in params), _answer(answer, first))


def _answer(line: _Line, first: Shape | None) -> Answer:
    if line.name == "refused":
        kind, concerning = (word.split("=", 1)[1] for word in line.words[1:])
        return Refused(kind, concerning)
    if line.name == "unusable":
        return Unusable(line.words[1])
    return _shape(line, first)[1]


def _shape(line: _Line, first: Shape | None) -> tuple[str, Shape]:
    """How many, and what; `first` is what a `but` goes by."""
    name, *words = line.words
    count = words.pop(0)[1:] if words and re.fullmatch(r"x[0-9]+\+?", words[0]) else "1"
    but = bool(words) and words[-1] == "but"
    parts = [part.split() for part in " ".join(words[:-1] if but else words).split("@")]
    attributes = tuple((part[0], " ".join(part[1:])) for part in parts[1:])
    groups = dict(first.by_name()) if but and first else {}
    below: dict[str, list[_Line]] = {}
    for child in line.below:
        if child.name == "no":
            groups.pop(child.words[1])
        else:
            below.setdefault(child.name, []).append(child)
    for child_name, lines in below.items():
        groups[child_name] = _group(lines, groups.get(child_name, []))
    children = tuple(each for group in groups.values() for each in group)
    return count, Shape(name, " ".join(parts[0]), attributes, children)


def _group(lines: list[_Line], known: list[tuple[str, Shape]]) -> list[tuple[str, Shape]]:
    found = [_shape(lines[0], known[0][1] if known else None)]
    return found + [_shape(line, found[0][1]) for line in lines[1:]]
