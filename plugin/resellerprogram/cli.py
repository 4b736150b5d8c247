"""The operator's door: `resellerprogram`.

Exit codes: 0 done · 1 failed, see the message · 2 wrong usage · 3 another run is active · 4 stopped by the limit on
lowered or removed discounts · 5 done, but some accounts wait in the queue. `status` uses those of monitoring
systems: 0 OK, 1 warning, 2 critical. `doctor`: 1 when something that matters differs.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from . import __version__, health, wording
from .logfile import log_to
from .panel.assumptions import Finding
from .programme.decision import Pin
from .programme.discounts import Change, Create, Delete
from .programme.errors import AnotherRunActive, MemberError, ResellerProgrammeError, UnsafePlan
from .programme.payments import AccountId
from .programme.text import Text
from .programme.tiers import ServiceClass, TierTable, plain
from .recalculation import Planned, Report, check_settings, considered_alone, known_client, recalculate
from .root import panel_root
from .store import Store
from .store.decisions import content_of, content_of_written
from .store.settings import SETTINGS

EXIT_FAILED, EXIT_ANOTHER_RUN, EXIT_UNSAFE, EXIT_PARTLY = 1, 3, 4, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and tell its exit code."""
    language = _language(os.environ)
    options = _parser(language).parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    language = options.lang or language
    try:
        log_to(options.root)
        with Store(options.root, datetime.now()) as store:
            return int(options.command(store, options, language) or 0)
    except ResellerProgrammeError as error:
        print(error.text.say(language), file=sys.stderr)
        logging.getLogger(__name__).error("%s", error)
        return {AnotherRunActive: EXIT_ANOTHER_RUN, UnsafePlan: EXIT_UNSAFE}.get(type(error), EXIT_FAILED)
    except OSError as error:
        print(Text("{error}", "{error}")(error=error).say(language), file=sys.stderr)
        return EXIT_FAILED


def _plan(store: Store, options: argparse.Namespace, language: str) -> int:
    report = recalculate(
        options.root,
        store,
        options.date,
        datetime.now,
        "plan",
        account=options.account,
        write=False,
        allow_drop=True,
        progress=_progress(),
    )
    if report.drops:
        _warn_of_drops(store, report, language)
    _print_report(store, report, options.json, language, written=False)
    return 0


def _apply(store: Store, options: argparse.Namespace, language: str) -> int:
    report = recalculate(
        options.root,
        store,
        options.date,
        datetime.now,
        options.cause,
        account=options.account,
        allow_drop=options.allow_drop,
        progress=_progress(),
    )
    _print_report(store, report, options.json, language, written=True)
    return EXIT_PARTLY if report.failed else 0


def _withdraw(store: Store, options: argparse.Namespace, language: str) -> int:
    report = recalculate(
        options.root, store, options.date, datetime.now, "withdraw", withdraw=True, progress=_progress()
    )
    _print_report(store, report, options.json, language, written=True)
    return EXIT_PARTLY if report.failed else 0


def _explain(store: Store, options: argparse.Namespace, language: str) -> int:
    settings, today = store.settings.current(), date.today()
    day = options.date or today
    record = store.decisions.on(options.account, day)
    if day < today and record:
        decision, name = record.decision, ""
        changes: tuple[Change, ...] = ()
    else:
        considered = considered_alone(options.root, store, day, datetime.now(), options.account)
        decision, name, changes = considered.decision, considered.account.name, considered.changes
    if options.json:
        _print_json(
            {
                "account": options.account,
                "name": name,
                "day": day.isoformat(),
                "currency": settings.currency,
                "window": [decision.turnover.window.first.isoformat(), decision.turnover.window.last.isoformat()],
                **content_of(decision),
                "changes": [_change_values(change, {}) for change in changes],
                "recorded": record
                and {
                    "cause": record.cause,
                    "decided_at": record.decided_at.isoformat(),
                    "written": [content_of_written(change) for change in record.written],
                },
            }
        )
        return 0
    _print(wording.explanation(decision, name, settings.currency, store.tiers.current(), language))
    if record:
        _print(wording.written_lines(record, language))
    if changes:
        _say(
            Text(
                "The panel does not say so yet; `resellerprogram apply --account {id}` changes: {changes}.",
                "В панели пока не так; `resellerprogram apply --account {id}` изменит: {changes}.",
            )(id=options.account, changes=", ".join(map(wording.change, changes))),
            language,
        )
    elif not record or day >= today:
        _say(Text("The panel's discounts are as they should be.", "Скидки в панели такие, как должны быть."), language)
    return 0


