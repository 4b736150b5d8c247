"""What answers mgrctl and the control channel of tests, in whatever process it lives."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from .panel import Answer, Panel
from .state import Fault, State

OPTIONS_WITH_VALUE = {"-m", "-o"}
ANSWERED = b"\1"


class Core:
    """Answers for one panel."""

    def __init__(self, root: Path, database: str) -> None:
        self.root, self.process = root, os.getpid()
        self.run = root / "var" / "run"
        self.state = State.load(self.run / "state.json", datetime.now().replace(microsecond=0))
        self.panel = Panel(root, database, self.state)

    def close(self) -> None:
        self.panel.close()

    # --- mgrctl ---

    def mgrctl(self, asked: bytes) -> tuple[bytes, list[Any]]:
        caller, *arguments = asked.decode("utf-8", "surrogateescape").split("\0")
        params, position = {"out": "text"}, 0
        while position < len(arguments):
            argument = arguments[position]
            if argument in OPTIONS_WITH_VALUE:
                position += 1
                if argument == "-o" and position < len(arguments):
                    params["out"] = arguments[position]
            elif argument == "-e":
                if self.state.reads("mgrctl_environment", "refused"):
                    return b"", []
                position += 1 if self.state.reads("mgrctl_environment", "literal") else 2
                name, _, value = arguments[position].partition("=")
                params[name] = value
                position += self.state.reads("mgrctl_environment", "literal")
            elif argument in ("-R", "--restart"):
                params["func"] = "exit"
            elif "func" not in params:
                params["func"] = argument
            else:
                name, _, value = argument.partition("=")
                params[name] = value
            position += 1
        _, body, _, after = self.faulty(params, caller or "127.0.0.1", True, {})
        return ANSWERED + body, after

    def faulty(
        self, params: dict[str, str], origin: str, trusted: bool, environment: dict[str, str]
    ) -> tuple[int, bytes, str, list[Any]]:
        """The answer, spoilt by the fault that is switched on for this function."""
        func, writes = params.get("func", ""), bool(params.get("sok")) or params.get("func", "").endswith(".delete")
        fault = self.state.fault(
            func,
            writes,
            "slow",
            "hang",
            "broken",
            "truncated",
            "empty",
            "html",
            "http_500",
            "crash_before",
            "crash_after",
            params=params,
        )
        kind = fault.kind if fault else ""
        if kind == "crash_before":
            os._exit(9)
        if kind in ("slow", "hang") and fault:
            time.sleep(fault.seconds)
        answer = self.panel.answer(params, origin=origin, trusted=trusted, environment=environment)
        if kind == "crash_after":
            os._exit(9)
        return _spoilt(answer, kind)

    # --- control ---

    def control(self, asked: bytes) -> tuple[bytes, list[Any]]:
        command = json.loads(asked)
        result = getattr(self, f"_do_{command.pop('do')}")(**command)
        return json.dumps(result).encode(), []

    def _do_status(self) -> dict[str, Any]:
        return {"now": self.state.now.isoformat(), "readings": self.state.readings, "pid": self.process}

    def _do_clock(self, now: str) -> None:
        self.state.now = datetime.fromisoformat(now)
        self.state.save(self.run / "state.json")

    def _do_reading(self, name: str, value: str) -> None:
        self.state.set_reading(name, value)
        self.state.save(self.run / "state.json")

    def _do_fault(self, **fault: Any) -> None:
        self.state.faults.append(Fault(**fault))

    def _do_clear_faults(self) -> None:
        self.state.faults.clear()
        self.panel.stale.clear()

    def _do_calls(self) -> list[dict[str, Any]]:
        return self.state.called()

    def _do_reset_calls(self, recording: bool = True) -> None:
        self.state.calls.clear()
        self.state.recording = recording

    def _do_filters(self) -> list[list[Any]]:
        return [[user, func, fields] for (user, func), fields in self.panel.filters.items()]

    def _do_forget_sessions(self) -> None:
        self.panel.logins.clear()

    def _do_deny(self, user: str, functions: list[str]) -> None:
        self.panel.denied[user] = set(functions)

    def _do_notifications(self) -> list[dict[str, str]]:
        return self.panel.notifications


def _spoilt(answer: Answer, kind: str) -> tuple[int, bytes, str, list[Any]]:
    page = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"
    if kind == "http_500":
        return 500, page, "text/html", answer.after
    body = {
        "broken": answer.body.replace(b"</doc>", b"</dic>"),
        "truncated": answer.body[: len(answer.body) * 2 // 3],
        "empty": b"",
        "html": page,
    }.get(kind, answer.body)
    return 200, body, "text/html" if kind == "html" else answer.content_type, answer.after
