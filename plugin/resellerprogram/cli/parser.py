"""The commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from .. import __version__
from ..host.root import panel_root
from ..programme import bounds
from ..programme.effects import WAY_NAMES
from ..programme.errors import BadInput
from ..programme.pasting import AS_PERCENT, AS_SHARE
from ..programme.text import LANGUAGES, Text
from .speaking import Parser

_Value = TypeVar("_Value")
DETAILED = "--detailed-exitcode"
CURRENT = "current"
"""Stands for today's table."""
UNTOLD = argparse.SUPPRESS
"""In place of what the help says of an option: nothing."""
A_YEAR = 12
LOOK = Text("only look at that day; today by default", "только посмотреть на этот день; по умолчанию сегодня")
THAT_DAY = Text("as it is on that day; today by default", "какой она будет в этот день; по умолчанию сегодняшняя")


class Named(str):
    """How somebody names a client: by number, e-mail or name."""


class _Columns(argparse.Action):
    """Adds an answer to those before it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, {**getattr(namespace, self.dest), values[0]: values[1]})


def _column(text: str) -> tuple[str, str]:
    """A class and the heading of its column. Raises BadInput."""
    key, sign, heading = bounds.line(text, longest=bounds.LONGEST_SETTING).partition("=")
    if not key.strip() or not sign or not heading.strip():
        raise BadInput(Text("write it as vps=Heading", "пишите как vps=Заголовок"))
    return key.strip().lower(), heading.strip()


def _named(text: str) -> Named:
    """A number that can be one, or any other text. Raises BadInput."""
    text = text.strip()
    if not text:
        raise BadInput(Text("give a client: number, e-mail or name", "укажите клиента: номер, e-mail или название"))
    return Named(bounds.whole(text) if text.isdecimal() else bounds.line(text))


def _folder(text: str) -> Path:
    """An empty one is a script's unset variable, not the folder where it was started. Raises BadInput."""
    if not text.strip():
        raise BadInput(Text("name the panel's folder", "укажите папку панели"))
    return Path(text)


