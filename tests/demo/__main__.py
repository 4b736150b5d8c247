"""`./install.sh demo [FOLDER]`: the plugin on a sandbox panel whose world is alive, up to today, to be looked at and
moved.

Without a command it starts one and leaves it running. The other commands are for one that runs.
"""

from __future__ import annotations

import argparse
import difflib
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from resellerprogram.cli.speaking import speaking
from resellerprogram.programme.figures import day as shown
from resellerprogram.programme.text import from_capital
from resellerprogram.store import Store

from tests.sandbox import Sandbox

from . import example, moves
from .place import PROJECT, Place, called_from, default_folder, how_to_call, named_or_running, start_panel
from .speech import RUSSIAN, Stop, said, say, text
from .world import CODE, DAILY, PASSWORD, World

MONTHS, WEEKS = 6, 10
"""How long nights ran once a month, and then once a week."""
MOST_DAYS = 31
STARTS = ("start", "example")
COMMANDS = (*STARTS, "next-day", "pay", "refund", "stop")
INTERRUPTED = 130


def main(words: list[str]) -> int:
    """Do one command and tell its exit code."""
    try:
        with speaking("ru" if RUSSIAN else "en"):
            options = _parser().parse_args(with_command(words))
        _run(options)
    except Stop as told:
        print(told, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _run(options: argparse.Namespace) -> None:
    folder = _folder(options)
    if options.command == "start":
        start(Place(folder or default_folder()), options.port, options.months, options.weeks)
    elif options.command == "example":
        example.main(Place(folder or default_folder()), options.port, options.resellers, options.once)
    elif options.command == "stop":
        place = named_or_running(folder)
        place.stop()
        _tell_what_stays(place)
    else:
        place = named_or_running(folder)
        with place.held():
            _move(place, options)


def _move(place: Place, options: argparse.Namespace) -> None:
    if options.command == "next-day":
        moves.next_day(place, options.days)
    elif options.command == "pay":
        moves.pay(place, options.client, options.amount)
    else:
        moves.refund(place, options.client, options.amount)


# --- what was typed ---


def with_command(words: list[str]) -> list[str]:
    """The command first: `--folder` may stand before it, and `demo` and `demo FOLDER` start one. Raises Stop for a word
    that is neither a command nor a folder: one that is yet to be made is written with a slash."""
    of_folder = 2 if words[:1] == ["--folder"] else int(bool(words) and words[0].startswith("--folder="))
    words = [*words[of_folder:], *words[:of_folder]]
    first = words[0] if words else ""
    if first in (*COMMANDS, "-h", "--help"):
        return words
    if first == "help":
        return ["--help"]
    if not first or first.startswith("-") or "/" in first or (called_from() / first).exists():
        return ["start", *words]
    meant = difflib.get_close_matches(first, COMMANDS, 1, 0.7)
    guess = text(f"; is {meant[0]} meant?", f"; может быть, {meant[0]}?") if meant else "."
    commands = ", ".join(COMMANDS)
    raise Stop(
        text(
            f"There is no command {first}{guess} Commands: {commands}.\n"
            f"What they do: `{how_to_call()} --help`. A demo in a folder of that name: `{how_to_call()} ./{first}`.",
            f"Команды {first} нет{guess} Команды: {commands}.\n"
            f"Что они делают: `{how_to_call()} --help`. Демо в папке с таким именем: `{how_to_call()} ./{first}`.",
        )
    )


def _folder(options: argparse.Namespace) -> Path | None:
    """The folder that was named, as seen from where `install.sh` was called."""
    named = options.folder or options.at
    return (called_from() / Path(named).expanduser()).resolve() if named else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=how_to_call(),
        description=text(
            "The plugin on a sandbox panel with clients and payments. Without a command it starts a demo, in a folder "
            "of its own by ./FOLDER; the other commands are for the one that runs.",
            "Плагин на панели-песочнице с клиентами и платежами. Без команды запускает демо, в своей папке — с "
            "./ПАПКА; остальные команды — для работающего.",
        ),
    )
    commands = parser.add_subparsers(dest="command", metavar=text("COMMAND", "КОМАНДА"), required=True)

    def add(name: str, en: str, ru: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text(en, ru), description=from_capital(text(f"{en}.", f"{ru}.")))
        added.set_defaults(at="")
        starts, where = name in STARTS, added.add_mutually_exclusive_group()
        usual = (f"; else {default_folder()}", f"; иначе {default_folder()}")
        several = ("; needed where several run", "; нужна, если их работает несколько")
        en, ru = usual if starts else several
        where.add_argument(
            "--folder",
            default="",
            metavar=text("FOLDER", "ПАПКА"),
            help=text(f"the demo's folder{en}", f"папка демо{ru}"),
        )
        if starts:
            where.add_argument(
                "at",
                nargs="?",
                default="",
                metavar=text("FOLDER", "ПАПКА"),
                help=text("the same as --folder", "то же, что --folder"),
            )
            added.add_argument(
                "--port",
                type=_between(0, 65535),
                default=0,
                metavar="N",
                help=text("the panel's port; else any that is free", "порт панели; иначе любой свободный"),
            )
        return added

    starting = add("start", "start a demo and leave it running", "запустить демо и оставить его работать")
    for name, default, en, ru in (
        ("--months", MONTHS, "months of history, a night each", "месяцев истории, по одной ночи"),
        ("--weeks", WEEKS, "weeks after them, a night each", "недель после них, по одной ночи"),
    ):
        usual = f" ({default})"
        starting.add_argument(
            name, type=_between(0, 99), default=default, metavar="N", help=text(en + usual, ru + usual)
        )
    days = add("next-day", "let nights go by", "прожить ночь или несколько")
    days.add_argument(
        "days",
        type=_between(1, MOST_DAYS),
        nargs="?",
        default=1,
        metavar="N",
        help=text(f"how many nights, at most {MOST_DAYS} (1)", f"сколько ночей, не больше {MOST_DAYS} (1)"),
    )
    paying = add("pay", "a client pays", "клиент вносит деньги")
    refunding = add(
        "refund",
        "a client's last payment goes back, or that payment, or a part of it",
        "вернуть последний платёж клиента или указанный, целиком или частично",
    )
    who = text(
        "number, login, name or a part of it (in quotes where it has spaces)",
        "номер, логин, название или его часть (с пробелами — в кавычках)",
    )
    paying.add_argument("client", metavar=text("CLIENT", "КЛИЕНТ"), help=who)
    paying.add_argument(
        "amount", metavar=text("AMOUNT", "СУММА"), help=text("such as 1500 or 1234.50", "например 1500 или 1234,50")
    )
    refunding.add_argument(
        "client",
        metavar=text("CLIENT|PAYMENT", "КЛИЕНТ|ПЛАТЁЖ"),
        help=who + text("; or a payment, such as pfx/17", "; или платёж, например pfx/17"),
    )
    refunding.add_argument(
        "amount",
        metavar=text("AMOUNT", "СУММА"),
        nargs="?",
        help=text("how much of it; else all", "сколько из него; иначе весь"),
    )
    add("stop", "end the demo; its folder stays", "завершить демо; папка останется")
    shown = add("example", "the published example, played and checked", "опубликованный пример с проверкой")
    shown.add_argument("--once", action="store_true", help=text("end after the show", "завершить после показа"))
    shown.add_argument(
        "--resellers",
        type=_between(1, 5000),
        default=200,
        metavar="N",
        help=text("how many there are (200)", "сколько реселлеров (200)"),
    )
    return parser


