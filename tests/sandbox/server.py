"""The panel as a process: HTTP API and pages on 127.0.0.1, mgrctl's socket, and the control channel of tests."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from waitress.server import create_server

from . import html
from .documents import Refusal, error_document, serialize
from .panel import Answer, Panel
from .state import Fault, State

OPTIONS_WITH_VALUE = {"-m", "-o"}
ANSWERED = b"\1"


class Server:
    """Serves one panel until it is told to stop."""

    def __init__(self, root: Path, database: str, port: int) -> None:
        self.root = root
        self.run = root / "var" / "run"
        self.state = State.load(self.run / "state.json", datetime.now().replace(microsecond=0))
        self.panel = Panel(root, database, self.state)
        self.http = create_server(self._application(), host="127.0.0.1", port=port, threads=16)
        self.local = _Socket(self.run / "core.sock", self._mgrctl)
        self.control = _Socket(self.run / "control.sock", self._control)

    def serve(self) -> None:
        for server in (self.local, self.control):
            server.serve()
        begun = self.run / "address.begun"  # who waits for the file reads it as soon as it is there
        begun.write_text(f"http://127.0.0.1:{self.http.effective_port}/billmgr", encoding="utf-8")
        begun.replace(self.run / "address")
        self.http.run()

    # --- HTTP ---

    def _application(self) -> Flask:
        application = Flask(__name__)

        @application.get("/")
        def home() -> Response:
            return Response(status=302, headers={"Location": "/billmgr"})

        @application.route("/billmgr", methods=["GET", "POST"])
        def billmgr() -> Any:
            params = {name: _together(values) for name, values in request.values.lists()}
            if (
                self.state.reads("referer_required", "yes")
                and params.get("auth")
                and not request.headers.get("Referer")
            ):
                return Response(self._without_referer(params), mimetype="text/xml")
            environment = _environment()
            if "out" not in params:
                return html.respond(self.panel, params, environment)
            if not params.get("auth") and request.cookies.get("billmgrses5"):
                params["auth"] = request.cookies["billmgrses5"]
            status, body, content_type, after = self._faulty(params, "127.0.0.1", False, environment)
            response = Response(body, status=status, content_type=content_type)
            response.call_on_close(lambda: [work() for work in after])
            return response

        return application

    def _without_referer(self, params: dict[str, str]) -> bytes:
        refusal = Refusal("access", "referer")
        return serialize(error_document(refusal, params.get("func", ""), "", 0, "en"), "xml")[0]

    # --- mgrctl ---

    def _mgrctl(self, asked: bytes) -> tuple[bytes, list[Any]]:
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
        _, body, _, after = self._faulty(params, caller or "127.0.0.1", True, {})
        return ANSWERED + body, after

    def _faulty(
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

    def _control(self, asked: bytes) -> tuple[bytes, list[Any]]:
        command = json.loads(asked)
        result = getattr(self, f"_do_{command.pop('do')}")(**command)
        return json.dumps(result).encode(), []

    def _do_status(self) -> dict[str, Any]:
        return {"now": self.state.now.isoformat(), "readings": self.state.readings, "pid": os.getpid()}

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


def _together(values: list[str]) -> str:
    """Several values of one parameter are a list; a checkbox comes as `off`, and as `off` and `on` when it is set."""
    return values[-1] if values[0] == "off" else ", ".join(values)


def _environment() -> dict[str, str]:
    """What a handler sees of the HTTP request (F.4)."""
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    headers.pop("HTTP_AUTHORIZATION", None)
    return {**headers, "QUERY_STRING": request.query_string.decode(), "REQUEST_METHOD": request.method}


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


class _Socket:
    """A unix socket for the owner alone: one request, one answer. A thread that has answered waits for the next; when
    none waits any more, there is one more."""

    def __init__(self, path: Path, answer: Callable[[bytes], tuple[bytes, list[Any]]]) -> None:
        self._answer, self._waiting, self._lock = answer, 0, threading.Lock()
        path.unlink(missing_ok=True)
        here, before = os.getcwd(), os.umask(0o177)
        self._listening = socket.socket(socket.AF_UNIX)
        try:
            os.chdir(path.parent)  # a socket's path may be 107 bytes long at most
            self._listening.bind(path.name)
        finally:
            os.chdir(here)
            os.umask(before)
        self._listening.listen(128)

    def serve(self) -> None:
        with self._lock:
            self._waiting += 1
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            with self._lock:
                self._waiting -= 1
                last = self._waiting == 0
            if last:
                self.serve()
            with connection:
                self._converse(connection)
            with self._lock:
                self._waiting += 1

    def _converse(self, connection: socket.socket) -> None:
        """What is not answered, the caller finds closed."""
        try:
            asked = b"".join(iter(lambda: connection.recv(65536), b""))
            body, after = self._answer(asked)
            connection.sendall(body)
            connection.shutdown(socket.SHUT_RDWR)
            for work in after:
                work()
        except Exception:
            traceback.print_exc()


def main(root: Path, database: str, port: int) -> None:
    logging.logThreads = logging.logProcesses = False  # our log shows neither
    vars(logging)["_srcfile"] = None  # nor who called, as the logging package's documentation has it
    server = Server(root, database, port)
    (server.run / "pid").write_text(str(os.getpid()), encoding="utf-8")
    server.serve()


__all__ = ["Server", "main"]
