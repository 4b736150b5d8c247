"""`python -m tests.sandbox`: create, start, stop and steer a sandbox panel."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime
from pathlib import Path

from .control import Sandbox
from .state import READINGS

FIRST_DAY = "2025-01-20"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (
        ("create", "lay out a fresh panel"),
        ("start", "start it in the background"),
        ("stop", "stop it"),
        ("serve", "serve it in the foreground"),
        ("clock", "show or set its now"),
        ("fault", "switch a fault on, JSON details"),
        ("reading", "NAME=VALUE"),
        ("calls", "recorded calls"),
        ("readings", "the switches and their values"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("root", type=Path)
        command.add_argument("arguments", nargs="*")
        command.add_argument("--port", type=int, default=0)
        command.add_argument("--database", default="")
        command.add_argument("--foreground", action="store_true", help="start: stay until interrupted")
        command.add_argument(
            "--populate", nargs="?", const="demo", choices=["demo"], help="two hundred resellers, every kind of payment"
        )
        command.add_argument("--seed", type=int, default=1, help="of the demo content")
        command.add_argument(
            "--date", type=date.fromisoformat, default=FIRST_DAY, help="the clock and the demo's today"
        )
        command.add_argument("--clock-file", default="", help="create: below the folder; the clock goes on by it")
        command.add_argument("--password", default="admin-password", help="create: of the employee admin")
    options = parser.parse_args()
    _run(options, Sandbox(options.root.resolve(), options.database, options.port))


def _run(options: argparse.Namespace, sandbox: Sandbox) -> None:
    given = options.arguments
    if options.command == "create":
        noon = datetime(options.date.year, options.date.month, options.date.day, 12)
        sandbox = Sandbox.create(
            options.root,
            database=options.database,
            port=options.port,
            now=noon,
            password=options.password,
            clock_file=options.clock_file,
        )
        if options.populate:
            sandbox.world.populate(options.date, options.seed)
    elif options.command == "serve" or (options.command == "start" and options.foreground):
        from .server import main as serve

        serve(sandbox.root, sandbox.database, sandbox.port)
    elif options.command == "start":
        print(sandbox.start().url)
    elif options.command == "stop":
        sandbox.stop()
    elif options.command == "clock":
        if given:
            sandbox.now = datetime.fromisoformat(given[0])
        print(sandbox.now)
    elif options.command == "fault":
        sandbox.fault(**{"kind": given[0], **(json.loads(given[1]) if len(given) > 1 else {})})
    elif options.command == "reading":
        sandbox.read_as(**dict(pair.split("=", 1) for pair in given))
    elif options.command == "readings":
        print(json.dumps(READINGS, indent=2))
    elif options.command == "calls":
        print(json.dumps(sandbox.calls(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
