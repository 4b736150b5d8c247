"""`resellerprogram.corrections`, `resellerprogram.gaming`: what past days should have been, and tiers that rested on
money given back.

For employees. No panel call: nights wrote it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from ..office.corrections import Listed, Repeated, Sums
from ..programme.corrections import Kind, Pattern
from ..programme.figures import KOPECK, plain
from ..store.listing import MOST_ROWS
from ..words import corrections as words
from ..words import labels
from . import documents
from .documents import Row
from .filters import keep_filter, kept_filter
from .visit import Visit

CORRECTIONS, GAMING = "resellerprogram.corrections", "resellerprogram.gaming"
FIELDS = ("name",)
GAMING_FIELDS = ("pattern", "name")


def corrections(visit: Visit) -> etree._Element:
    """Stretches of past days, as this employee has filtered them."""
    listed = _corrected(visit)
    rows = (_correction_row(visit, each) for each in listed[:MOST_ROWS])
    return _page(visit, "corrections", words.ABOUT.say(visit.language), _filter(visit, CORRECTIONS), len(listed), rows)


def corrections_filter(visit: Visit) -> etree._Element:
    """Whose name."""
    if visit.request.submitted:
        keep_filter(visit, CORRECTIONS, FIELDS)
        return documents.ok(f"func={CORRECTIONS}")
    return documents.form_page(visit.document, {"name": _filter(visit, CORRECTIONS).get("name", "")})


def corrections_csv(visit: Visit) -> Iterator[list[str]]:
    """The list as it is filtered, its head first: amounts to the kopeck, dates ISO; what is not known is empty."""
    yield ["account", "name", "first_day", "last_day", "held", "should", "saved", "more", "less", "payments"]
    for each in _corrected(visit):
        yield [*_csv_start(each), *_csv_sums(each.saved, each.worth), _csv_payments(visit, each)]


def gaming(visit: Visit) -> etree._Element:
    """Tiers by money given back, or who took it back again and again, as this employee has filtered it."""
    wanted = _filter(visit, GAMING)
    pattern = _pattern(wanted)
    rows: list[Row]
    if pattern is Pattern.TIERS:
        rows = [_held_row(visit, each) for each in _held(visit)]
        about = words.ABOUT_TIERS
    else:
        rows = [_repeated_row(visit, each) for each in _repeated(visit)]
        about = words.ABOUT_REPEATED if visit.office.corrections.knows_savings else words.NOT_TOLD
    told = f"{labels.PATTERNS[pattern].say(visit.language)}. {about.say(visit.language)}"
    return _page(visit, "gaming", told, wanted, len(rows), rows[:MOST_ROWS])


def gaming_filter(visit: Visit) -> etree._Element:
    """Which list, whose name."""
    if visit.request.submitted:
        keep_filter(visit, GAMING, GAMING_FIELDS)
        return documents.ok(f"func={GAMING}")
    wanted = _filter(visit, GAMING)
    choices = [(each.value, labels.PATTERNS[each].say(visit.language)) for each in Pattern]
    values = {"pattern": _pattern(wanted).value, "name": wanted.get("name", "")}
    return documents.form_page(visit.document, values, {"pattern": choices})


def gaming_csv(visit: Visit) -> Iterator[list[str]]:
    """The list as it is filtered, its head first; what is not known is empty."""
    if _pattern(_filter(visit, GAMING)) is Pattern.TIERS:
        yield ["account", "name", "first_day", "last_day", "held", "without", "saved", "saved_too_much", "payments"]
        for each in _held(visit):
            saved, _, too_much = _csv_sums(each.saved, each.worth)
            yield [*_csv_start(each), saved, too_much, _csv_payments(visit, each)]
        return
    yield ["account", "name", "times", "payment", "amount", "currency", "paid_on", "returned_on", "how"]
    for one in _repeated(visit):
        for paid in one.returned:
            yield [
                str(one.account),
                one.name,
                str(one.times),
                paid.number,
                plain(paid.amount.amount),
                paid.amount.currency,
                paid.paid_on.isoformat(),
                paid.returned_on.isoformat(),
                paid.how.value,
            ]


# --- what is listed ---


def _corrected(visit: Visit) -> list[Listed]:
    return visit.office.corrections.listed(Kind.CORRECTED, _filter(visit, CORRECTIONS).get("name", ""))


def _held(visit: Visit) -> list[Listed]:
    return visit.office.corrections.listed(Kind.GIVEN_BACK, _filter(visit, GAMING).get("name", ""))


def _repeated(visit: Visit) -> list[Repeated]:
    return visit.office.corrections.repeated(_filter(visit, GAMING).get("name", ""))


def _filter(visit: Visit, function: str) -> Mapping[str, str]:
    fields = GAMING_FIELDS if function == GAMING else FIELDS
    return kept_filter(visit, fields, "" if visit.request.function == function else function)


def _pattern(wanted: Mapping[str, str]) -> Pattern:
    chosen = wanted.get("pattern", "")
    return Pattern(chosen) if chosen in {each.value for each in Pattern} else Pattern.TIERS


def _page(
    visit: Visit, name: str, about: str, wanted: Mapping[str, str], count: int, rows: Iterable[Row]
) -> etree._Element:
    filtered = wanted.get("name", "")
    says = visit.say("Name with “{text}”.", "Имя с «{text}».", text=filtered) if filtered else ""
    rest = visit.rest(
        min(count, MOST_ROWS),
        count,
        "Press “Export to CSV” to take all.",
        "Нажмите «Выгрузить в CSV», чтобы выгрузить всё.",
    )
    documents.say_above(visit.document, name, visit.not_live(), about, says, rest)
    return documents.list_page(visit.document, rows)


# --- rows ---


def _stretch(visit: Visit, listed: Listed) -> dict[str, str]:
    found = listed.correction
    return {
        "id": f"{listed.account}-{found.first_day.isoformat()}",
        "account": str(listed.account),
        "name": listed.name or f"#{listed.account}",
        "first_day": found.first_day.isoformat(),
        "last_day": found.last_day.isoformat(),
        "held": words.tier(found.held, visit.language),
        "other": words.tier(found.other, visit.language),
    }


def _correction_row(visit: Visit, listed: Listed) -> Row:
    return {
        **_stretch(visit, listed),
        "payments": words.causes(listed.correction.causes, visit.currency, visit.language),
        "worth": words.sums(listed.worth, visit.currency, visit.language, signed=True),
    }


def _held_row(visit: Visit, listed: Listed) -> Row:
    return {
        **_stretch(visit, listed),
        "payments": words.causes(listed.correction.causes, visit.currency, visit.language),
        "saved": words.sums(listed.saved, visit.currency, visit.language),
        "over": words.sums(words.negative(listed.worth), visit.currency, visit.language),
        "times": "",
    }


def _repeated_row(visit: Visit, repeated: Repeated) -> Row:
    empty = dict.fromkeys(("first_day", "last_day", "held", "other"), "")
    return {
        "id": str(repeated.account),
        "account": str(repeated.account),
        "name": repeated.name or f"#{repeated.account}",
        **empty,
        "payments": words.returned_payments(repeated.returned, visit.language),
        "saved": "",
        "over": "",
        "times": str(repeated.times),
    }


def _csv_start(listed: Listed) -> list[str]:
    found = listed.correction
    tiers = [each.name if each else "" for each in (found.held, found.other)]
    return [str(listed.account), listed.name, found.first_day.isoformat(), found.last_day.isoformat(), *tiers]


def _csv_sums(saved: Sums | None, worth: Sums | None) -> tuple[str, str, str]:
    """What was saved, and by how much more and less the other tier would have; none below zero, for a cell must not
    begin as a formula does."""
    more = {name: amount for name, amount in (worth or {}).items() if amount >= 0}
    less = {name: -amount for name, amount in (worth or {}).items() if amount < 0}
    return _csv_sum(saved), _csv_sum(more), _csv_sum(less)


def _csv_sum(sums: Sums | None) -> str:
    return ", ".join(f"{plain(amount.quantize(KOPECK))} {name}" for name, amount in sorted((sums or {}).items()))


def _csv_payments(visit: Visit, listed: Listed) -> str:
    return " / ".join(words.cause(each, visit.currency, visit.language) for each in listed.correction.causes)
