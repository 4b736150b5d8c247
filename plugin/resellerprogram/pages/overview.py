"""`resellerprogram.overview`, `resellerprogram.people`: what the programme is worth, and whom to talk to.

For employees. No panel call: nights wrote it down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from lxml import etree

from ..office.overview import Listed
from ..programme import figures
from ..programme.figures import plain
from ..programme.ids import named
from ..programme.overview import MOVES, Overview, Whom
from ..words import labels
from ..words import overview as words
from . import documents
from .documents import Row
from .filters import keep_filter, kept_filter
from .visit import Visit

SHOWN = 10
"""So many of each list stand on the overview; the list itself has all."""
PEOPLE = "resellerprogram.people"
FIELDS = ("whom", "within", "name")
MOST_PEOPLE = 100
"""So many one talks to; what keeps the tier of each is worked out by itself."""
WITHIN = ("7", "14", "31")


def report(visit: Visit) -> etree._Element:
    """Five figures, what became of them, and the first of each list."""
    desk = visit.office.overview
    found, currency = desk.overview(), visit.currency
    other = words.elsewhere_text(desk.elsewhere())
    documents.say_above(visit.document, "overview", visit.not_live(), other.say(visit.language) if other else "")
    bands = {
        "figures": (_figure(visit, line) for line in words.lines(found, currency, visit.language)),
        "tiers": _tiers(visit, found),
        "classes": _classes(visit, found),
        "months": _months(visit, found),
        "weeks": _weeks(visit, found),
        **{whom.value: [_short(visit, whom, each) for each in desk.listed(whom, count=SHOWN)] for whom in Whom},
    }
    return documents.report_page(visit.document, bands)


def _figure(visit: Visit, line: words.Line) -> Row:
    return {
        "what": line.what.say(visit.language),
        "now": line.now or words.UNKNOWN.say(visit.language),
        "before": line.before,
        "change": line.change,
    }


def _tiers(visit: Visit, found: Overview) -> Iterator[Row]:
    for each in found.tiers:
        yield {
            "tier": each.tier or words.NO_TIER.say(visit.language),
            "clients": str(each.held.clients),
            "turnover": _amount(each.held.turnover),
            "given": _amount(each.given),
        }


def _classes(visit: Visit, found: Overview) -> Iterator[Row]:
    for name, amount in found.classes.items():
        yield {"class": words.title_of(name, visit.titles).say(visit.language), "class_given": _amount(amount)}


def _months(visit: Visit, found: Overview) -> Iterator[Row]:
    for each in found.months:
        yield {
            "month": figures.listed_month(each.last),
            "with_tier": str(each.with_tier),
            "month_turnover": _amount(each.turnover),
            "month_given": _amount(each.given),
        }


def _weeks(visit: Visit, found: Overview) -> Iterator[Row]:
    for each in found.weeks:
        yield {
            "week": figures.listed_day(each.first),
            **{way.value: str(each.moves.get(way, 0)) for way in MOVES},
        }


def _short(visit: Visit, whom: Whom, listed: Listed) -> Row:
    row = _row(visit, whom, listed)
    return {f"{whom.value}_{name}": row[name] for name in words.COLUMNS[whom]}


def _amount(amount: Decimal | None) -> str:
    """A figure that a diagram can draw, two decimals; the column's head names the currency."""
    return "" if amount is None else figures.listed_amount(amount)


# --- whom to talk to ---


def people(visit: Visit) -> etree._Element:
    """One of the lists, as this employee has filtered it."""
    wanted = _filter(visit)
    whom, desk = _whom(wanted), visit.office.overview
    within, name = timedelta(days=int(_within(wanted))), wanted.get("name", "")
    listed, count = desk.listed(whom, within, name, MOST_PEOPLE), desk.count(whom, within, name)
    told = words.name_of(whom, within).say(visit.language)
    if wanted.get("name"):
        told += visit.say(", name with “{text}”", ", имя с «{text}»", text=wanted["name"])
    rest = visit.rest(
        len(listed),
        count,
        "Press “Filter” to see others, or “Export to CSV” to take all.",
        "Нажмите «Фильтр», чтобы увидеть других, или «Выгрузить в CSV», чтобы выгрузить всех.",
    )
    says = visit.say("{told}. Clients: {count}.", "{told}. Клиентов: {count}.", told=told, count=count)
    documents.say_above(visit.document, "people", visit.not_live(), says, rest)
    return documents.list_page(visit.document, (_row(visit, whom, each) for each in listed))


def people_filter(visit: Visit) -> etree._Element:
    """Which list, how many days it looks ahead or back, whose name."""
    if visit.request.submitted:
        keep_filter(visit, PEOPLE, FIELDS)
        return documents.ok(f"func={PEOPLE}")
    wanted = _filter(visit)
    values = {"whom": _whom(wanted).value, "within": _within(wanted), "name": wanted.get("name", "")}
    lists = [(each.value, labels.WHOM[each].say(visit.language)) for each in Whom]
    days = [(each, figures.days(int(each)).say(visit.language)) for each in WITHIN]
    return documents.form_page(visit.document, values, {"whom": lists, "within": days})


def people_csv(visit: Visit) -> Iterator[list[str]]:
    """The list as it is filtered, its head first: amounts exact, dates ISO."""
    yield ["account", "name", "address", "tier", "turnover", "day", "becomes", "keep_amount", "keep_last_day", "given"]
    wanted = _filter(visit)
    within = timedelta(days=int(_within(wanted)))
    for each in visit.office.overview.listed(_whom(wanted), within, wanted.get("name", "")):
        person, keep = each.person, each.keep
        yield [
            str(person.account),
            person.name,
            person.addresses,
            person.tier or "",
            plain(person.turnover),
            (person.change_day or person.since or visit.today).isoformat(),
            person.change_tier or "",
            plain(keep.amount) if keep else "",
            keep.last_day.isoformat() if keep else "",
            plain(person.given),
        ]


def _filter(visit: Visit) -> Mapping[str, str]:
    return kept_filter(visit, FIELDS, "" if visit.request.function == PEOPLE else PEOPLE)


def _whom(wanted: Mapping[str, str]) -> Whom:
    chosen = wanted.get("whom", "")
    return Whom(chosen) if chosen in {each.value for each in Whom} else Whom.FALLING


def _within(wanted: Mapping[str, str]) -> str:
    chosen = wanted.get("within", "")
    return chosen if chosen in WITHIN else WITHIN[0]


def _row(visit: Visit, whom: Whom, listed: Listed) -> dict[str, str]:
    person = listed.person
    about = {
        Whom.FALLING: words.change_text(person, visit.language),
        Whom.ROSE: words.rise_text(person, listed.before, visit.language),
    }
    return {
        "id": str(person.account),
        "client": named(person.account, person.name),
        "name": person.name or f"#{person.account}",
        "address": person.addresses,
        "tier": person.tier or "",
        "about": about.get(whom, ""),
        "keep": words.keep_text(listed.keep, visit.currency).say(visit.language) if listed.keep else "",
        "turnover": visit.money(person.turnover),
        "given": visit.money(person.given) if person.given else "",
    }
