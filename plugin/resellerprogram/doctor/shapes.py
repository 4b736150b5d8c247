"""A document without what it says: names that are known, formats of values, how often.

A line is one element, its children are indented: its name, `x3` if there are three alike, the format of its text, and
`@name format` for each attribute. Alike are elements of which nothing that is told differs, so that the rows of a list
fall into the kinds that there are. Where such a line ends in `but`, the element is as the first of its name, but for
the lines below it; `no name` is what it lacks. Unknown names are `other`; `=4` is the code 4 itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from ..programme.values import dataclass
from .vocabulary import CODED_WORDS, CODES, NAMES, WORDS, function_of, name_of

EMPTY, TEXT, WORD, EMAIL, ROWS, CURRENCY, SIGN = "empty", "text", "word", "email", "rows", "XXX", "¤"
NO_BREAK = "·"
"""Stands for a no-break space."""
MOST_KINDS, MOST_CHILDREN, DEEPEST, MOST_DECIMALS = 30, 200, 8, 6
NOT_TOLD = ("tparams", "saved_filters")
"""What we asked, once more, and what an employee looked for."""

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_DAY, _TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}"
_PLAIN = (
    (re.compile(_DAY), "YYYY-MM-DD"),
    (re.compile(rf"{_DAY} {_TIME}"), "YYYY-MM-DD hh:mm"),
    (re.compile(rf"{_DAY} {_TIME}:[0-9]{{2}}"), "YYYY-MM-DD hh:mm:ss"),
    (re.compile(rf"{_DAY}T\S+"), "YYYY-MM-DDThh:mm:ss"),
    (re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}"), "DD.MM.YYYY"),
    (re.compile(r"[0-9]+(?:\.[0-9]+){2,}"), "9.9.9"),
    (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), EMAIL),
)
_AMOUNT = re.compile(
    "(-?)(?:[0-9]{1,3}((?:[ \u00a0\u202f][0-9]{3})+)|[0-9]+)(?:([.,])([0-9]+))?[ \u00a0\u202f]+(\\S.*)", re.DOTALL
)
_SIGN_FIRST = re.compile(rf"(\D)({_NUMBER})")
_NODE = re.compile(r"(it|pl|i)_[0-9]+")
_NUMBERED = re.compile(r"(return/)?([^/\s]+/)?[0-9]+")
_CODED = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Shape:
    """What is told of an element. `children` are the kinds of its children with how many of each there are."""

    name: str
    form: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[tuple[str, Shape], ...] = ()

    def lines(self, indent: int = 0, count: str = "1", first: Shape | None = None) -> Iterator[str]:
        """The element in full, or only where it is not as the `first` of its kind."""
        attributes = [f"@{name} {form}" for name, form in self.attributes]
        shown = [self.name, f"x{count}" if count != "1" else "", self.form, *attributes, "but" if first else ""]
        yield "  " * indent + " ".join(filter(None, shown))
        known = first.by_name() if first else {}
        for name, group in self.by_name().items():
            if known.get(name) != group:
                yield from _lines(group, indent + 1, known.get(name, []))
        yield from ("  " * (indent + 1) + f"no {name}" for name in known if name not in self.by_name())

    def by_name(self) -> dict[str, list[tuple[str, Shape]]]:
        """The kinds of children by their names."""
        groups: dict[str, list[tuple[str, Shape]]] = {}
        for times, child in self.children:
            groups.setdefault(child.name, []).append((times, child))
        return groups


def _lines(group: list[tuple[str, Shape]], indent: int, known: list[tuple[str, Shape]]) -> Iterator[str]:
    (times, whole), *others = group
    alone = not others and len(known) == 1
    yield from whole.lines(indent, times, known[0][1] if alone and whole.children and known[0][1].children else None)
    for times, other in others:
        yield from other.lines(indent, times, whole if whole.children and other.children else None)


def shape_of(element: etree._Element, deep: int = 0) -> Shape:
    """An element and what is in it; comments and instructions are nothing."""
    name = name_of(element.tag)
    text, elements = (element.text or "").strip(), [child for child in element if isinstance(child.tag, str)]
    attributes = ((name_of(key), _attribute(name, str(key), str(value))) for key, value in element.attrib.items())
    if name in NOT_TOLD:
        return Shape(name)
    form = _form_in(element, text) if text or not elements else ""
    return Shape(name, form, tuple(sorted(attributes)), tuple(_kinds(elements, deep + 1)))


def _kinds(elements: list[etree._Element], deep: int) -> Iterator[tuple[str, Shape]]:
    """Each kind with its number; of too many kinds of the same name, and of what lies too deep, the number alone."""
    shown, beyond = Counter[str](), 0
    for kind, times in Counter(shape_of(each, deep) for each in elements if deep < DEEPEST).items():
        shown[kind.name] += 1
        if shown[kind.name] <= MOST_KINDS and sum(shown.values()) <= MOST_CHILDREN:
            yield rounded(times), kind
        else:
            beyond += times
    if beyond or (deep >= DEEPEST and elements):
        yield rounded(beyond or len(elements)), Shape("more")


def form_of(value: str, name: str = "") -> str:
    """The format of a value in the element or attribute `name`; words of the protocol are their own."""
    value = value.strip()
    if not value:
        return EMPTY
    if value in CODES.get(name, ()):
        return f"={value}"
    if value in WORDS:
        return value
    if name in ("func", "action"):
        return function_of(value)
    if name in ("p_sort", "p_order") and value in NAMES:
        return value
    return _plain(value) or _list(value) or _amount(value) or _rest(value, name)


def rounded(number: int) -> str:
    """Exact below ten, as few as there may be above: how many clients a provider has is nobody's business."""
    if number < 10:
        return str(number)
    power = 10 ** (len(str(number)) - 1)
    return f"{max(each * power for each in (1, 2, 5) if each * power <= number)}+"


