"""opening: turnover that clients bring along: list, add, end, import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ..office.openings import Openings
from ..programme import bounds, figures
from ..programme.figures import plain
from ..programme.openings import Opening, Wanted, amount_of, day_of, reason_of
from ..programme.tables import Effects
from ..programme.text import Text
from ..words import labels
from ..words import openings as words
from ..words import tables as tables_words
from .confirming import agreed, said_yes, show_loss
from .files import text_of
from .output import EXIT_FAILED, Command
from .preview import NOTHING_WRITTEN
from .waking import wake

SHOWN_EFFECTS = 20


def show(command: Command) -> int:
    """All that is on record, of everybody or one client, what was given last first."""
    desk = command.office.openings
    listed = desk.listed(command.options.account)
    names = command.store.standings.names(each.account for each in listed)
    if command.options.json:
        command.json([_values(command, each, names.get(each.account, "")) for each in listed])
        return 0
    if not listed:
        command.say(words.NONE)
        return 0
    language = command.language
    command.table(
        Text(
            "number|client|name|amount|counts as|through|state|given|reason",
            "номер|клиент|название|сумма|учитывается за|по|состояние|добавлен|причина",
        ),
        (
            (
                str(each.number),
                str(each.account),
                names.get(each.account) or figures.NOTHING,
                figures.listed_money(each.amount.amount, each.amount.currency),
                figures.listed_day(each.day),
                figures.listed_day(each.until(desk.months)),
                labels.OPENINGS[each.state(command.today, desk.months)].say(language),
                figures.listed_day(each.given_on),
                each.reason,
            )
            for each in listed
        ),
        right=(0, 1, 3),
    )
    return 0


def add(command: Command) -> int:
    """Give one client opening turnover: told first with what comes of it, and asked about."""
    desk, options = command.office.openings, command.options
    desk.check(options.account)
    day = day_of(options.until, options.day, command.today, desk.months)
    wanted = Wanted(options.account, amount_of(options.amount), day, reason_of(options.reason))
    return _give(command, desk, [wanted], [bounds.day(options.until) if options.until else None])


def take_in(command: Command) -> int:
    """Take a whole list, or nothing of it: every line that can't be is told with its number."""
    desk = command.office.openings
    found = desk.understood(text_of(command.options.file))
    for line in words.understood(len(found.wanted), found.there, found.bad, found.left):
        command.say(line)
    if found.bad:
        return EXIT_FAILED
    if not found.wanted:
        command.say(words.NOTHING_NEW)
        return 0
    return _give(command, desk, found.wanted, found.asked)


def end(command: Command) -> int:
    """Let one count no more: whose it is, how much, and what falls is told first, and a reason and a yes asked for."""
    desk, options = command.office.openings, command.options
    opening = desk.of(options.number)
    name = command.office.name_of(opening.account)
    command.say(words.told(opening.as_wanted, name, opening.amount.currency, desk.months))
    _show_effects(command, desk.fall(opening))
    show_loss(command, desk.loss(opening))
    if options.dry_run:
        command.say(NOTHING_WRITTEN)
        return 0
    reason = agreed(command, words.END_IT)
    if isinstance(reason, int):
        return reason
    desk.end(opening, reason)
    command.say(words.ENDED(number=opening.number))
    wake(command, opening.account)
    return 0


def _give(command: Command, desk: Openings, wanted: Sequence[Wanted], asked: Sequence[date | None]) -> int:
    """Show it and what comes of it, ask, and let it count."""
    names = desk.names(each.account for each in wanted)
    for text in words.told_all(wanted, asked, names, desk.currency, desk.months):
        command.say(text)
    effects, unknown = desk.effects(wanted, SHOWN_EFFECTS)
    _show_effects(command, effects)
    if unknown:
        command.say(words.NOT_CALCULATED(count=unknown))
    left = said_yes(command, words.GIVE_IT)
    if left is not None:
        return left
    desk.give(wanted)
    command.say(words.GIVEN(count=len(wanted)))
    accounts = {each.account for each in wanted}
    wake(command, accounts.pop() if len(accounts) == 1 else None)
    return 0


def _show_effects(command: Command, effects: Effects) -> None:
    command.say(tables_words.effects_text(effects))
    if effects:
        currency = command.store.settings.current().currency
        command.lines(tables_words.effect_table(effects, command.titles, currency, command.language))


def _values(command: Command, opening: Opening, name: str) -> dict[str, Any]:
    months = command.office.openings.months
    return {
        "number": opening.number,
        "account": opening.account,
        "name": name,
        "amount": plain(opening.amount.amount),
        "currency": opening.amount.currency,
        "day": opening.day.isoformat(),
        "until": opening.until(months).isoformat(),
        "state": opening.state(command.today, months).value,
        "reason": opening.reason,
        "given_on": opening.given_on.isoformat(),
        "ended_on": opening.ended_on and opening.ended_on.isoformat(),
    }
