"""The panel's XML answers, read strictly (reference, E.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lxml import etree

from ..programme.bounds import is_id
from ..programme.payments import Money
from .errors import BrokenXml, Call, EmptyAnswer, HtmlAnswer, IncompleteAnswer, TruncatedAnswer, refusal


class Row:
    """One `elem` of a list. Empty and missing columns read as ''."""

    def __init__(self, element: etree._Element, call: Call) -> None:
        self._element, self.call = element, call

    def text(self, column: str) -> str:
        """What the panel shows, localized."""
        return (self._element.findtext(column) or "").strip()

    def raw(self, *columns: str) -> str:
        """The value behind the text of the first filled column: attribute `orig` where there is one (C.3)."""
        for column in columns:
            cell = self._element.find(column)
            if cell is not None:
                value = (cell.get("orig") or cell.text or "").strip()
                if value:
                    return value
        return ""

    def has(self, column: str) -> bool:
        return self._element.find(column) is not None

    def number(self, *columns: str) -> int:
        """The whole number in the first filled of `columns`. Raises IncompleteAnswer without one."""
        value = self.raw(*columns)
        if not is_id(value):
            raise IncompleteAnswer(self.call, f"{'/'.join(columns)}={value!r}")
        return int(value)

    def attribute(self, name: str) -> str:
        return (self._element.get(name) or "").strip()

    def parts(self, path: str) -> list[Row]:
        """What stands in it by that name."""
        return [Row(element, self.call) for element in self._element.iterfind(path)]

    def columns(self) -> dict[str, str]:
        """Every column as the panel gave it."""
        return {str(cell.tag): self.raw(str(cell.tag)) for cell in self._element if isinstance(cell.tag, str)}


class Document:
    """A successful answer."""

    def __init__(self, root: etree._Element, call: Call) -> None:
        self._root, self.call = root, call

    def rows(self) -> list[Row]:
        return [Row(element, self.call) for element in self._root.iterfind("elem")]

    def parts(self, path: str) -> list[Row]:
        """What stands in it by that name, where it is no list as others are."""
        return [Row(element, self.call) for element in self._root.iterfind(path)]

    def value(self, name: str) -> str:
        """A value of a form, '' when it is empty or missing."""
        return (self._root.findtext(name) or "").strip()

    def has(self, name: str) -> bool:
        return self._root.find(name) is not None

    def attribute(self, path: str, name: str) -> str:
        found = self._root.find(path)
        return (found.get(name) or "").strip() if found is not None else ""

    def values(self) -> dict[str, str]:
        """The scalar values of a form by name, word for word.

        A field that is there several times keeps all its values, as the panel takes several: separated by commas.
        """
        return {name: ",".join(dict.fromkeys(texts)) for name, texts in self._fields().items()}

    def repeated(self) -> list[str]:
        """The fields of a form that are there several times, with different values."""
        return [name for name, texts in self._fields().items() if len(set(texts)) > 1]

    def _fields(self) -> dict[str, list[str]]:
        skipped = {"tparams", "saved_filters", "metadata", "messages", "slist", "list", "elem", "ok"}
        values: dict[str, list[str]] = {}
        for child in self._root:
            if isinstance(child.tag, str) and child.tag not in skipped and not len(child):
                values.setdefault(str(child.tag), []).append(child.text or "")
        return values

    @property
    def tree(self) -> etree._Element:
        """The whole document, to look at."""
        return self._root

    def text(self) -> str:
        """The whole document as it came."""
        return etree.tostring(self._root, encoding="unicode")

    def find_all(self, path: str) -> Iterator[str]:
        """The texts of all elements at `path`."""
        return ((element.text or "").strip() for element in self._root.iterfind(path))

    def expect_ok(self) -> None:
        """Raises IncompleteAnswer unless the panel says that it did what was asked (A.2)."""
        if not self.has("ok"):
            raise IncompleteAnswer(self.call, "ok")


def parse(answer: bytes, call: Call) -> Document:
    """The document in `answer`; raises a BadAnswer or, for an error document, a PanelRefusal."""
    root = _root(answer.strip(), call)
    error = root.find("error")
    if error is not None:
        raise refusal(
            error.get("type", ""),
            error.get("object", ""),
            _parameter(error, "value"),
            (error.findtext("msg") or "").strip(),
            call,
        )
    return Document(root, call)


def amount_with_currency(text: str, currency_by_sign: dict[str, str], call: Call) -> Money:
    """'10.00 RUB', '12.3456 ₽', '-5.00 $': number, white space, ISO code or symbol (C.3).

    `currency_by_sign` gives the ISO code of every code and symbol of the panel. Raises IncompleteAnswer for
    anything else: a figure that is not understood, or that nobody can have paid, must not become a turnover.
    """
    match = re.fullmatch(r"(-?[0-9]{1,18}(?:\.[0-9]{1,4})?)\s+(\S.*)", text.strip())
    iso = currency_by_sign.get(match[2].strip()) if match else None
    if not match or not iso:
        raise IncompleteAnswer(call, f"amount {text!r}")
    return Money(Decimal(match[1]), iso)


def percent(text: str) -> Decimal | None:
    """'15 %', '15', '15.5000': the percent, or None when the text is something else."""
    try:
        number = Decimal(text.replace("%", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _root(answer: bytes, call: Call) -> etree._Element:
    if not answer:
        raise EmptyAnswer(call)
    if answer[:64].lower().startswith((b"<!doctype html", b"<html")):
        raise HtmlAnswer(call)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(answer, parser)
    except etree.XMLSyntaxError as error:
        begun = answer.startswith((b"<?xml", b"<doc")) and not answer.endswith(b">")
        unfinished = begun or (b"<doc" in answer[:512] and not answer.endswith((b"</doc>", b"/>")))
        raise (TruncatedAnswer if unfinished else BrokenXml)(call, error.msg) from error
    if root.tag != "doc":
        raise (HtmlAnswer(call) if root.tag == "html" else BrokenXml(call, f"<{root.tag}>"))
    return root


def _parameter(error: etree._Element, name: str) -> str:
    for parameter in error.iterfind("param"):
        if parameter.get("name") == name:
            return (parameter.text or "").strip()
    return error.get(name, "")