def _form_in(element: etree._Element, text: str) -> str:
    """A count of rows that agrees with the rows says so: that a list is whole hangs on it."""
    name, parent = str(element.tag), element.getparent()
    if name == "p_elems" and parent is not None and text == str(len(parent.findall("elem"))):
        return ROWS
    return form_of(text, name if name_of(name) != "other" else "")


def _attribute(element: str, name: str, value: str) -> str:
    """`orig` is the value behind its element's text; lists and parameters are named as fields are."""
    if name == "name" and element in ("list", "slist", "param") and value in NAMES:
        return value
    return form_of(value, element if name == "orig" else name)


def _plain(value: str) -> str:
    if re.fullmatch(_NUMBER, value):
        return _number(value)
    without = value[:-1].rstrip()
    if value.endswith("%") and re.fullmatch(_NUMBER, without):
        return _number(without) + (" %" if without != value[:-1] else "%")
    if node := _NODE.fullmatch(value):
        return f"{node[1]}_9"
    return next((form for pattern, form in _PLAIN if pattern.fullmatch(value)), "")


def _number(value: str) -> str:
    if value.strip("-0.") == "" and "." not in value:
        return "0"
    whole, _, decimals = value.partition(".")
    return ("-" if whole.startswith("-") else "") + "9" + _decimals(".", decimals)


def _decimals(point: str | None, decimals: str | None) -> str:
    return f"{point}{'9' * min(len(decimals), MOST_DECIMALS)}" if decimals else ""


def _list(value: str) -> str:
    """Several values between commas: each kind once, a kind that is there alone twice."""
    parts = [part.strip() for part in value.split(",")]
    forms = [part if part in WORDS else _plain(part) for part in parts]
    if len(parts) < 2 or not all(forms) or EMAIL in forms:
        return ""
    kinds = list(dict.fromkeys(forms))
    return ",".join(kinds if len(kinds) > 1 else kinds * 2)


def _amount(value: str) -> str:
    if amount := _AMOUNT.fullmatch(value):
        minus, groups, point, decimals, sign = amount.groups()
        thousands = f"{' ' if groups[0] == ' ' else NO_BREAK}999" if groups else ""
        return f"{minus}9{thousands}{_decimals(point, decimals)} {_sign(sign)}"
    if (amount := _SIGN_FIRST.fullmatch(value)) and _sign(amount[1]) == SIGN:
        return f"{SIGN}{_number(amount[2])}"
    return ""


def _sign(sign: str) -> str:
    if re.fullmatch("[A-Z]{3}", sign):
        return CURRENCY
    return SIGN if len(sign) == 1 and unicodedata.category(sign) == "Sc" else TEXT


def _rest(value: str, name: str) -> str:
    if numbered := _NUMBERED.fullmatch(value):
        return f"{numbered[1] or ''}{f'{TEXT}/' if numbered[2] else ''}9"
    if name in ("iso", "symbol", "currency", "currency_iso"):
        return _sign(value)
    return WORD if name in CODED_WORDS and _CODED.fullmatch(value) else TEXT
