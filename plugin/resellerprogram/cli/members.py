"""Members: enrol, exclude, pin. What takes discounts from a client tells which, and asks first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..programme import figures
from ..programme.basis import Basis, Pin
from ..programme.ids import AccountId, named
from ..programme.losses import Loss
from ..programme.members import EXCLUDED, MemberNote, takes_part
from ..programme.settings import MEMBER_RULES, SETTINGS
from ..programme.text import Text
from ..recalculation.lagging import Lagging
from ..store.listing import EVERY_ROW
from ..store.standings import Listed, Wanted
from ..words.labels import MEMBER_STATES
from ..words.losses import loss_text
from ..words.people import called
from .confirming import agreed_to
from .output import Command
from .waking import wake

_STANDINGS: Mapping[str | None, Text] = {
    "enrolled": Text("included", "включён"),
    "excluded": Text("excluded", "исключён"),
    "left": Text("left by themselves", "вышел сам"),
    None: Text("as in the settings", "как в настройках"),
}
_WHO = Text("{label}: {who} (setting `members = {rule}`).", "{label}: {who} (настройка `members = {rule}`).")
_OWN_TERMS = Text(
    "Listed are only clients with terms of their own: {count}.", "Ниже только клиенты с особыми условиями: {count}."
)
_NO_OWN_TERMS = Text("No client has terms of their own.", "Клиентов с особыми условиями нет.")
_NO_PIN_FOR: Mapping[Basis | None, Text] = {
    Basis.EXCLUDED: Text(
        "The pin has no effect while the client is excluded.",
        "Пока клиент исключён из программы, закрепление не действует.",
    ),
    Basis.LEFT: Text(
        "The client has left the program by themselves; the pin has no effect until they are in it again.",
        "Клиент вышел из программы сам; закрепление не действует, пока он не вернётся.",
    ),
    Basis.NOT_A_MEMBER: Text(
        "The client is not a member; the pin has no effect until they are included.",
        "Клиент не участвует в программе; закрепление не действует, пока его не включат.",
    ),
}
_ALL_THE_SAME = Text("Do it all the same?", "Всё равно сделать это?")


def show(command: Command) -> int:
    """Whom the administrator has said something of; with a filter, as the page has them, everybody whom it leaves."""
    options = command.options
    flags = tuple(name for name in ("trouble", "pinned") if getattr(options, name))
    if options.tier or flags or options.within is not None:
        return _show_filtered(command, flags)
    return _show_noted(command)


def _show_filtered(command: Command, flags: tuple[str, ...]) -> int:
    store, options, lagging = command.store, command.options, Lagging(command.store)
    behind = lagging.behind()
    wanted = Wanted("", options.tier or "", flags, options.within, behind)
    listed, _ = store.standings.listed(command.now, wanted, EVERY_ROW)
    if command.options.json:
        command.json([_listed_values(each, command, behind) for each in listed])
        return 0
    if not listed:
        command.say(Text("No client is like that.", "Таких клиентов нет."))
        return 0
    currency = store.settings.current().currency
    command.table(
        Text(
            "client|turnover|tier|missing|tier changes|trouble",
            "клиент|оборот|статус|не хватает|статус сменится|неполадки",
        ),
        (_listed_cells(each, command, behind, currency) for each in listed),
        right={1, 3},
    )
    return 0


def _listed_cells(listed: Listed, command: Command, behind: Collection[AccountId], currency: str) -> tuple[str, ...]:
    standing, language = listed.standing, command.language
    counts = standing.basis is not None and standing.basis.counts_payments
    follows = standing.change_tier or Text("no tier", "без статуса").say(language)
    return (
        named(standing.account, standing.name),
        figures.listed_money(standing.turnover, currency) if counts else figures.NOTHING,
        standing.tier or figures.NOTHING,
        figures.NOTHING if standing.missing is None else figures.listed_money(standing.missing, currency),
        f"{figures.listed_day(standing.change_day)}: {follows}" if standing.change_day else figures.NOTHING,
        ", ".join(MEMBER_STATES[each].say(language) for each in _troubles(listed, command, behind)) or figures.NOTHING,
    )


def _troubles(listed: Listed, command: Command, behind: Collection[AccountId]) -> Iterator[str]:
    """By the names of the filter's states."""
    if listed.error is not None:
        yield "failed" if listed.error else "waits"
    if listed.standing.account in behind:
        yield "differs"
    if listed.put_right_lately(command.now):
        yield "put_right"


def _listed_values(listed: Listed, command: Command, behind: Collection[AccountId]) -> dict[str, Any]:
    standing = listed.standing
    return {
        "account": standing.account,
        "name": standing.name,
        "tier": standing.tier,
        "turnover": figures.plain(standing.turnover),
        "missing": None if standing.missing is None else figures.plain(standing.missing),
        "changes_on": standing.change_day and standing.change_day.isoformat(),
        "changes_to": standing.change_tier,
        "troubles": list(_troubles(listed, command, behind)),
    }


