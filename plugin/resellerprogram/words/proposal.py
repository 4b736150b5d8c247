"""How plans are told to a person, in Russian and English: what a run changes, or would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..programme.changes import PlainChange, plain_change
from ..programme.effects import WAY_NAMES, Way
from ..programme.figures import NOTHING, day, listed_money
from ..programme.ids import Scope
from ..programme.report import NAMED, Planned, Report
from ..programme.text import Text
from ..programme.values import dataclass
from ..programme.verdict import ClassOfType, Part, Verdict, Wanted, judge
from .change import called as what_is_called
from .change import change_line, discount_line, planned_line, step
from .labels import WAYS
from .letters import subject
from .lines import Titles, step_of_tier, table
from .people import called
from .verdict import NOTHING_ELSE, class_lines, limit_text, verdict_text

EVERYTHING = Wanted()
SHOWN_OF_A_WAY = SHOWN_NOTICES = NAMED
"""So many clients of each way, and so many notices, are listed before the list is folded."""

ONLY_A_LOOK = Text(
    "Only a look at {day}: no discount has changed, and nothing acts for another day than today.",
    "Это только взгляд на {day}: скидки не изменены, программа действует всегда за сегодня.",
)
BEYOND_THE_LIMIT = Text(
    "{drops} of {total} discounts would be lowered or removed, and no earlier forecast, "
    "refund or fraud explains it; the drop limit is {limit}.",
    "снижений не по прогнозу, возврату или мошенничеству: {drops} из {total} скидок, лимит — {limit}.",
)
HOW_TO_LIFT_IT = Text(
    "{told} `apply` leaves these alone, `apply --allow-drop --plan {plan}` changes them, too.",
    "{told} `apply` оставит эти скидки как есть, `apply --allow-drop --plan {plan}` изменит и их.",
)


@dataclass(frozen=True)
class Terms:
    """What a plan is told with: the programme's currency, what people read of the classes, the class of each service
    type, how many drops that nothing foretold one run may make, and whether a yes to the plan lifts that limit."""

    currency: str
    titles: Titles
    class_of: ClassOfType
    limit: int
    lifted: bool = False


def judged(report: Report, terms: Terms) -> Verdict:
    """What a plan comes to."""
    return judge((_part(planned, report) for planned in report.planned), terms.class_of)


def plan_lines(
    report: Report,
    terms: Terms,
    language: str,
    written: bool,
    only_look: bool = False,
    summary: bool = False,
    wanted: Wanted = EVERYTHING,
) -> Iterator[str]:
    """What a run changes, or changed: the verdict first and what is wrong, then one line per account, one column per
    service type. Of what is `only_look` no command writes anything; a `summary` leaves the list out."""
    yield from verdict_lines(report, terms, language, written)
    if not summary:
        yield from _list_lines(report, terms, language, wanted, written)
    if not report.planned:
        return
    yield ""
    if written:
        yield Text("Discounts changed: {count}.", "Изменено скидок: {count}.")(count=report.written).say(language)
    elif not only_look:
        yield Text(
            "No discount has changed. Apply: `resellerprogram apply`; with `--plan {plan}` only if it is this one.",
            "Скидки не изменены. Применить: `resellerprogram apply`; с `--plan {plan}` — только если расчёт тот же.",
        )(plan=report.fingerprint).say(language)


def verdict_lines(report: Report, terms: Terms, language: str, written: bool) -> Iterator[str]:
    """How many go which way; what is wrong; each class; the limit; when that was, and who was looked at."""
    verdict = judged(report, terms)
    quiet = not verdict and report.failed
    yield (NOTHING_ELSE if quiet else verdict_text(verdict, written)).say(language)
    yield from _failed_lines(report, language, written)
    for warning in report.warnings:
        yield "! " + warning.say(language)
    for other in report.left:
        yield Text(
            "! client {id}: another personal discount acts beside the program's: {what}",
            "! клиент {id}: рядом со скидками программы действует другая персональная: {what}",
        )(id=other.account, what=discount_line(other.name, other.value)).say(language)
    yield from (f"  {line}" for line in class_lines(verdict, terms.titles, language, written))
    limit = None if written else limit_text(verdict.drops, verdict.unforetold, terms.limit, terms.lifted)
    if limit:
        yield limit.say(language)
    yield Text(
        "{day}: clients: {accounts}; the program's discounts in the panel: {found}",
        "{day}: просмотрено клиентов: {accounts}; скидок программы в панели: {found}",
    )(day=day(report.day), accounts=report.accounts, found=report.discounts).say(language)


def _part(planned: Planned, report: Report) -> Part:
    changes = tuple(plain_change(change, report.scope_names) for change in planned.changes)
    return Part(planned.way, planned.unforetold, changes)


def chosen(report: Report, terms: Terms, wanted: Wanted) -> list[Planned]:
    """Those of a plan who are wanted, what takes most away first."""
    found = [
        planned
        for planned in report.planned
        if not wanted or wanted.takes(planned.way, _part(planned, report).changes, terms.class_of)
    ]
    order = (Way.ENDS, Way.FALLS, Way.RISES, Way.STARTS, Way.PUT_RIGHT, Way.OTHER)
    return sorted(found, key=lambda planned: (order.index(planned.way), planned.account.id))


def _list_lines(report: Report, terms: Terms, language: str, wanted: Wanted, written: bool) -> Iterator[str]:
    """All who are wanted; of the whole plan the first of each way, and how many more there are."""
    found = chosen(report, terms, wanted)
    places: Counter[Way] = Counter()
    shown = []
    for planned in found:
        places[planned.way] += 1
        if wanted or places[planned.way] <= SHOWN_OF_A_WAY:
            shown.append(planned)
    if shown:
        yield ""
        yield from _plan_table(shown, report, terms, language, written)
    if wanted.failed:
        yield from _failed_lines(report, language, written=False, all_of_them=True)
    for way, count in places.items():
        if not wanted and count > SHOWN_OF_A_WAY:
            yield Text(
                "… {way}: {rest} more, see `resellerprogram plan --way {name}`",
                "… {way}: ещё {rest}, см. `resellerprogram plan --way {name}`",
            )(way=WAYS[way], rest=count - SHOWN_OF_A_WAY, name=WAY_NAMES[way]).say(language)


def _failed_lines(report: Report, language: str, written: bool, all_of_them: bool = False) -> Iterator[str]:
    """The accounts that could not be served, each with its reason; the first of them where there are many."""
    head = (
        Text("! client {whom} waits in the queue: {why}", "! клиент {whom} ждёт в очереди: {why}")
        if written
        else Text("! client {whom} can't be calculated: {why}", "! клиента {whom} не удалось рассчитать: {why}")
    )
    failed = list(report.failed.items())
    for account, error in failed if all_of_them else failed[:NAMED]:
        yield head(whom=called(account, report.names), why=error.text).say(language)
    if len(failed) > NAMED and not all_of_them:
        yield Text("! and {rest} more", "! и ещё {rest}")(rest=len(failed) - NAMED).say(language)


def notice_lines(report: Report, language: str, written: bool) -> Iterator[str]:
    """What clients are told of it, or would be."""
    if not report.notices:
        return
    head = (
        Text("Clients are notified: {count}", "Клиентам отправлены уведомления: {count}")
        if written
        else Text("Clients will be notified: {count}", "Клиентам будут отправлены уведомления: {count}")
    )
    yield ""
    yield head(count=len(report.notices)).say(language)
    yield from table(
        Text("client|name|notification", "клиент|название|уведомление").say(language).split("|"),
        (
            (str(account.id), account.name or NOTHING, subject(notice).say(language))
            for account, notice in report.notices[:SHOWN_NOTICES]
        ),
    )
    rest = len(report.notices) - SHOWN_NOTICES
    if rest > 0:
        yield Text("… {rest} more", "… ещё {rest}")(rest=rest).say(language)


def _plan_table(shown: Sequence[Planned], report: Report, terms: Terms, language: str, written: bool) -> Iterator[str]:
    plain = [_part(planned, report).changes for planned in shown]
    types = {
        each.scope: what_is_called(each.what, terms.class_of, terms.titles).say(language)
        for changes in plain
        for each in changes
        if each.scope
    }
    header = Text("client|name|turnover|tier", "клиент|название|оборот|статус").say(language).split("|")
    others = any(each.is_of_others for changes in plain for each in changes)
    last = [Text("other discounts", "другие скидки").say(language)] if others else []
    rows = (
        (
            *_whose(planned, terms.currency),
            *(_steps(changes, scope, language) for scope in sorted(types)),
            *([_others(changes, language, written)] if others else []),
        )
        for planned, changes in zip(shown, plain)
    )
    yield from table([*header, *(types[scope] for scope in sorted(types)), *last], rows, right=frozenset({2}))


def _whose(planned: Planned, currency: str) -> tuple[str, ...]:
    return (
        str(planned.account.id),
        planned.account.name or NOTHING,
        listed_money(planned.turnover, currency) if planned.basis.counts_payments else NOTHING,
        step_of_tier(planned.tier_before, planned.tier),
    )


def _steps(changes: Iterable[PlainChange], scope: Scope, language: str) -> str:
    return ", ".join(step(each, language) for each in changes if each.scope == scope)


def _others(changes: Iterable[PlainChange], language: str, written: bool) -> str:
    line = change_line if written else planned_line
    return ", ".join(line(each, each.what, language) for each in changes if each.is_of_others)
