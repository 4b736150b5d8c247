"""tiers, members, settings, queue, set-aside, backup."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..host.detached import start_worker
from ..office.classes import class_text
from ..office.tiers import with_classes
from ..panel.standstill import check_may_write, stands_still
from ..programme.basis import Pin
from ..programme.bounds import is_id
from ..programme.errors import PanelStandsStill, SettingError, TierTableError
from ..programme.members import MemberNote
from ..programme.text import Text, same
from ..programme.tiers import ServiceClass, TierTable
from ..recalculation.run import PATIENCE
from ..recalculation.work import work
from ..store.bell import Bell
from ..store.changes import RecordedChange
from ..store.classes import ClassOfServices
from ..store.notices import KeptNotice
from ..store.queue import Queued
from ..store.settings import SETTINGS
from ..words import figures
from ..words.letters import letter
from .output import EXIT_PARTLY, Command

_GIVEN_UP, _WAITS = Text("given up", "брошено"), Text("waits", "ждёт")
_STANDINGS: Mapping[str | None, Text] = {
    "enrolled": Text("enrolled", "записан"),
    "excluded": Text("excluded", "исключён"),
    "left": Text("has left by themselves", "вышел сам"),
    None: Text("", ""),
}


def tiers_show(command: Command) -> int:
    store, day = command.store, command.options.date or date.today()
    table = with_classes(store.tiers.on(day).table, store.classes.names())
    _show_tiers(command, table)
    for remark in table.remarks():
        command.warn(remark)
    for later in store.tiers.days_after(day):
        command.say(
            Text("Another table holds from {day} on: --date {day}.", "С {day} действует другая таблица: --date {day}.")(
                day=later
            )
        )
    return 0


def _show_tiers(command: Command, table: TierTable) -> None:
    currency, classes = command.store.settings.current().currency, command.store.classes.all()
    rows = (
        (
            tier.name,
            figures.money(tier.threshold, currency),
            *(figures.percent(percent) for percent in tier.percents.values()),
        )
        for tier in table.tiers
    )
    titles = "|".join(each.title.say(command.language) for each in classes)
    command.table(Text(f"status|from|{titles}", f"статус|от|{titles}"), rows, right=range(1, 2 + len(classes)))


def tiers_import(command: Command) -> int:
    try:
        text = _text_of(command.options.file)
    except UnicodeDecodeError as error:
        raise TierTableError(Text("not UTF-8: {error}", "не в UTF-8: {error}")(error=error)) from error
    table = TierTable.from_csv(text, command.store.classes.names())
    first_day = command.options.first_day or date.today()
    command.office.tiers.put(table, first_day)
    command.say(
        Text(
            "Tiers from {day} on: {count}. `resellerprogram plan --date {day}` shows what they change.",
            "Уровней с {day}: {count}. Что это меняет, покажет `resellerprogram plan --date {day}`.",
        )(count=len(table.tiers), day=first_day)
    )
    _show_tiers(command, table)
    for remark in table.remarks():
        command.warn(remark)
    return 0


def tiers_export(command: Command) -> int:
    store = command.store
    table = store.tiers.on(command.options.date or date.today()).table
    text = with_classes(table, store.classes.names()).to_csv()
    if command.options.file == "-":
        sys.stdout.write(text)
    else:
        Path(command.options.file).write_text(text, encoding="utf-8")
    return 0


def classes_list(command: Command) -> int:
    classes = command.store.classes.all()
    if command.options.json:
        command.json([_class_values(each) for each in classes])
        return 0
    command.table(
        Text("class|title|service types|tariffs left out", "класс|название|типы услуг|тарифы без скидки"),
        (
            (
                each.name,
                each.title.say(command.language),
                ", ".join(each.types),
                ", ".join(map(str, each.left_out)) or figures.NOTHING,
            )
            for each in classes
        ),
    )
    return 0


def classes_set(command: Command) -> int:
    """Change a class, or add it; what is not named stays as it is."""
    options, store = command.options, command.store
    name = ServiceClass(options.name)
    before = store.classes.of(name) or ClassOfServices(name, Text(name, name))
    wanted = ClassOfServices(
        name,
        Text(options.title_en or before.title.en, options.title_ru or before.title.ru),
        before.types if options.types is None else _words(options.types),
        before.left_out if options.leave_out is None else _tariffs(options.leave_out),
    )
    command.office.classes.put(wanted)
    command.say(same(f"{name}: {class_text(wanted)}"))
    return 0


def classes_remove(command: Command) -> int:
    command.office.classes.remove(ServiceClass(command.options.name))
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
    name = command.office.members.enrol(command.options.account, command.options.reason)
    return _noted(command, Text("Account {id}, {name}, is enrolled.", "Клиент {id}, {name}, участвует."), name)


def members_exclude(command: Command) -> int:
    name = command.office.members.exclude(command.options.account, command.options.reason)
    return _noted(command, Text("Account {id}, {name}, is excluded.", "Клиент {id}, {name}, исключён."), name)


def members_reset(command: Command) -> int:
    name = command.office.members.follow_the_rule(command.options.account)
    return _noted(
        command, Text("Account {id}, {name}, follows the rule.", "Клиент {id}, {name}: по общему правилу."), name
    )


def members_pin(command: Command) -> int:
    options = command.options
    pin = Pin(options.tier, options.until, options.reason, options.exactly)
    name = command.office.members.pin(options.account, pin)
    return _noted(command, Text("Account {id}, {name}, is pinned.", "Клиент {id}, {name}, закреплён."), name)


def members_unpin(command: Command) -> int:
    name = command.office.members.unpin(command.options.account)
    return _noted(
        command,
        Text("Account {id}, {name}, is not pinned any more.", "Клиент {id}, {name}, больше не закреплён."),
        name,
    )


def settings_show(command: Command) -> int:
    texts = command.store.settings.texts()
    if command.options.json:
        command.json(texts)
        return 0
    rows = (
        (name, value or figures.NOTHING, SETTINGS[name].about.say(command.language)) for name, value in texts.items()
    )
    command.table(Text("setting|value|meaning", "настройка|значение|смысл"), rows)
    return 0


def settings_set(command: Command) -> int:
    name, value = command.options.name, command.options.value
    command.office.settings.change({name: value})
    command.say(same(f"{name} = {value or figures.NOTHING}"))
    return 0


def notices(command: Command) -> int:
    found = command.store.notices.newest(command.options.count)
    currency, language = command.store.settings.current().currency, command.language
    letters = [letter(kept.notice, currency, command.titles) for kept in found]
    if command.options.json:
        command.json([_notice_values(kept, each.subject.say(language)) for kept, each in zip(found, letters)])
        return 0
    command.table(
        Text("when|account|notification|outcome|error", "когда|клиент|уведомление|итог|ошибка"),
        (
            (
                figures.moment(kept.made_at, language),
                str(kept.notice.account),
                each.subject.say(language),
                figures.NOTICE_OUTCOMES[kept.outcome].say(language),
                kept.error or figures.NOTHING,
            )
            for kept, each in zip(found, letters)
        ),
    )
    return 0


def _notice_values(kept: KeptNotice, subject: str) -> dict[str, Any]:
    return {
        "at": kept.made_at.isoformat(),
        "account": kept.notice.account,
        "kind": kept.notice.kind.value,
        "subject": subject,
        "outcome": kept.outcome or "waits",
        "error": kept.error,
    }


def changes(command: Command) -> int:
    found = command.store.changes.newest(command.options.count)
    if command.options.json:
        command.json([_change_values(each) for each in found])
        return 0
    command.table(
        Text("when|who|from|what|whom|before|after", "когда|кто|откуда|что|кого|было|стало"),
        (
            (
                figures.moment(each.at, command.language),
                each.author.name or figures.NOTHING,
                each.author.address or figures.NOTHING,
                each.what,
                each.whom,
                figures.one_line(each.before),
                figures.one_line(each.after),
            )
            for each in found
        ),
    )
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
                figures.cause(each.cause, command.language),
                figures.moment(each.since, command.language),
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
    check_may_write(command.root)
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
                    each.shown.get("name") or figures.NOTHING,
                    each.shown.get("value") or figures.NOTHING,
                    each.fields.get("pricelist_tree", ""),
                    figures.moment(each.set_aside_at, command.language),
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
        "pin": pin and {"tier": pin.tier, "until": pin.until.isoformat(), "reason": pin.reason, "exactly": pin.exactly},
    }


def _note_cells(note: MemberNote, language: str) -> tuple[str, ...]:
    cells = _pin_cells(note.pin, language) if note.pin else ("", "", "")
    return (str(note.account), _STANDINGS[note.standing].say(language), note.reason, *cells)


def _pin_cells(pin: Pin, language: str) -> tuple[str, ...]:
    how = Text("exactly {tier}", "ровно {tier}") if pin.exactly else Text("at least {tier}", "не ниже {tier}")
    return (how(tier=pin.tier).say(language), figures.day(pin.until, language), pin.reason)


def _class_values(each: ClassOfServices) -> dict[str, Any]:
    return {
        "class": each.name,
        "title": {"en": each.title.en, "ru": each.title.ru},
        "types": list(each.types),
        "left_out": list(each.left_out),
    }


def _change_values(each: RecordedChange) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(),
        "who": each.author.name,
        "address": each.author.address,
        "what": each.what,
        "whom": each.whom,
        "before": each.before,
        "after": each.after,
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _tariffs(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not all(map(is_id, words)):
        raise SettingError(Text("{text!r}: tariffs are named by id", "{text!r}: тарифы указываются по id")(text=text))
    return tuple(map(int, words))


def _noted(command: Command, text: Text, name: str = "") -> int:
    command.say(text(id=command.options.account, name=name or figures.NOTHING))
    if stands_still(command.root):
        command.say(PanelStandsStill().text)
        return 0
    if command.store.settings.current().automatic:
        Bell.ring(command.store.folder)
        start_worker(command.root)
    command.say(
        Text(
            "The worker acts on it; with automatic = off only `resellerprogram apply --account {id}` does.",
            "Применит фоновый пересчёт; при automatic = off — только `resellerprogram apply --account {id}`.",
        )(id=command.options.account)
    )
    return 0