def _show_noted(command: Command) -> int:
    notes, rule = command.store.members.all(), command.store.settings.texts()["members"]
    names = command.store.standings.names(note.account for note in notes)
    if command.options.json:
        command.json({"members": rule, "accounts": [_note_values(note, names) for note in notes]})
        return 0
    who = MEMBER_RULES[rule.partition(":")[0]]
    command.say(_WHO(label=SETTINGS["members"].label, who=who, rule=rule))
    command.say(_OWN_TERMS(count=len(notes)) if notes else _NO_OWN_TERMS)
    if notes:
        header = Text(
            "client|participation|reason|pinned tier|through|reason of the pin",
            "клиент|участие|причина|закреплённый статус|по|причина закрепления",
        )
        command.table(header, (_note_cells(note, names, command.language) for note in notes))
    return 0


def enrol(command: Command) -> int:
    name = command.office.members.enrol(command.options.account, command.options.reason)
    return _noted(command, Text("Client {id}, {name}, is included.", "Клиент {id}, {name}, включён в программу."), name)


def exclude(command: Command) -> int:
    options, office = command.options, command.office
    loss = office.losses.by_note(replace(_note(command), standing=EXCLUDED, reason=options.reason))
    agreed = _agreed(command, loss, Text("Exclude the client?", "Исключить клиента из программы?"))
    if isinstance(agreed, int):
        return agreed
    name = office.members.exclude(options.account, options.reason)
    if not loss:
        command.say(loss_text(loss))
    return _noted(
        command, Text("Client {id}, {name}, is excluded.", "Клиент {id}, {name}, исключён из программы."), name
    )


def follow_the_rule(command: Command) -> int:
    note = replace(_note(command), standing=None, reason="")
    name = _without_reason(command, note, command.office.members.follow_the_rule)
    if isinstance(name, int):
        return name
    return _noted(
        command, Text("Client {id}, {name}, is as in the settings.", "Клиент {id}, {name}: как в настройках."), name
    )


def pin(command: Command) -> int:
    options, office = command.options, command.office
    pin = Pin(options.tier, options.until, options.reason, options.exactly)
    office.members.check_pin(pin)
    agreed = _agreed(command, office.losses.by_note(replace(_note(command), pin=pin)), _ALL_THE_SAME)
    if isinstance(agreed, int):
        return agreed
    name = office.members.pin(options.account, pin)
    pinned = Text("Client {id}, {name}: tier pinned.", "Клиент {id}, {name}: статус закреплён.")
    return _noted(command, pinned, name, _NO_PIN_FOR.get(_left_out(command)))


def unpin(command: Command) -> int:
    name = _without_reason(command, replace(_note(command), pin=None), command.office.members.unpin)
    if isinstance(name, int):
        return name
    return _noted(
        command,
        Text("Client {id}, {name}: tier not pinned any more.", "Клиент {id}, {name}: статус больше не закреплён."),
        name,
    )


def _left_out(command: Command) -> Basis | None:
    """Why the client takes no part, None for a member. Whether a group has them is what the last run has found."""
    known = command.store.standings.of(command.options.account)
    in_group = [] if known and known.basis is Basis.NOT_A_MEMBER else [command.options.account]
    rule = command.store.settings.current().members
    return takes_part(_note(command), rule, [] if rule.group is None else in_group)


def _note(command: Command) -> MemberNote:
    """What is said of the client until now."""
    return command.store.members.of(command.options.account)


def _agreed(command: Command, loss: Loss, question: Text) -> str | int:
    """The reason of who said yes, none where nobody loses; else the exit code with which the command ends, having
    changed nothing."""
    return agreed_to(command, loss, question) if loss else ""


def _without_reason(command: Command, note: MemberNote, say: Callable[[AccountId], str]) -> str | int:
    """Say it of the client, where the note has no place for a reason: the change log keeps it. The name, or the exit
    code."""
    losses = command.office.losses
    loss = losses.by_note(note)
    reason = _agreed(command, loss, _ALL_THE_SAME)
    if isinstance(reason, int):
        return reason
    if loss:
        losses.record(named(note.account, command.office.name_of(note.account)), loss, reason)
    return say(note.account)


def _note_values(note: MemberNote, names: Mapping[int, str]) -> dict[str, Any]:
    pin = note.pin
    return {
        "account": note.account,
        "name": names.get(note.account, ""),
        "standing": note.standing,
        "reason": note.reason,
        "pin": pin and {"tier": pin.tier, "until": pin.until.isoformat(), "reason": pin.reason, "exactly": pin.exactly},
    }


def _note_cells(note: MemberNote, names: Mapping[int, str], language: str) -> tuple[str, ...]:
    pin = _pin_cells(note.pin, language) if note.pin else (figures.NOTHING,) * 3
    reason = note.reason or figures.NOTHING
    return (called(note.account, names), _STANDINGS[note.standing].say(language), reason, *pin)


def _pin_cells(pin: Pin, language: str) -> tuple[str, ...]:
    how = Text("exactly {tier}", "ровно {tier}") if pin.exactly else Text("at least {tier}", "не ниже {tier}")
    return (how(tier=pin.tier).say(language), figures.listed_day(pin.until), pin.reason)


def _noted(command: Command, text: Text, name: str = "", no_effect: Text | None = None) -> int:
    command.say(text(id=command.options.account, name=name or figures.NOTHING))
    wake(command, command.options.account, no_effect)
    return 0
