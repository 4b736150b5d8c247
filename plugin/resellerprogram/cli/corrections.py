"""corrections, gaming: past days that should have been otherwise, and tiers by money given back."""

from __future__ import annotations

from typing import Any

from ..office.corrections import Listed, Repeated, Sums
from ..programme import figures
from ..programme.corrections import Cause, Kind, Pattern, Returned
from ..programme.figures import plain
from ..programme.text import Text
from ..words import corrections as words
from ..words import labels
from .output import Command


def corrections(command: Command) -> int:
    """What each account held, what it should have held by what is known now, why, and what that was worth."""
    desk, account = command.office.corrections, command.options.account
    listed = desk.listed(Kind.CORRECTED, account=account)
    if command.options.json:
        command.json([_values(each, "should") for each in listed])
        return 0
    command.say(words.ABOUT)
    if not listed:
        command.say(words.NONE)
        return 0
    command.table(
        Text(
            "client|name|first day|last day|held|should be|difference|payments",
            "клиент|название|первый день|последний день|был|должен быть|разница|платежи",
        ),
        ((*_start(command, each), _sums(command, each.worth, signed=True), _causes(command, each)) for each in listed),
        right=(6,),
    )
    return 0


def gaming(command: Command) -> int:
    """Tiers by payments that were given back later, and who paid, ordered and took it back again and again."""
    desk = command.office.corrections
    held, repeated = desk.listed(Kind.GIVEN_BACK), desk.repeated()
    if command.options.json:
        command.json(
            {
                "tiers": [_values(each, "without") for each in held],
                "repeated": [_repeated(each) for each in repeated] if desk.knows_savings else None,
            }
        )
        return 0
    command.lines([labels.PATTERNS[Pattern.TIERS].say(command.language)])
    command.say(words.ABOUT_TIERS)
    if held:
        _held(command, held)
    else:
        command.say(words.NONE)
    command.lines(["", labels.PATTERNS[Pattern.REPEATED].say(command.language)])
    command.say(words.ABOUT_REPEATED if desk.knows_savings else words.NOT_TOLD)
    if repeated:
        command.table(
            Text("client|name|times|payments", "клиент|название|раз|платежи"),
            (
                (
                    str(each.account),
                    each.name or figures.NOTHING,
                    str(each.times),
                    words.returned_payments(each.returned, command.language),
                )
                for each in repeated
            ),
            right=(2,),
        )
    elif desk.knows_savings:
        command.say(words.NONE)
    return 0


def _held(command: Command, held: list[Listed]) -> None:
    command.table(
        Text(
            "client|name|first day|last day|held|without it|saved|of it too much|payments",
            "клиент|название|первый день|последний день|был|без них|экономия|из неё лишнее|платежи",
        ),
        (
            (
                *_start(command, each),
                _sums(command, each.saved),
                _sums(command, words.negative(each.worth)),
                _causes(command, each),
            )
            for each in held
        ),
        right=(6, 7),
    )


def _start(command: Command, listed: Listed) -> tuple[str, ...]:
    found, language = listed.correction, command.language
    return (
        str(listed.account),
        listed.name or figures.NOTHING,
        figures.listed_day(found.first_day),
        figures.listed_day(found.last_day),
        words.tier(found.held, language),
        words.tier(found.other, language),
    )


def _sums(command: Command, sums: Sums | None, signed: bool = False) -> str:
    return words.sums(sums, command.store.settings.current().currency, command.language, signed)


def _causes(command: Command, listed: Listed) -> str:
    return words.causes(listed.correction.causes, command.store.settings.current().currency, command.language)


def _values(listed: Listed, other: str) -> dict[str, Any]:
    found = listed.correction
    return {
        "account": listed.account,
        "name": listed.name,
        "first_day": found.first_day.isoformat(),
        "last_day": found.last_day.isoformat(),
        "held": found.held.name if found.held else None,
        other: found.other.name if found.other else None,
        "payments": [_cause(each) for each in found.causes],
        "saved": _plain(listed.saved),
        "difference": _plain(listed.worth),
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "payment": cause.payment,
        "number": cause.number,
        "day": cause.day.isoformat(),
        "became": cause.became.value,
        "then": plain(cause.then),
        "now": plain(cause.now),
    }


def _repeated(repeated: Repeated) -> dict[str, Any]:
    payments = [_returned(each) for each in repeated.returned]
    return {"account": repeated.account, "name": repeated.name, "times": repeated.times, "payments": payments}


def _returned(returned: Returned) -> dict[str, Any]:
    return {
        "payment": returned.payment,
        "number": returned.number,
        "amount": plain(returned.amount.amount),
        "currency": returned.amount.currency,
        "paid_on": returned.paid_on.isoformat(),
        "returned_on": returned.returned_on.isoformat(),
        "how": returned.how.value,
    }


def _plain(sums: Sums | None) -> dict[str, str] | None:
    return None if sums is None else {name: plain(each.quantize(figures.KOPECK)) for name, each in sums.items()}
