"""`./install.sh demo`: the plugin on a sandbox panel whose world is alive, up to today, to be looked at and moved.

Without a command it starts one and leaves it running. The other commands are for the one that runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

from resellerprogram.store import Store

from tests.sandbox import Sandbox

from . import example, moves
from .place import PROJECT, Place, default_folder
from .speech import Stop, say, text
from .world import CODE, DAILY, PASSWORD, World

MONTHS, WEEKS = 6, 10
"""How long nights ran once a month, and then once a week."""


def main() -> int:
    options = _parser().parse_args()
    folder = Path(os.environ.get("CALLED_FROM", "."), options.folder).resolve() if options.folder else default_folder()
    place = Place(folder)
    try:
        if options.command in (None, "start"):
            start(place, options.port, options.months, options.weeks)
        elif options.command == "example":
            example.main(place, options.port, options.resellers, options.once)
        else:
            place.check_running()
            if options.command == "next-day":
                moves.next_day(place, options.days)
            elif options.command == "pay":
                moves.pay(place, options.client, options.amount)
            elif options.command == "refund":
                moves.refund(place, options.client, options.amount)
            else:
                place.stop()
                say("The demo has ended.", "Демо завершено.")
    except Stop as told:
        print(told, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--folder", default="", help=text("where the demo lives", "папка демо"))
    parser = argparse.ArgumentParser(prog="./install.sh demo", parents=[shared], description=__doc__)
    parser.set_defaults(port=0, months=MONTHS, weeks=WEEKS)
    parser.add_argument("--port", type=int, help=text("port of the panel", "порт панели"))
    parser.add_argument("--months", type=int, help=text("months of history, a night each", "месяцев истории по ночи"))
    parser.add_argument("--weeks", type=int, help=text("after them weeks, a night each", "за ними недель по ночи"))
    commands = parser.add_subparsers(dest="command")
    keep = {"default": argparse.SUPPRESS}

    def add(name: str, en: str, ru: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text(en, ru), description=text(en, ru))
        added.add_argument("--folder", **keep, help=argparse.SUPPRESS)  # type: ignore[arg-type]
        return added

    add("start", "start a demo and leave it running (the default)", "запустить демо (по умолчанию)")
    days = add("next-day", "let nights go by", "прожить ночь или несколько")
    days.add_argument("days", type=int, nargs="?", default=1, metavar="N")
    for name, en, ru in (
        ("pay", "a client pays", "клиент вносит деньги"),
        ("refund", "a client's last payment goes back, or a part of it", "вернуть последний платёж или его часть"),
    ):
        command = add(name, en, ru)
        command.add_argument(
            "client", metavar="CLIENT", help=text("number, login or name", "номер, логин или название")
        )
        command.add_argument("amount", metavar="AMOUNT", nargs="?" if name == "refund" else None)
    add("stop", "end it", "завершить")
    shown = add("example", "the published example, played and checked", "опубликованный пример с проверкой")
    shown.add_argument("--once", action="store_true", help=text("end after the show", "завершить после показа"))
    shown.add_argument("--resellers", type=int, default=200, help=text("how many there are", "сколько реселлеров"))
    return parser


def start(place: Place, port: int, months: int, weeks: int) -> None:
    """Lay out a panel, put the plugin in, live through the nights, and tell what there is to try."""
    place.take()
    today = date.today()
    first = today - timedelta(days=DAILY + 7 * weeks + 30 * months)
    panel = Sandbox.create(
        place.folder / "mgr5",
        port=port,
        now=datetime(first.year, first.month, first.day, 12),
        password=PASSWORD,
        clock_file="var/resellerprogram.clock",
    )
    say("A sandbox panel is laid out and the plugin put into it…", "Готовим панель-песочницу и ставим в неё плагин…")
    panel.start()
    try:
        _install(panel)
        with Store(panel.root, datetime(first.year, first.month, first.day, 12)) as store:
            store.settings.set("provider", "1")
            store.settings.set("panel_url", panel.url)
            world = World(panel, store, today)
            world.settle(first)
            nights = list(world.nights(months, weeks))
            for number, _ in enumerate(world.live(nights), 1):
                _progress(number, len(nights))
    except BaseException:
        place.stop()
        raise
    place.remember({"guests": [guest.login for guest in world.guests]})
    _tell(place, world)


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
        day=text(f"{world.today}", f"{world.today:%d.%m.%Y}"),
        password=PASSWORD,
        falling=falling,
        near=near,
        resting=resting,
        plugin=place.command,
        demo="./install.sh demo",
        elsewhere="" if place.folder == default_folder() else f" --folder '{place.folder}'",
        code=CODE,
    )
    say(filled, filled)


if __name__ == "__main__":
    sys.exit(main())
