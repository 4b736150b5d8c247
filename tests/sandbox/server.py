"""The panel as a process: HTTP API and pages on 127.0.0.1, mgrctl's socket, and the control channel of tests."""

from __future__ import annotations

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from waitress.server import create_server

from . import html
from .core import Core
from .documents import Refusal, error_document, serialize


class Server(Core):
    """Serves one panel until it is told to stop."""

    def __init__(self, root: Path, database: str, port: int) -> None:
        super().__init__(root, database)
        self.http = create_server(self._application(), host="127.0.0.1", port=port, threads=16)
        self.local = _Socket(self.run / "core.sock", self.mgrctl)
        self.channel = _Socket(self.run / "control.sock", self.control)

    def serve(self) -> None:
        for server in (self.local, self.channel):
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
            status, body, content_type, after = self.faulty(params, "127.0.0.1", False, environment)
            response = Response(body, status=status, content_type=content_type)
            response.call_on_close(lambda: [work() for work in after])
            return response

        return application

    def _without_referer(self, params: dict[str, str]) -> bytes:
        refusal = Refusal("access", "referer")
        return serialize(error_document(refusal, params.get("func", ""), "", 0, "en"), "xml")[0]


def _together(values: list[str]) -> str:
    """Several values of one parameter are a list; a checkbox comes as `off`, and as `off` and `on` when it is set."""
    return values[-1] if values[0] == "off" else ", ".join(values)


def _environment() -> dict[str, str]:
    """What a handler sees of the HTTP request (F.4)."""
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    headers.pop("HTTP_AUTHORIZATION", None)
    return {**headers, "QUERY_STRING": request.query_string.decode(), "REQUEST_METHOD": request.method}


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
