"""explain: why an account has its discounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ..programme.decision import Decision
from ..programme.discounts import Change
from ..programme.errors import ResellerProgrammeError
from ..programme.ids import Scope
from ..programme.text import Text
from ..recalculation.run import PATIENCE, considered_alone
from ..store.contents import content_of
from ..store.decisions import Record, content_of_written
from ..words import explanation, proposal
from .output import Command
from .preview import change_values


def explain(command: Command) -> int:
    """A past day is explained by the decision that was made then; today, and a day without one, by the panel now."""
    account, today = command.options.account, date.today()
    day = command.options.date or today
    record = command.store.decisions.on(account, day)
    changes: tuple[Change, ...] = ()
    names: Mapping[Scope, str] = {}
    if record and day < today:
        decision, name = record.decision, _name(command)
    else:
        considered, names = considered_alone(command.root, command.store, day, datetime.now(), account, PATIENCE)
        decision, name, changes = considered.decision, considered.account.name, considered.changes
    if command.options.json:
        command.json(_explanation_values(command, name, day, decision, changes, names, record))
        return 0
    currency = command.store.settings.current().currency
    command.lines(
        explanation.explanation(
            decision, name, currency, command.store.tiers.on(day).table, command.titles, command.language
        )
    )
    if record:
        command.lines(explanation.written_lines(record, command.language))
    if changes:
        command.say(
            Text(
                "The panel does not say so yet; `resellerprogram apply --account {id}` changes: {changes}.",
                "В панели пока не так; `resellerprogram apply --account {id}` изменит: {changes}.",
            )(id=account, changes=", ".join(proposal.change(each, names, command.language) for each in changes))
        )
    elif names:
        command.say(Text("The panel's discounts are as they should be.", "Скидки в панели такие, как должны быть."))
    return 0


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
    changes: tuple[Change, ...],
    names: Mapping[Scope, str],
    record: Record | None,
) -> dict[str, Any]:
    window = decision.turnover.window
    return {
        "account": decision.account,
        "name": name,
        "day": day.isoformat(),
        "currency": command.store.settings.current().currency,
        "window": [window.first.isoformat(), window.last.isoformat()],
        **content_of(decision),
        "changes": [change_values(change, names) for change in changes],
        "recorded": record
        and {
            "cause": record.cause,
            "decided_at": record.decided_at.isoformat(),
            "written": [content_of_written(change) for change in record.written],
        },
    }
