"""explain: why an account has its discounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ..programme import figures
from ..programme.caps import Limit, that_bite
from ..programme.changes import PlainChange, plain_change, values_of
from ..programme.decision import Decision
from ..programme.errors import ResellerProgrammeError
from ..programme.figures import plain
from ..programme.hindsight import Hindsight
from ..programme.ids import Scope
from ..programme.records import Record
from ..programme.text import Text
from ..recalculation.hindsight import known_now
from ..recalculation.run import PATIENCE, considered_alone
from ..recalculation.scopes import limits
from ..store.contents import content_of, content_of_tier, content_of_verdict
from ..words import explanation, hindsight
from ..words.change import folded
from ..words.proposal import ONLY_A_LOOK
from .output import Command

_IN_EFFECT = Text(
    "On {day} this calculation was in effect; it was last confirmed on {last}, and its figures are of that day.",
    "{day} действовал этот расчёт; последний раз он подтверждён {last}, его суммы — на этот день.",
)


def explain(command: Command) -> int:
    """A past day is explained by the decision that was made then, and beside it by what is known of it now; today, and
    a day without one, by the panel now."""
    account, today = command.options.account, command.today
    day = command.options.date or today
    record = command.store.decisions.on(account, day)
    only_look = day != today
    changes: tuple[PlainChange, ...] = ()
    names: Mapping[Scope, str] = {}
    since: Hindsight | None = None
    if record and day < today:
        decision, name = record.decision, _name(command)
        since = known_now(command.store, decision)
    else:
        considered, names = considered_alone(command.root, command.store, day, command.now, account, PATIENCE)
        decision, name = considered.decision, considered.account.name
        changes = tuple(plain_change(change, names) for change in considered.changes)
    caps = limits(command.store) if names else []
    if command.options.json:
        command.json(_explanation_values(command, name, day, decision, changes, record, since, caps))
        return 0
    settings = command.store.settings.current()
    currency = settings.currency
    command.lines(
        explanation.explanation(
            decision, name, currency, command.store.tiers.on(day).table, command.titles, command.language, caps
        )
    )
    if record:
        command.lines(
            explanation.written_lines(
                record,
                command.login(record.who),
                command.store.classes.of_types(),
                command.titles,
                command.language,
                settings.history_months,
            )
        )
    if record and decision.day != day:
        command.say(_IN_EFFECT(day=figures.day(day), last=figures.day(decision.day)))
    if since:
        command.lines(hindsight.lines(since, currency, command.language, decision.turnover.window.months))
    if only_look:
        _say_what_that_day_brings(command, changes) if names else None
    elif changes:
        command.say(
            Text(
                "The panel has other discounts; `resellerprogram apply --account {id}` changes: {changes}.",
                "В панели другие скидки; `resellerprogram apply --account {id}` изменит: {changes}.",
            )(id=account, changes=_folded(command, changes))
        )
    elif names:
        command.say(Text("The panel's discounts are as they should be.", "Скидки в панели такие, как должны быть."))
    return 0


def _say_what_that_day_brings(command: Command, changes: tuple[PlainChange, ...]) -> None:
    """Of another day than today, where nothing is on record of it."""
    told = _folded(command, changes)
    if told:
        command.say(
            Text(
                "On that day the panel's discounts would change: {changes}.",
                "В этот день изменились бы скидки: {changes}.",
            )(changes=told)
        )
    command.say(ONLY_A_LOOK(day=figures.day(command.options.date)))


def _folded(command: Command, changes: tuple[PlainChange, ...]) -> str:
    return folded(changes, command.store.classes.of_types(), command.titles, command.language)


def _name(command: Command) -> str:
    """The client's name, where the panel tells it: a recorded decision is explained without the panel, too."""
    try:
        return command.office.name_of(command.options.account)
    except ResellerProgrammeError:
        return ""


def _explanation_values(
    command: Command,
    name: str,
    day: date,
    decision: Decision,
    changes: tuple[PlainChange, ...],
    record: Record | None,
    since: Hindsight | None,
    caps: Iterable[Limit],
) -> dict[str, Any]:
    window = decision.turnover.window
    return {
        "account": decision.account,
        "name": name,
        "day": day.isoformat(),
        "currency": command.store.settings.current().currency,
        "window": [window.first.isoformat(), window.last.isoformat()],
        **content_of(decision),
        **({} if decision.turnover.recorded is None else {"payments": None}),
        "caps": {each.what: plain(each.percent) for each in that_bite(caps, decision.percents)},
        "changes": [values_of(change) for change in changes],
        "recorded": record and _recorded(record),
        "known_now": since and _known_now(since),
    }


def _recorded(record: Record) -> dict[str, Any]:
    """Without details `written` is null, as are the payments: they are not kept any more."""
    return {
        "cause": record.cause,
        "decided_at": record.decided_at.isoformat(),
        "written": [values_of(change) for change in record.written] if record.has_details else None,
    }


def _known_now(since: Hindsight) -> dict[str, Any]:
    return {
        "same": since.is_the_same,
        "turnover": str(since.turnover),
        "tier": content_of_tier(since.tier),
        "differences": [
            {
                "since": each.since.value,
                "then": each.then and content_of_verdict(each.then),
                "now": each.now and content_of_verdict(each.now),
            }
            for each in since.differences
        ],
    }
