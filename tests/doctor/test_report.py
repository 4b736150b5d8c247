"""What of a panel may leave the host: nothing that anybody wrote into it."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from resellerprogram import doctor
from resellerprogram.doctor import report as reports
from resellerprogram.doctor.report import report_of
from resellerprogram.doctor.shapes import form_of, rounded, shape_of
from resellerprogram.doctor.vocabulary import CODES, FUNCTION_WORDS, NAMES, PERIODS, REFUSALS, WORDS
from resellerprogram.panel.answers import Document, parse
from resellerprogram.panel.calls import Employee, Panel
from resellerprogram.panel.errors import Call, HtmlAnswer, TransportError, refusal
from resellerprogram.programme.errors import BadInput

# --- what may leave, said a second time ---

_DECIMALS = r"(?:[.,]9{1,6})?"
_ONE = rf"(?:-?9{_DECIMALS}|0) ?%?|empty|text|word|email|rows|(?:it|pl|i)_9|9\.9\.9|(?:return/)?(?:text/)?9|XXX|¤"
_AMOUNT = rf"-?9(?:[ ·]999)?{_DECIMALS} (?:XXX|¤|text)|¤(?:-?9{_DECIMALS}|0)"
_DAY = r"YYYY-MM-DD(?: hh:mm(?::ss)?|Thh:mm:ss)?|DD\.MM\.YYYY"
_FORM = re.compile(f"{_ONE}|{_AMOUNT}|{_DAY}")


def may_leave(form: str) -> bool:
    """A format, a word or a code of the protocol, a function's name, or several of these."""
    codes = set().union(*CODES.values())
    return (
        _FORM.fullmatch(form) is not None
        or form in WORDS | NAMES | {"other"}
        or (form.startswith("=") and form[1:] in codes)
        or all(part in FUNCTION_WORDS for part in form.split("."))
        or ("," in form and all(map(may_leave, form.split(","))))
    )


def is_a_name(name: str) -> bool:
    base = re.sub("_(?:ru|en)$", "", name)
    return name in NAMES | PERIODS | {"other", "more"} or base in NAMES or (name[-1] == "9" and name[:-1] in PERIODS)


def told(line: str) -> list[str]:
    """The names and formats of a line of a shape, without what counts."""
    name, *rest = line.split()
    if rest and re.fullmatch(r"x[1-9][0-9]*\+?", rest[0]):
        rest = rest[1:]
    if rest and rest[-1] == "but":
        rest = rest[:-1]
    assert name == "no" or is_a_name(name), line
    form, *attributes = " ".join(rest).split("@")
    for attribute in attributes:
        assert is_a_name(attribute.split()[0]), line
    return [each for each in (form.strip(), *(" ".join(each.split()[1:]) for each in attributes)) if each]


def strangers(text: str) -> list[str]:
    """The lines of a report that hold anything that may not leave."""
    return [line for line in text.splitlines() if not line.startswith("#") and not _is_clean(line)]


def _is_clean(line: str) -> bool:
    first, *words = line.split()
    if first == "plugin":
        return True
    if first == "panel":
        return (
            re.fullmatch(r"panel (?:other|\d{1,2}(\.\d{1,3}){1,2}) core (?:other|\d{1,2}(\.\d{1,3}){1,2})", line)
            is not None
        )
    if first == "functions" or first == "took":
        return (
            re.fullmatch(r"functions (?:\d+ others \d+\+?|unusable \w+|refused .*)|  took \d+\.\d\d", line) is not None
        )
    if first == "refused":
        kind, concerning = (word.split("=")[1] for word in words)
        return kind in REFUSALS | {"other"} and concerning in NAMES | {"other"}
    if first == "unusable":
        return words[0] in {"HtmlAnswer", "PanelTimeout", "IncompleteAnswer", "PanelUnreachable", "BrokenXml"}
    if first == "call":
        asked = [word.split("=", 1) for word in words[1:]]
        return may_leave(words[0]) and all(
            (is_a_name(name) and may_leave(form.replace("_", " "))) or may_leave(form) for name, form in asked
        )
    if line.startswith("  ") and not line.startswith("   ") and all(may_leave(word) for word in line.split()):
        return True
    return all(map(may_leave, told(line)))