def _status(store: Store, options: argparse.Namespace, language: str) -> int:
    found = health.health(store, datetime.now())
    good = found.last_good
    if options.json:
        _print_json(
            {
                "state": found.state.name,
                "problems": [problem.say(language) for problem in found.problems],
                "last_good_run": good and good.finished_at and good.finished_at.isoformat(),
                "age_seconds": good and good.finished_at and int((datetime.now() - good.finished_at).total_seconds()),
                "last_run": found.last
                and {"cause": found.last.cause, "outcome": found.last.outcome, "error": found.last.error},
                "queue": found.queued,
                "discounts": found.discounts,
            }
        )
    else:
        last = (
            Text(
                "last good run {at}, {accounts} accounts, {written} written",
                "последний успешный пересчёт {at}, клиентов {accounts}, записано {written}",
            )(
                at=wording.moment(good.finished_at, language),
                accounts=good.accounts,
                written=good.written,
            )
            if good and good.finished_at
            else Text("no good run yet", "успешных пересчётов ещё не было")
        )
        _say(
            Text(
                "{state}: {last}; discounts {discounts}, queue {queued}",
                "{state}: {last}; скидок {discounts}, в очереди {queued}",
            )(state=found.state.name, last=last, discounts=found.discounts, queued=found.queued),
            language,
        )
        _print("! " + problem.say(language) for problem in found.problems)
    return int(found.state)


def _doctor(store: Store, options: argparse.Namespace, language: str) -> int:
    checks = list(health.doctor(options.root, store, date.today(), datetime.now()))
    if options.json:
        _print_json(
            [
                {
                    "name": check.name,
                    "about": check.about.say(language),
                    "finding": check.finding.value,
                    "matters": check.matters,
                    "detail": check.detail.say(language),
                }
                for check in checks
            ]
        )
    else:
        header = (
            Text("check|finding|matters|what|detail", "проверка|итог|важно|что|подробности").say(language).split("|")
        )
        _print(
            wording.table(
                header,
                (
                    (
                        check.name,
                        _FINDINGS[check.finding].say(language),
                        _YES.say(language) if check.matters else "",
                        check.about.say(language),
                        check.detail.say(language),
                    )
                    for check in checks
                ),
            )
        )
    return EXIT_FAILED if any(check.finding is Finding.DIFFERS and check.matters for check in checks) else 0


def _tiers_show(store: Store, options: argparse.Namespace, language: str) -> int:
    header = Text("status|from", "статус|от").say(language).split("|")
    _print(
        wording.table(
            [*header, *(wording.CLASS_NAMES[service_class].say(language) for service_class in ServiceClass)],
            (
                [
                    tier.name,
                    wording.money(tier.threshold, store.settings.current().currency),
                    *(wording.percent(tier.percents[service_class]) for service_class in ServiceClass),
                ]
                for tier in store.tiers.current().tiers
            ),
            right=frozenset({1, 2, 3, 4}),
        )
    )
    return 0


def _tiers_import(store: Store, options: argparse.Namespace, language: str) -> int:
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MemberError(
            Text("{file} is not UTF-8: {error}", "{file} не в UTF-8: {error}")(file=options.file, error=error)
        ) from error
    table = TierTable.from_csv(text)
    store.tiers.put(table, datetime.now())
    _say(
        Text(
            "{count} tiers are in force now. `resellerprogram plan` shows what they change.",
            "Действует уровней: {count}. Что это меняет, покажет `resellerprogram plan`.",
        )(count=len(table.tiers)),
        language,
    )
    return 0


def _tiers_export(store: Store, options: argparse.Namespace, language: str) -> int:
    text = store.tiers.current().to_csv()
    if options.file == "-":
        sys.stdout.write(text)
    else:
        Path(options.file).write_text(text, encoding="utf-8")
    return 0


