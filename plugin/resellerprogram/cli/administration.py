"""tiers, members, settings, queue, set-aside, backup."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .. import wording
from ..programme.decision import Pin
from ..programme.errors import MemberError, SettingError, TierTableError
from ..programme.text import Text, same
from ..programme.tiers import ServiceClass, TierTable
from ..recalculation.run import PATIENCE, check_settings, known_client
from ..recalculation.work import work
from ..store.bell import Bell
from ..store.members import MemberNote
from ..store.notes import ZERO_PERCENT_CONFIRMED
from ..store.queue import Queued
from ..store.settings import SETTINGS
from .output import EXIT_PARTLY, Command

_GIVEN_UP, _WAITS = Text("given up", "брошено"), Text("waits", "ждёт")
_NOT_CONFIRMED = Text(
    "promotions = everywhere rests on an assumption that was not confirmed on this panel yet: run `resellerprogram "
    "doctor --try-on ACCOUNT` with a test client first",
    "promotions = everywhere основано на допущении, которое в этой панели ещё не подтверждено: сначала выполните "
    "`resellerprogram doctor --try-on ACCOUNT` на тестовом клиенте",
)

_STANDINGS: Mapping[str | None, Text] = {
    "enrolled": Text("enrolled", "записан"),
    "excluded": Text("excluded", "исключён"),
    None: Text("", ""),
}


def tiers_show(command: Command) -> int:
    table, currency = command.store.tiers.current(), command.store.settings.current().currency
    rows = (
        (
            tier.name,
            wording.money(tier.threshold, currency),
            *(wording.percent(tier.percents[service_class]) for service_class in ServiceClass),
        )
        for tier in table.tiers
    )
    command.table(Text("status|from|VPS|dedicated|SSL", "статус|от|VPS|выделенные|SSL"), rows, right=range(1, 5))
    return 0


def tiers_import(command: Command) -> int:
    try:
        text = _text_of(command.options.file)
    except UnicodeDecodeError as error:
        raise TierTableError(Text("not UTF-8: {error}", "не в UTF-8: {error}")(error=error)) from error
    table = TierTable.from_csv(text)
    command.store.tiers.put(table, datetime.now())
    command.say(
        Text(
            "Tiers in force: {count}. `resellerprogram plan` shows what they change.",
            "Действует уровней: {count}. Что это меняет, покажет `resellerprogram plan`.",
        )(count=len(table.tiers))
    )
    return 0


def tiers_export(command: Command) -> int:
    text = command.store.tiers.current().to_csv()
    if command.options.file == "-":
        sys.stdout.write(text)
    else:
        Path(command.options.file).write_text(text, encoding="utf-8")
    return 0


def members_list(command: Command) -> int:
    notes, rule = command.store.members.all(), command.store.settings.texts()["members"]
    if command.options.json:
        command.json({"members": rule, "accounts": [_note_values(note) for note in notes]})
        return 0
    command.say(
        Text(
            "Setting members = {rule}. Accounts with a word of their own: {count}.",
            "Настройка members = {rule}. Клиентов с отдельным указанием: {count}.",
        )(rule=rule, count=len(notes))
    )
    if notes:
        header = Text(
            "account|standing|reason|pinned to|until|reason of the pin",
            "клиент|участие|причина|закреплён на|до|причина закрепления",
        )
        command.table(header, (_note_cells(note, command.language) for note in notes))
    return 0


def members_enrol(command: Command) -> int:
    name = _client_name(command)
    command.store.members.enrol(command.options.account, command.options.reason, datetime.now())
    return _noted(command, Text("Account {id}, {name}, is enrolled.", "Клиент {id}, {name}, участвует."), name)


def members_exclude(command: Command) -> int:
    name = _client_name(command)
    command.store.members.exclude(command.options.account, command.options.reason, datetime.now())
    return _noted(command, Text("Account {id}, {name}, is excluded.", "Клиент {id}, {name}, исключён."), name)


def members_pin(command: Command) -> int:
    pin, table = Pin(command.options.tier, command.options.until, command.options.reason), command.store.tiers.current()
    if table.by_name(pin.tier) is None:
        names = ", ".join(tier.name for tier in table.tiers)
        raise MemberError(
            Text("there is no tier {tier!r}; there are: {names}", "нет уровня {tier!r}; есть: {names}")(
                tier=pin.tier, names=names
            )
        )
    if pin.until < date.today():
        raise MemberError(Text("{until} is over already", "{until} уже прошло")(until=pin.until))
    name = _client_name(command)
    command.store.members.pin(command.options.account, pin, datetime.now())
    return _noted(command, Text("Account {id}, {name}, is pinned.", "Клиент {id}, {name}, закреплён."), name)


def members_unpin(command: Command) -> int:
    if command.store.members.of(command.options.account).pin is None:
        raise MemberError(Text("account {id} is not pinned", "клиент {id} не закреплён")(id=command.options.account))
    command.store.members.unpin(command.options.account, datetime.now())
    return _noted(command, Text("Account {id} is not pinned any more.", "Клиент {id} больше не закреплён."))


def settings_show(command: Command) -> int:
    texts = command.store.settings.texts()
    if command.options.json:
        command.json(texts)
        return 0
    rows = (
        (name, value or wording.NOTHING, SETTINGS[name].about.say(command.language)) for name, value in texts.items()
    )
    command.table(Text("setting|value|meaning", "настройка|значение|смысл"), rows)
    return 0


def settings_set(command: Command) -> int:
    name, value = command.options.name, command.options.value
    if name == "promotions" and value == "everywhere" and not command.store.notes.read(ZERO_PERCENT_CONFIRMED):
        raise SettingError(_NOT_CONFIRMED)
    check_settings(command.root, command.store, {name: value}, datetime.now(), PATIENCE)
    command.store.settings.set(name, value)
    command.say(same(f"{name} = {value or wording.NOTHING}"))
    return 0


def queue_list(command: Command) -> int:
    waiting = command.store.queue.all()
    if command.options.json:
        command.json([_queued_values(each) for each in waiting])
        return 0
    command.table(
        Text(
            "number|account|payment|because of|since|tries|state|error",
            "номер|клиент|платёж|причина|с|попыток|состояние|ошибка",
        ),
        (
            (
                str(each.id),
                str(each.account or ""),
                str(each.payment or ""),
                wording.cause(each.cause, command.language),
                wording.moment(each.since, command.language),
                str(each.attempts),
                (_GIVEN_UP if each.dead else _WAITS).say(command.language),
                each.error,
            )
            for each in waiting
        ),
    )
    return 0


def queue_retry(command: Command) -> int:
    """Everything, or one, is due at once: for the worker that lives, else for this process."""
    queue = command.store.queue
    count = queue.retry(command.options.number)
    Bell.ring(command.store.folder)
    deadline = time.monotonic() + PATIENCE
    work(command.root, command.store, datetime.now, lambda pause: False)
    while queue.next_due(datetime.now()) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = len(queue.all())
    command.say(
        Text("Tried again: {count}; still waiting: {left}.", "Повторено: {count}; ждёт ещё: {left}.")(
            count=count, left=left
        )
    )
    return EXIT_PARTLY if left else 0


def queue_drop(command: Command) -> int:
    command.store.queue.drop(command.options.number)
    return 0


def set_aside(command: Command) -> int:
    resting = command.store.set_aside.all()
    if command.options.json:
        command.json(
            [
                {
                    "account": each.account,
                    "discount": each.discount,
                    "set_aside_at": each.set_aside_at.isoformat(),
                    "fields": dict(each.fields),
                }
                for each in resting
            ]
        )
        return 0
    command.say(Text("Discounts set aside: {count}.", "Отложено скидок: {count}.")(count=len(resting)))
    if resting:
        command.table(
            Text("account|name|discount|covers|since", "клиент|название|скидка|на что|с"),
            (
                (
                    str(each.account),
                    each.shown.get("name") or wording.NOTHING,
                    each.shown.get("value") or wording.NOTHING,
                    each.fields.get("pricelist_tree", ""),
                    wording.moment(each.set_aside_at, command.language),
                )
                for each in resting
            ),
        )
    return 0


def backup(command: Command) -> int:
    command.say(same(str(command.store.backup(datetime.now(), command.options.file))))
    return 0


def _queued_values(each: Queued) -> dict[str, Any]:
    return {
        "number": each.id,
        "account": each.account,
        "payment": each.payment,
        "cause": each.cause,
        "since": each.since.isoformat(),
        "attempts": each.attempts,
        "given_up": each.dead,
        "error": each.error,
    }


def _text_of(file: str) -> str:
    return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")


def _note_values(note: MemberNote) -> dict[str, Any]:
    pin = note.pin
    return {
        "account": note.account,
        "standing": note.standing,
        "reason": note.reason,
        "pin": pin and {"tier": pin.tier, "until": pin.until.isoformat(), "reason": pin.reason},
    }


def _note_cells(note: MemberNote, language: str) -> tuple[str, ...]:
    pin = (note.pin.tier, wording.day(note.pin.until, language), note.pin.reason) if note.pin else ("", "", "")
    return (str(note.account), _STANDINGS[note.standing].say(language), note.reason, *pin)


def _client_name(command: Command) -> str:
    """The client's name in the panel. Raises MemberError when the panel has no such client."""
    return known_client(command.root, command.store, command.options.account, datetime.now(), PATIENCE).name


def _noted(command: Command, text: Text, name: str = "") -> int:
    command.say(text(id=command.options.account, name=name or wording.NOTHING))
    command.say(
        Text(
            "The next run acts on it, or now: `resellerprogram apply --account {id}`.",
            "Применит следующий пересчёт или сразу `resellerprogram apply --account {id}`.",
        )(id=command.options.account)
    )
    return 0