# --- panels that are full of what may not leave ---

SECRET = "Zxqsecret"
NUMBER = "4815162342"
HOSTILE = (
    SECRET,
    f"{SECRET} Ltd",
    f"Иван {SECRET}",
    f"{SECRET}@{SECRET}.ru",
    NUMBER,
    f"-{NUMBER}.{NUMBER}",
    f"{NUMBER} RUB",
    f"{NUMBER}.00 {SECRET}",
    f"4 815 162.34 {SECRET}",
    f"{SECRET}{NUMBER}",
    f"return/{SECRET}/{NUMBER}",
    f"{SECRET}/{NUMBER}",
    f"it_{NUMBER},pl_{NUMBER}",
    f"4815-16-23 {SECRET}",
    "4815-16-23 42:48:15",
    "48.15.1623",
    f"https://{SECRET}.ru/{NUMBER}",
    f"account.{SECRET}",
    f"48 %{SECRET}",
    "48.15 %",
    f"{SECRET},{SECRET}",
    f"on,{SECRET}",
    "",
)
FORBIDDEN = (SECRET.lower(), NUMBER, "4815", "1623", "815", "48.15", "Иван", "Ltd")


def _filled(element: etree._Element, start: int, some: slice = slice(None)) -> None:
    for position, name in enumerate(sorted(NAMES - {"elem", "doc", "error", "id"})[some]):
        value = HOSTILE[(position + start) % len(HOSTILE)]
        attributes = {
            "orig": HOSTILE[(position * 7 + start) % len(HOSTILE)],
            f"{SECRET}_attribute": value,
            "color": SECRET,
        }
        etree.SubElement(element, name, attrib=attributes).text = value
    etree.SubElement(element, f"{SECRET}_column").text = SECRET
    etree.SubElement(element, f"monthly{NUMBER}").text = f"{NUMBER}.00"
    etree.SubElement(element, f"{{http://{SECRET}.ru}}name").text = SECRET
    element.append(etree.Comment(SECRET))
    element.append(etree.ProcessingInstruction("php", SECRET))
    element[-1].tail = SECRET


class FullOfSecrets:
    """A panel that has them wherever a text can be."""

    def __init__(self, refuses: Any = None) -> None:
        self._refuses = refuses

    def send(self, call: Call) -> Document:
        if self._refuses and call.function != "whoami":
            raise self._refuses(call)
        root = etree.Element(
            "doc", attrib={"func": f"account.{SECRET}", "lang": SECRET, "host": f"https://{SECRET}.ru"}
        )
        _filled(root, len(call.function))
        for number in range(len(HOSTILE)):
            row = etree.SubElement(root, "elem")
            etree.SubElement(row, "id").text = f"{NUMBER}{number}"
            etree.SubElement(row, "action").text = HOSTILE[number]
            _filled(row, number, slice(number, None, len(HOSTILE)))
        return parse(etree.tostring(root), call)

    def close(self) -> None:
        """Nothing is held."""


def refused(call: Call) -> Exception:
    return refusal(SECRET, SECRET, SECRET, f"{SECRET} {NUMBER}", call)


def a_page(call: Call) -> TransportError:
    return HtmlAnswer(call, SECRET)


@pytest.mark.slow
@pytest.mark.parametrize("refuses", [None, refused, a_page])
def test_of_a_panel_full_of_secrets_none_is_in_the_report(refuses: Any) -> None:
    text = report_of(Panel(FullOfSecrets(refuses), Employee(f"{SECRET}-admin")))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert "@color text" in body or refuses
    assert [secret for secret in FORBIDDEN if secret in body or secret in body.lower()] == []
    assert strangers(text) == []


names = st.one_of(st.sampled_from(sorted(NAMES)), st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,12}", fullmatch=True))
values = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(sorted(WORDS)),
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=20),
    st.from_regex(r"-?[0-9 .,%/_@:A-Z$€-]{1,15}", fullmatch=True),
)