def _members_list(store: Store, options: argparse.Namespace, language: str) -> int:
    notes = store.members.all()
    rule = store.settings.texts()["members"]
    if options.json:
        _print_json(
            {
                "members": rule,
                "accounts": [
                    {
                        "account": note.account,
                        "standing": note.standing,
                        "reason": note.reason,
                        "pin": note.pin
                        and {"tier": note.pin.tier, "until": note.pin.until.isoformat(), "reason": note.pin.reason},
                    }
                    for note in notes
                ],
            }
        )
        return 0
    _say(
        Text(
            "Setting members = {rule}. Accounts with a word of their own: {count}.",
            "Настройка members = {rule}. Клиентов с отдельным указанием: {count}.",
        )(rule=rule, count=len(notes)),
        language,
    )
    header = (
        Text(
            "account|standing|reason|pinned to|until|reason of the pin",
            "клиент|участие|причина|закреплён на|до|причина закрепления",
        )
        .say(language)
        .split("|")
    )
    if notes:
        _print(
            wording.table(
                header,
                (
                    (
                        str(note.account),
                        _STANDINGS[note.standing].say(language),
                        note.reason,
                        *(
                            (note.pin.tier, wording.day(note.pin.until, language), note.pin.reason)
                            if note.pin
                            else ("", "", "")
                        ),
                    )
                    for note in notes
                ),
            )
        )
    return 0


def _members_enrol(store: Store, options: argparse.Namespace, language: str) -> int:
    name = known_client(options.root, store, options.account, datetime.now()).name
    store.members.enrol(options.account, options.reason, datetime.now())
    return _noted(
        Text("Account {id}, {name}, is enrolled.", "Клиент {id}, {name}, участвует."), options, name, language
    )


def _members_exclude(store: Store, options: argparse.Namespace, language: str) -> int:
    name = known_client(options.root, store, options.account, datetime.now()).name
    store.members.exclude(options.account, options.reason, datetime.now())
    return _noted(Text("Account {id}, {name}, is excluded.", "Клиент {id}, {name}, исключён."), options, name, language)


def _members_pin(store: Store, options: argparse.Namespace, language: str) -> int:
    table = store.tiers.current()
    if table.by_name(options.tier) is None:
        raise MemberError(
            Text("there is no tier {tier!r}; there are: {tiers}", "нет уровня {tier!r}; есть: {tiers}")(
                tier=options.tier, tiers=", ".join(tier.name for tier in table.tiers)
            )
        )
    if options.until < date.today():
        raise MemberError(Text("{until} is over already", "{until} уже прошло")(until=options.until))
    name = known_client(options.root, store, options.account, datetime.now()).name
    store.members.pin(options.account, Pin(options.tier, options.until, options.reason), datetime.now())
    return _noted(Text("Account {id}, {name}, is pinned.", "Клиент {id}, {name}, закреплён."), options, name, language)


def _members_unpin(store: Store, options: argparse.Namespace, language: str) -> int:
    if store.members.of(options.account).pin is None:
        raise MemberError(Text("account {id} is not pinned", "клиент {id} не закреплён")(id=options.account))
    store.members.unpin(options.account, datetime.now())
    return _noted(
        Text("Account {id} is not pinned any more.", "Клиент {id} больше не закреплён."), options, "", language
    )


def _settings_show(store: Store, options: argparse.Namespace, language: str) -> int:
    texts = store.settings.texts()
    if options.json:
        _print_json(texts)
        return 0
    header = Text("setting|value|meaning", "настройка|значение|смысл").say(language).split("|")
    _print(
        wording.table(
            header,
            ((name, value or wording.NOTHING, SETTINGS[name].about.say(language)) for name, value in texts.items()),
        )
    )
    return 0


def _settings_set(store: Store, options: argparse.Namespace, language: str) -> int:
    check_settings(options.root, store, {options.name: options.value}, datetime.now())
    store.settings.set(options.name, options.value)
    _say(
        Text("{name} = {value}", "{name} = {value}")(name=options.name, value=options.value or wording.NOTHING),
        language,
    )
    return 0