def parser_in(language: str) -> Parser:
    """All commands. `command` is the module and function behind one, which alone is loaded then, and None where none
    was named; `without_store` the same of one that opens no database."""

    def say(en: str, ru: str) -> str:
        return Text(en, ru).say(language)

    def typed(read: Callable[[str], _Value]) -> Callable[[str], _Value]:
        """What is out of bounds is wrong usage, told with the option's name."""

        def within_bounds(text: str) -> _Value:
            try:
                return read(text)
            except BadInput as error:
                raise argparse.ArgumentTypeError(error.text.say(language)) from None

        return within_bounds

    a_day, a_number, a_line = typed(bounds.day), typed(bounds.whole), typed(bounds.line)
    a_client, a_folder = typed(_named), typed(_folder)
    a_name = typed(lambda text: bounds.line(text, longest=bounds.LONGEST_NAME))
    a_column = typed(_column)
    a_setting = typed(lambda text: bounds.line(text, longest=bounds.LONGEST_SETTING))

    def of_the_program(to: argparse.ArgumentParser, root: str = UNTOLD, lang: str = UNTOLD) -> None:
        """A command takes them, too, and does not tell of them; without a default, it leaves them as the program has
        them."""
        to.add_argument("--root", metavar="DIR", type=a_folder, default=argparse.SUPPRESS, help=root)
        to.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=lang)

    parser = Parser(
        prog="resellerprogram",
        description=say("Personal discounts by the resellers' turnover.", "Персональные скидки по обороту реселлеров."),
    )
    parser.language = language
    parser.set_defaults(command=None)
    of_the_program(parser, say("the panel's folder", "папка панели"), say("language of the output", "язык вывода"))
    parser.set_defaults(root=panel_root(), lang=None)
    parser.add_argument("--version", action="version", version=__version__, help=say("version", "версия"))
    commands = parser.add_subparsers(metavar=parser.place("COMMAND"))

    def add(name: str, command: str, en: str, ru: str, to: Any = commands) -> Parser:
        added: Parser = to.add_parser(name, help=say(en, ru), description=say(en, ru))
        added.language = language
        added.set_defaults(command=command)
        of_the_program(added)
        return added

    def group(name: str, by_itself: str, en: str, ru: str) -> Any:
        added: Parser = commands.add_parser(name, help=say(en, ru))
        added.language, added.by_itself = language, by_itself
        of_the_program(added)
        return added.add_subparsers(metavar=added.place("COMMAND"))

    def day(to: argparse.ArgumentParser, about: Text) -> None:
        to.add_argument("--date", type=a_day, metavar="YYYY-MM-DD", help=about.say(language))

    def as_json(to: argparse.ArgumentParser) -> None:
        to.add_argument("--json", action="store_true", help=say("JSON output", "вывод в JSON"))

    def account(to: argparse.ArgumentParser, optional: bool = False) -> None:
        to.add_argument(
            "--account" if optional else "account",
            type=a_client,
            metavar="CLIENT",
            help=say("number, e-mail or name, or a part of it", "номер, e-mail, название или его часть"),
        )

    def reason(to: argparse.ArgumentParser, required: bool) -> None:
        to.add_argument(
            "--reason",
            type=a_line,
            metavar="TEXT",
            required=required,
            default="",
            help=say("why, for the record", "причина, для журнала"),
        )

    def confirmed(to: argparse.ArgumentParser, with_reason: bool = False) -> None:
        reason(to, required=with_reason)
        to.add_argument(
            "--yes",
            action="store_true",
            help=say(
                "do not ask; needs --reason where discounts are lost", "не спрашивать; при потере скидок нужна --reason"
            ),
        )

    planning = add("plan", "preview.plan", "show what apply would change", "показать, что изменит apply")
    applying = add("apply", "preview.apply", "set discounts by the table", "установить скидки по таблице")
    for command in (planning, applying):
        account(command, optional=True)
        as_json(command)
    day(planning, LOOK)
    planning.add_argument(
        "--summary",
        action="store_true",
        help=say("only the verdict, without the list of clients", "только итог, без списка клиентов"),
    )
    planning.add_argument(
        "--way",
        choices=list(WAY_NAMES.values()),
        help=say(
            "list only clients whose discounts start, rise, fall, end, are corrected (put-right: dates, one of two) or "
            "who have only other discounts suspended or restored (other)",
            "только клиенты, у которых скидки появятся (start), вырастут (rise), снизятся (fall), отменятся (end), "
            "исправятся (put-right: даты, дубли) или у которых изменится только другая персональная скидка (other)",
        ),
    )
    planning.add_argument(
        "--class",
        dest="service_class",
        type=a_name,
        metavar="CODE",
        help=say(
            "list only clients for whom that service category changes; codes: `resellerprogram classes`",
            "только клиенты, у которых изменится эта категория услуг; коды: `resellerprogram classes`",
        ),
    )
    planning.add_argument(
        "--failed",
        action="store_true",
        help=say("list only clients who could not be calculated", "только клиенты, которых не удалось рассчитать"),
    )
    planning.add_argument(
        DETAILED,
        action="store_true",
        help=say(
            "exit with 0: nothing to do, 1: an error, also for one client only, 2: there are changes",
            "код выхода 0: менять нечего, 1: ошибка, в том числе по одному клиенту, 2: есть изменения",
        ),
    )
    applying.add_argument(
        "--plan",
        type=typed(lambda text: bounds.line(text, longest=bounds.LONGEST_NAME)),
        metavar="FINGERPRINT",
        help=say(
            "apply this preview, as `plan` told its fingerprint, and nothing else; if it has changed, nothing",
            "применить именно этот расчёт (отпечаток выводит `plan`); если он изменился — ничего",
        ),
    )
    applying.add_argument(
        "--allow-drop",
        action="store_true",
        help=say(
            "let one preview lower and remove as many discounts as it takes: that of --plan, or the "
            "one shown and asked about here",
            "позволить одному расчёту снизить и отменить сколько нужно: расчёту из --plan или "
            "показанному здесь с вопросом",
        ),
    )
    as_json(
        add(
            "overview",
            "overview.overview",
            "what the program is worth: clients, turnover, discounts given, whose tier drops next",
            "чего стоит программа: клиенты, оборот, скидки, у кого скоро снизится статус",
        )
    )
    correcting = add(
        "corrections",
        "corrections.corrections",
        "past days with a wrong tier: what it was, and what is right by what is known now",
        "прошлые дни с неверным статусом: какой был и какой верен по нынешним данным",
    )
    account(correcting, optional=True)
    as_json(correcting)
    as_json(
        add(
            "gaming",
            "corrections.gaming",
            "tiers that rested on payments given back later; who paid, ordered and took it back again and again",
            "статусы по платежам, которые потом вернули; кто не раз платил, заказывал и получал деньги обратно",
        )
    )
    starting = add(
        "start",
        "going_live.start",
        "show what the program would do, ask, do it, and go on by itself",
        "показать, что сделает программа, спросить, сделать и дальше работать самостоятельно",
    )
    starting.add_argument("--yes", action="store_true", help=say("do not ask", "не спрашивать"))
    add(
        "stop",
        "going_live.stop",
        "stop the program; the discounts stay as they are",
        "остановить программу; скидки остаются как есть",
    )
    add(
        "trial",
        "going_live.trial",
        "what the nights before the start would have done",
        "что сделали бы ночи до запуска",
    )
    as_json(add("daily", "preview.daily", "what cron starts every night", "что cron запускает каждую ночь"))
    add(
        "sweep",
        "preview.sweep",
        "reconcile payments and discounts with the panel (cron, every few minutes)",
        "сверить платежи и скидки с панелью (cron, каждые несколько минут)",
    )
    explaining = add("explain", "why.explain", "why a client has their discounts", "почему у клиента такие скидки")
    account(explaining)
    day(explaining, LOOK)
    as_json(explaining)
    as_json(
        add("status", "health.status", "is everything well? (for monitoring)", "всё ли в порядке? (для мониторинга)")
    )
    examining = add("doctor", "health.doctor", "check the panel", "проверить панель")
    as_json(examining)
    examining.add_argument(
        "--try-on",
        type=a_client,
        metavar="CLIENT",
        help=say(
            "also try on a test client without a tier what only a write can tell: a 0 %% discount against a promotion",
            "ещё и проверить на тестовом клиенте без статуса то, что покажет только запись: скидку 0 "
            "%% против промоакции",
        ),
    )

    examining.add_argument(
        "--brief",
        action="store_true",
        help=say("only what differs, and how much holds", "только отличия и сколько совпадает"),
    )
    examining.add_argument(
        "--report",
        metavar="FILE",
        help=say(
            "instead of checking, write what the panel's documents look like, without names, amounts or ids, to send "
            "to the authors; - for standard output",
            "вместо проверки записать, как устроены документы панели, без имён, сумм и id, чтобы отправить авторам; "
            "- стандартный вывод",
        ),
    )

    of_queue = group("queue", "list", "what waits to be recalculated", "что ждёт пересчёта")
    as_json(add("list", "queue.show", "show it", "показать", of_queue))
    retrying = add("retry", "queue.retry", "try again now", "повторить сейчас", of_queue)
    dropping = add("drop", "queue.drop", "remove one from the queue", "убрать из очереди", of_queue)
    retrying.add_argument(
        "number", nargs="?", type=a_number, help=say("its number; all by default", "номер; по умолчанию всё")
    )
    dropping.add_argument("number", type=a_number, help=say("its number", "номер"))
    as_json(
        add(
            "set-aside",
            "setaside.set_aside",
            "other personal discounts that are suspended while a tier holds",
            "другие персональные скидки, приостановленные на время статуса",
        )
    )

    of_tiers = group("tiers", "show", "the discount table", "таблица скидок")
    showing = add("show", "tiers.show", "show the table", "показать таблицу", of_tiers)
    importing = add(
        "import",
        "tiers.take_in",
        "import a table: CSV, or the text or HTML of a page or spreadsheet",
        "загрузить таблицу: CSV, текст или HTML страницы, копию из электронной таблицы",
        of_tiers,
    )
    importing.add_argument("file", help=say("the file, - for standard input", "файл, - стандартный ввод"))
    importing.add_argument(
        "--decimal",
        choices=(",", "."),
        default="",
        help=say("what stands before decimals, where 3.000 or 1,500 leaves it open", "знак перед дробной частью"),
    )
    importing.add_argument(
        "--percents",
        choices=(AS_PERCENT, AS_SHARE),
        default="",
        help=say(
            "whether 0.19 is 0.19 %% or, as a share of one, 19 %%", "0,19 — это 0,19 %% или, как доля единицы, 19 %%"
        ),
    )
    importing.add_argument(
        "--column",
        dest="columns",
        action=_Columns,
        type=a_column,
        default={},
        metavar="CLASS=HEADING",
        help=say(
            "which column has a category's percents, by heading or number; - for none. Also status= and from=",
            "в каком столбце проценты категории: заголовок или номер, - если ни в каком; также status= и from=",
        ),
    )
    ending = add(
        "end",
        "tiers.end",
        "let the table before the one in force hold again",
        "вернуть таблицу, которая действовала до нынешней",
        of_tiers,
    )
    for command in (importing, ending):
        command.add_argument(
            "--from",
            dest="first_day",
            type=a_day,
            metavar="YYYY-MM-DD",
            help=say(
                "the first day on which it holds; today by default", "с какого дня действует; по умолчанию сегодня"
            ),
        )
        asked = command.add_mutually_exclusive_group()
        asked.add_argument(
            "--dry-run", action="store_true", help=say("only show what it changes", "только показать, что изменится")
        )
        asked.add_argument("--yes", action="store_true", help=say("do not ask", "не спрашивать"))
    exporting = add("export", "tiers.export", "export the table as CSV", "выгрузить таблицу в CSV", of_tiers)
    exporting.add_argument(
        "file", nargs="?", default="-", help=say("CSV file, standard output by default", "файл CSV, по умолчанию вывод")
    )
    for command in (showing, exporting):
        day(command, THAT_DAY)

    playing = add(
        "what-if",
        "whatif.what_if",
        "play a table over the recorded past: who would have held what, and what it would have cost",
        "проверить таблицу на прошлых данных: кто и какие скидки получил бы и сколько это стоило бы",
    )
    playing.add_argument(
        "table",
        metavar="TABLE",
        help=say(
            f"CSV file as `tiers export` gives it, - for standard input, {CURRENT} for today's table",
            f"файл CSV, как из `tiers export`; - стандартный ввод; {CURRENT} — сегодняшняя таблица",
        ),
    )
    playing.add_argument(
        "--months",
        type=typed(lambda text: bounds.months(text)),
        default=A_YEAR,
        help=say("how far to look back, 12 by default", "за сколько месяцев, по умолчанию 12"),
    )
    as_json(playing)

    of_classes = group("classes", "list", "service categories", "категории услуг")
    as_json(add("list", "classes.show", "show them", "показать", of_classes))
    classing = add(
        "set",
        "classes.put",
        "change a category, or add one; what is not named stays",
        "изменить категорию или добавить; неуказанное остаётся",
        of_classes,
    )
    unclassing = add("remove", "classes.remove", "remove a category", "удалить категорию", of_classes)
    for command in (classing, unclassing):
        command.add_argument(
            "name", type=a_name, metavar="CODE", help=say("its code, such as vps", "код, например vps")
        )
    classing.add_argument(
        "--types",
        type=a_setting,
        help=say(
            "internal names of product types, separated by commas", "внутренние имена типов продуктов, через запятую"
        ),
    )
    classing.add_argument(
        "--leave-out",
        type=a_setting,
        metavar="TARIFFS",
        help=say(
            "ids of tariff plans that get no discount, '' for none", "id тарифов, которые остаются без скидки, '' — нет"
        ),
    )
    classing.add_argument(
        "--cap",
        action="append",
        type=a_setting,
        metavar="TYPE=PERCENT",
        help=say(
            "the most that a product type (internal name) or a tariff plan (id) gets: vds=20; 7= removes it",
            "наибольшая скидка на тип продукта (внутреннее имя) или тариф (id): vds=20; 7= отменяет",
        ),
    )
    confirmed(classing)
    classing.add_argument(
        "--title-en", type=a_name, metavar="TITLE", help=say("English title", "название по-английски")
    )
    classing.add_argument("--title-ru", type=a_name, metavar="TITLE", help=say("Russian title", "название по-русски"))

    of_members = group("members", "list", "members", "кто участвует")
    listing = add(
        "list",
        "members.show",
        "clients with terms of their own, or those whom a filter finds",
        "клиенты с особыми условиями, а с фильтром — все, кто под него подходит",
        of_members,
    )
    listing.add_argument(
        "--within",
        type=typed(bounds.count),
        metavar="DAYS",
        help=say("whose tier changes within so many days", "у кого статус сменится за столько дней"),
    )
    listing.add_argument("--tier", type=a_name, metavar="TIER", help=say("who has this tier", "у кого этот статус"))
    listing.add_argument(
        "--trouble",
        action="store_true",
        help=say(
            "who waits, failed, has other discounts than due, or was changed by hand",
            "кто ждёт, у кого ошибка, не те скидки или их меняли вручную",
        ),
    )
    listing.add_argument("--pinned", action="store_true", help=say("whose tier is pinned", "у кого статус закреплён"))
    as_json(listing)
    enrolling = add(
        "enrol",
        "members.enrol",
        "include a client: other personal discounts are suspended",
        "включить клиента в программу: другие персональные скидки приостановятся",
        of_members,
    )
    excluding = add(
        "exclude",
        "members.exclude",
        "exclude a client: the program's discounts are removed, suspended ones restored",
        "исключить клиента из программы: её скидки отменятся, приостановленные восстановятся",
        of_members,
    )
    pinning = add("pin", "members.pin", "pin a client's tier", "закрепить статус за клиентом", of_members)
    resetting = add(
        "reset", "members.follow_the_rule", "as in the settings again", "снова как в настройках", of_members
    )
    unpinning = add("unpin", "members.unpin", "end a pin", "снять закрепление", of_members)
    for command in (enrolling, excluding, resetting, pinning, unpinning):
        account(command)
    pinning.add_argument("tier", type=a_name, help=say("name of the tier", "название статуса"))
    pinning.add_argument(
        "--until",
        type=a_day,
        required=True,
        metavar="YYYY-MM-DD",
        help=say("last day, included", "последний день, включительно"),
    )
    pinning.add_argument(
        "--exactly",
        action="store_true",
        help=say(
            "also when the money earns more; otherwise at least that tier",
            "даже если оборот даёт больше; иначе не ниже этого статуса",
        ),
    )
    reason(enrolling, required=False)
    for command in (excluding, pinning):
        confirmed(command, with_reason=True)
    for command in (resetting, unpinning):
        confirmed(command)

    of_openings = group("opening", "list", "turnover that clients bring along", "перенесённый оборот")
    listing = add("list", "openings.show", "show it", "показать", of_openings)
    account(listing, optional=True)
    as_json(listing)
    giving = add(
        "add",
        "openings.add",
        "let a client's turnover from elsewhere count, until a day or like a payment of a day",
        "учитывать оборот, который клиент перенёс с собой, до дня или как платёж за день",
        of_openings,
    )
    account(giving)
    giving.add_argument(
        "amount", type=a_name, metavar="AMOUNT", help=say("in the program's currency", "в валюте программы")
    )
    giving.add_argument(
        "--until",
        type=a_name,
        default="",
        metavar="YYYY-MM-DD",
        help=say("the last day on which it counts", "последний день, в который учитывается"),
    )
    giving.add_argument(
        "--day",
        type=a_name,
        default="",
        metavar="YYYY-MM-DD",
        help=say("instead: the day like whose payments it counts", "или день, как платёж за который учитывается"),
    )
    reason(giving, required=True)
    stopping = add("end", "openings.end", "let it count no more", "больше не учитывать", of_openings)
    stopping.add_argument("number", type=a_number, metavar="NUMBER", help=say("its number; see list", "номер из list"))
    reason(stopping, required=False)
    taking = add(
        "import",
        "openings.take_in",
        "import a list: CSV with the columns client, amount, until or day, reason",
        "загрузить список: CSV со столбцами client, amount, until или day, reason",
        of_openings,
    )
    taking.add_argument("file", help=say("the file, - for standard input", "файл, - стандартный ввод"))
    for command in (giving, stopping, taking):
        asked = command.add_mutually_exclusive_group()
        asked.add_argument(
            "--dry-run", action="store_true", help=say("only show what it changes", "только показать, что изменится")
        )
        asked.add_argument("--yes", action="store_true", help=say("do not ask", "не спрашивать"))

    of_settings = group("settings", "show", "settings", "настройки")
    as_json(add("show", "settings.show", "show all settings", "показать настройки", of_settings))
    setting = add("set", "settings.change", "change a setting", "изменить настройку", of_settings)
    setting.add_argument("name", type=a_name, help=say("name of the setting", "имя настройки"))
    setting.add_argument("value", type=a_setting, help=say("new value, '' for none", "новое значение, '' — пусто"))
    confirmed(setting)

    noticing = add(
        "notices",
        "notices.notices",
        "what clients were told (`plan` shows what they would be told)",
        "о чём сообщили клиентам (о чём сообщит пересчёт, показывает `plan`)",
    )
    as_json(noticing)
    changing = add("changes", "changes.changes", "change log", "журнал изменений")
    as_json(changing)
    for command in (noticing, changing):
        command.add_argument(
            "--count",
            type=typed(bounds.count),
            default=50,
            help=say("how many latest entries", "сколько последних записей"),
        )

    add("backup", "health.backup", "copy the database", "скопировать базу").add_argument(
        "file", nargs="?", type=Path, help=say("where to", "куда")
    )
    returning = add(
        "restore",
        "",
        "replace the database by a copy: what was recorded since is lost, but for suspended discounts",
        "заменить базу копией: записанное после неё пропадёт, кроме приостановленных скидок",
    )
    returning.set_defaults(without_store="restore.restore")
    returning.add_argument(
        "file",
        type=Path,
        nargs="?",
        help=say(
            "a copy that backup or the nightly recalculation made", "копия, которую сделал backup или ночной пересчёт"
        ),
    )
    returning.add_argument(
        "--from-panel",
        action="store_true",
        help=say(
            "take over on this machine what the first one carried into the panel's database",
            "перенять на этой машине данные, которые первая машина сохранила в базе панели",
        ),
    )
    returning.add_argument(
        "--look",
        action="store_true",
        help=say("with --from-panel: only tell what is there", "с --from-panel: только показать, что там есть"),
    )
    returning.add_argument(
        "--schema",
        default="",
        help=say(
            "with --from-panel: another database than the panel's own", "с --from-panel: другая база, не самой панели"
        ),
    )
    mirroring = add(
        "mirror",
        "mirror.mirror",
        "the copy of the program's data in the panel's own database, for a second machine: is it kept up, and by which "
        "machine",
        "копия данных программы в базе самой панели, для второй машины: не отстаёт ли она и какая машина её ведёт",
    )
    as_json(mirroring)
    mirroring.add_argument(
        "--replace",
        action="store_true",
        help=say(
            "carry all data anew, in place of what the copy holds",
            "скопировать все данные заново вместо того, что есть в копии",
        ),
    )
    withdrawing = add(
        "withdraw",
        "takeoff.withdraw",
        "tell who loses what, ask, and remove all program discounts and restore the others",
        "показать, у кого что отменится, спросить, отменить все скидки программы и восстановить приостановленные",
    )
    as_json(withdrawing)
    withdrawing.add_argument(
        "--plan",
        action="store_true",
        help=say(
            "only show who loses what and what comes back", "только показать, у кого что отменится и что вернётся"
        ),
    )
    confirmed(withdrawing)
    undoing = add(
        "undo",
        "undo.undo",
        "take back what a recalculation changed, and stop the program; without a recalculation, "
        "list those that changed discounts",
        "вернуть скидки, которые изменил пересчёт, и остановить программу; без номера — список таких пересчётов",
    )
    undoing.add_argument(
        "run", nargs="?", type=a_number, metavar="RUN", help=say("its number; see the list", "номер из списка")
    )
    undoing.add_argument(
        "--plan", action="store_true", help=say("only show what that changes", "только показать, что изменится")
    )
    as_json(undoing)
    confirmed(undoing)
    add(
        "put-back",
        "takeoff.put_back",
        "only restore the suspended discounts",
        "только восстановить приостановленные скидки",
    )
    return parser