@st.composite
def elements(draw: st.DrawFn, deep: int = 0) -> etree._Element:
    element = etree.Element(draw(names))
    for name in draw(st.lists(names, max_size=3, unique=True)):
        element.set(name, draw(values))
    element.text = draw(values)
    if draw(st.booleans()):
        element.append(etree.Comment("Zxqsecret"))
    if deep < 3:
        for child in draw(st.lists(elements(deep + 1), max_size=4)):
            element.append(child)
            child.tail = draw(values)
    return element


@pytest.mark.slow
@settings(max_examples=80)
@given(elements())
def test_of_any_document_only_what_is_allowed_is_told(element: etree._Element) -> None:
    for line in shape_of(element).lines():
        assert all(map(may_leave, told(line))), line


@example("$0", "access")
@example("$-0.5", "access")
@given(values, names)
def test_of_any_value_only_a_format_is_told(value: str, name: str) -> None:
    assert may_leave(form_of(value, name))


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(st.tuples(names, values), max_size=6))
def test_of_any_list_of_functions_only_known_words_are_told(functions: list[tuple[str, str]]) -> None:
    class Listing(FullOfSecrets):
        def send(self, call: Call) -> Document:
            if call.function not in ("actionlist", "whoami"):
                raise refused(call)
            root = etree.Element("doc")
            for name, value in functions:
                for action in (f"account.{name}", value):
                    etree.SubElement(etree.SubElement(root, "elem"), "action").text = action
            return parse(etree.tostring(root), call)

    assert strangers(report_of(Panel(Listing(), Employee("admin")))) == []


@pytest.mark.parametrize(
    ("value", "name", "form"),
    [
        ("12.00 RUB", "amount", "9.99 XXX"),
        ("-12.3456 ₽", "amount", "-9.9999 ¤"),
        ("12.00 credits", "amount", "9.99 text"),
        ("102 000.00 RUB", "amount", "9 999.99 XXX"),
        ("102\u00a0000.00 RUB", "amount", "9·999.99 XXX"),
        ("12,50 RUB", "amount", "9,99 XXX"),
        ("2025-01-20", "pay_date", "YYYY-MM-DD"),
        ("2025-01-20 12:30:45", "paydate", "YYYY-MM-DD hh:mm:ss"),
        ("2099-12-31", "todate", "2099-12-31"),
        ("0000-00-00", "todate", "0000-00-00"),
        ("it_31", "pricelist_tree", "it_9"),
        ("it_31,pl_6", "pricelist_tree", "it_9,pl_9"),
        ("1, 2, 3", "elid", "9,9"),
        ("15 %", "value", "9 %"),
        ("15.5%", "value", "9.9%"),
        ("pfx/5", "number", "text/9"),
        ("return/5", "number", "return/9"),
        ("on", "refund", "on"),
        ("4", "status", "=4"),
        ("4", "id", "9"),
        ("0", "paymethod", "0"),
        ("pmcard", "paymethod_module", "word"),
        ("pmcard", "name", "text"),
        ("Ромашка", "name", "text"),
        ("a@b.ru", "email", "email"),
        ("192.168.1.1", "remote_ip", "9.9.9"),
        ("payment.info", "func", "payment.info"),
        ("payment.ourown", "func", "other"),
    ],
)
def test_a_value_leaves_as_its_format(value: str, name: str, form: str) -> None:
    assert form_of(value, name) == form


def test_how_many_there_are_is_told_roughly() -> None:
    assert [rounded(number) for number in (0, 9, 10, 19, 49, 4999, 5000)] == [
        "0",
        "9",
        "10+",
        "10+",
        "20+",
        "2000+",
        "5000+",
    ]


def test_the_vocabulary_is_made_of_plain_names_for_programs() -> None:
    assert [name for name in NAMES if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    assert doctor.__doc__ is not None


def test_a_report_is_for_its_owner_and_is_never_written_over_anything(tmp_path: Path) -> None:
    path = reports.new_file(str(tmp_path / "report.txt"))
    reports.write(path, "x\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BadInput, match="is there already"):
        reports.new_file(str(path))
    with pytest.raises(FileExistsError):
        reports.write(path, "y\n")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadInput):
        reports.new_file(str(tmp_path / "link"))