def _backup(store: Store, options: argparse.Namespace, language: str) -> int:
    print(store.backup(datetime.now(), options.file))
    return 0


_FINDINGS = {
    Finding.HOLDS: Text("holds", "верно"),
    Finding.DIFFERS: Text("differs", "иначе"),
    Finding.UNKNOWN: Text("could not tell", "не удалось узнать"),
}
_STANDINGS: Mapping[str | None, Text] = {
    "enrolled": Text("enrolled", "записан"),
    "excluded": Text("excluded", "исключён"),
    None: Text("", ""),
}
_YES = Text("yes", "да")


def _parser(language: str) -> argparse.ArgumentParser:
    def say(en: str, ru: str) -> str:
        return Text(en, ru).say(language)

    parser = argparse.ArgumentParser(
        prog="resellerprogram",
        description=say(
            "Personal discounts that follow what resellers paid in.", "Персональные скидки по обороту реселлеров."
        ),
    )
    parser.add_argument("--root", type=Path, default=panel_root(), help=say("the panel's folder", "папка панели"))
    parser.add_argument("--lang", choices=("en", "ru"), help=say("language of the output", "язык вывода"))
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar=say("COMMAND", "КОМАНДА"))

    def add(name: str, command: Any, en: str, ru: str, to: Any = commands) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = to.add_parser(name, help=say(en, ru), description=say(en, ru))
        added.set_defaults(command=command)
        return added

    def group(name: str, en: str, ru: str) -> Any:
        return commands.add_parser(name, help=say(en, ru)).add_subparsers(
            required=True, metavar=say("COMMAND", "КОМАНДА")
        )

    def day(to: argparse.ArgumentParser, default: date | None) -> None:
        to.add_argument(
            "--date",
            type=date.fromisoformat,
            default=default,
            metavar="YYYY-MM-DD",
            help=say("the day; today by default", "день; по умолчанию сегодня"),
        )

    def as_json(to: argparse.ArgumentParser) -> None:
        to.add_argument("--json", action="store_true", help=say("for programs", "для программ"))

    def account(to: argparse.ArgumentParser, optional: bool = False) -> None:
        to.add_argument(
            "--account" if optional else "account",
            type=_account,
            metavar="ACCOUNT",
            help=say("client id", "id клиента"),
        )

    def reason(to: argparse.ArgumentParser, required: bool) -> None:
        to.add_argument(
            "--reason", required=required, default="", help=say("why, for the record", "причина, для истории")
        )

    planning = add("plan", _plan, "show what apply would change", "показать, что изменит apply")
    applying = add("apply", _apply, "bring the discounts to what the table says", "привести скидки к таблице")
    for command in (planning, applying):
        account(command, optional=True)
        day(command, date.today())
        as_json(command)
    applying.add_argument(
        "--allow-drop",
        action="store_true",
        help=say("lower and remove as many discounts as it takes", "снизить и снять столько скидок, сколько нужно"),
    )
    applying.add_argument("--cause", default="apply", help=argparse.SUPPRESS)
    explaining = add("explain", _explain, "why an account has its discounts", "почему у клиента такие скидки")
    account(explaining)
    day(explaining, None)
    as_json(explaining)
    as_json(add("status", _status, "is everything well? (for monitoring)", "всё ли в порядке? (для мониторинга)"))
    as_json(add("doctor", _doctor, "check the panel and what we assume of it", "проверить панель и допущения о ней"))

    tiers = group("tiers", "the tier table", "таблица уровней")
    add("show", _tiers_show, "show the table", "показать таблицу", tiers)
    add("import", _tiers_import, "take a table from CSV", "взять таблицу из CSV", tiers).add_argument(
        "file", help=say("CSV file, - for standard input", "файл CSV, - стандартный ввод")
    )
    add("export", _tiers_export, "give the table as CSV", "выдать таблицу в CSV", tiers).add_argument(
        "file", nargs="?", default="-", help=say("CSV file, standard output by default", "файл CSV, по умолчанию вывод")
    )

    members = group("members", "who takes part", "кто участвует")
    as_json(add("list", _members_list, "accounts with a word of their own", "клиенты с отдельным указанием", members))
    enrolling = add("enrol", _members_enrol, "let an account take part", "записать клиента", members)
    excluding = add("exclude", _members_exclude, "leave an account out", "исключить клиента", members)
    pinning = add("pin", _members_pin, "hold an account on a tier", "закрепить клиента на уровне", members)
    unpinning = add("unpin", _members_unpin, "end a pin", "снять закрепление", members)
    for command in (enrolling, excluding, pinning, unpinning):
        account(command)
    pinning.add_argument("tier", help=say("name of the tier", "название уровня"))
    pinning.add_argument(
        "--until",
        type=date.fromisoformat,
        required=True,
        metavar="YYYY-MM-DD",
        help=say("last day, included", "последний день, включительно"),
    )
    reason(enrolling, required=False)
    reason(excluding, required=True)
    reason(pinning, required=True)

    settings = group("settings", "settings", "настройки")
    as_json(add("show", _settings_show, "show all settings", "показать настройки", settings))
    setting = add("set", _settings_set, "change a setting", "изменить настройку", settings)
    setting.add_argument("name", help=say("name of the setting", "имя настройки"))
    setting.add_argument("value", help=say("new value, '' for none", "новое значение, '' — пусто"))

    add("backup", _backup, "copy the database", "скопировать базу").add_argument(
        "file", nargs="?", type=Path, help=say("where to", "куда")
    )
    withdrawing = add(
        "withdraw",
        _withdraw,
        "take all discounts of the programme off (before uninstalling)",
        "снять все скидки программы (перед удалением)",
    )
    day(withdrawing, date.today())
    as_json(withdrawing)
    return parser