def _between(least: int, most: int) -> Callable[[str], int]:
    """A whole number, both bounds included."""

    def read(typed: str) -> int:
        if not typed.isascii() or not typed.isdecimal() or not least <= int(typed[:9]) <= most:
            raise argparse.ArgumentTypeError(
                text(f"“{typed}”: a number from {least} to {most}", f"«{typed}»: число от {least} до {most}")
            )
        return int(typed)

    return read


# --- starting ---


def start(place: Place, port: int, months: int, weeks: int) -> None:
    """Lay out a panel, live through the nights, put the plugin in, and tell what there is to try."""
    with place.taken():
        today = date.today()
        first = today - timedelta(days=DAILY + 7 * weeks + 30 * months)
        noon = datetime(first.year, first.month, first.day, 12)
        panel = Sandbox.create(
            place.folder / "mgr5",
            port=port,
            now=noon,
            password=PASSWORD,
            clock_file="var/resellerprogram.clock",
        )
        try:
            start_panel(panel)
            with Store(panel.root, noon) as store:
                world = World(panel, store, today)
                world.settle(first)
                _live(world, months, weeks)
                say("The plugin is put into it…", "Устанавливаем в неё плагин…")
                _install(panel)
                world.look_around()
        except BaseException:
            place.stop()
            raise
        _tell(place, world)


def _live(world: World, months: int, weeks: int) -> None:
    """What the plugin would have done in these months, in this process: it is put into the panel after them, so that
    the panel starts none for each of a thousand discounts."""
    say("A sandbox panel is laid out, and lives through its nights…", "Готовим панель-песочницу и проживаем её ночи…")
    nights = list(world.nights(months, weeks))
    for number, _ in enumerate(world.live(nights), 1):
        _progress(number, len(nights))


def _install(panel: Sandbox) -> None:
    done = subprocess.run(
        [str(PROJECT / "install.sh"), "install", "--root", str(panel.root)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(done.stdout + done.stderr)


def _progress(done: int, total: int) -> None:
    """A line that is written over at a terminal, silence elsewhere."""
    if sys.stdout.isatty():
        said = text("Nights lived through", "Прожито ночей")
        print(f"\r{said}: {done}/{total}", end="" if done < total else "\n", flush=True)


def _tell(place: Place, world: World) -> None:
    """Where it is, who one can be, and six things to try."""
    falling, near, resting = (guest.login for guest in world.guests)
    told = Path(__file__).with_name(text("try.en.txt", "try.ru.txt")).read_text(encoding="utf-8")
    filled = told.format(
        url=place.panel.url,
        day=said(shown(world.today)),
        password=PASSWORD,
        falling=falling,
        near=near,
        resting=resting,
        plugin=shlex.quote(str(place.command)),
        demo=how_to_call(),
        elsewhere=_elsewhere(place),
        code=CODE,
    )
    say(filled, filled)


def _elsewhere(place: Place) -> str:
    """What names the folder, where it is not the usual one."""
    return "" if place.folder == default_folder() else f" --folder {shlex.quote(str(place.folder))}"


def _tell_what_stays(place: Place) -> None:
    again = f"`{how_to_call()}{_elsewhere(place)}`"
    removal = f"`rm -r {' '.join(shlex.quote(str(each)) for each in place.remains())}`"
    say(
        f"The demo in {place.folder} has ended. Its database and logs stay there to be looked at.\n"
        f"Start anew, from the beginning: {again}; remove what is left: {removal}.",
        f"Демо в {place.folder} завершено. Его база и журналы остались там, их можно посмотреть.\n"
        f"Начать заново, с чистой панели: {again}; удалить оставшееся: {removal}.",
    )


def _end_as_by_hand() -> None:
    """A terminal that is closed, and a kill, end what runs as Ctrl-C does: no panel is left half made. A shell's
    background jobs ignore Ctrl-C; who asked for `nohup` means it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _end_as_by_hand()
    sys.exit(main(sys.argv[1:]))