def _account(text: str) -> AccountId:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}")
    return AccountId(int(text))


def _language(environment: Mapping[str, str]) -> str:
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ru" if locale.lower().startswith("ru") else "en"


def _progress() -> Any:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, total: None

    def show(done: int, total: int) -> None:
        filled = 30 * done // max(total, 1)
        end = "\r\033[K" if done >= total else ""
        print(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total}{end}", end="", file=sys.stderr, flush=True)

    return show


def _print_report(store: Store, report: Report, as_json: bool, language: str, written: bool) -> None:
    currency = store.settings.current().currency
    if not as_json:
        _print(wording.plan_lines(report, currency, language, written))
        return
    _print_json(
        {
            "day": report.day.isoformat(),
            "currency": currency,
            "accounts": report.accounts,
            "discounts": report.discounts,
            "written": report.written,
            "warnings": [warning.say(language) for warning in report.warnings],
            "failed": {str(account): refusal.text.say(language) for account, refusal in report.failed.items()},
            "planned": [_planned_values(planned, report.type_names) for planned in report.planned],
        }
    )


def _planned_values(planned: Planned, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "account": planned.account.id,
        "name": planned.account.name,
        "basis": planned.basis.value,
        "turnover": plain(planned.turnover),
        "tier": planned.tier,
        "tier_before": planned.tier_before,
        "changes": [_change_values(change, names) for change in planned.changes],
    }


def _change_values(change: Any, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "kind": type(change).__name__.lower(),
        "service_type": change.service_type,
        "internal_name": names.get(change.service_type),
        "before": None if isinstance(change, Create) else plain(change.before.percent),
        "after": None if isinstance(change, Delete) else plain(change.percent),
    }


def _warn_of_drops(store: Store, report: Report, language: str) -> None:
    try:
        store.settings.current().drop_limit.check(report.drops, max(report.discounts, store.owned.count()))
    except UnsafePlan as unsafe:
        print("! " + unsafe.text.say(language), file=sys.stderr)


def _noted(text: Text, options: argparse.Namespace, name: str, language: str) -> int:
    _say(text(id=options.account, name=name or wording.NOTHING), language)
    _say(
        Text(
            "The next run acts on it, or now: `resellerprogram apply --account {id}`.",
            "Применит следующий пересчёт или сразу `resellerprogram apply --account {id}`.",
        )(id=options.account),
        language,
    )
    return 0


def _say(text: Text, language: str) -> None:
    print(text.say(language))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(values: Any) -> None:
    print(json.dumps(values, ensure_ascii=False, indent=2))
