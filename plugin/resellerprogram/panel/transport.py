"""The way to the panel, as a port, and the first of two: mgrctl on this host (reference, E.6). HTTPS is beside."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..programme.errors import of_file
from ..programme.text import same
from .answers import Document, parse
from .assumptions import from_environment
from .errors import SECRETS, Call, PanelTimeout, PanelUnreachable, TransportError

CALLER = "resellerprogram"
TIMEOUT = 120.0


class Transport(Protocol):
    """Anything that carries a call to the panel and brings back its document."""

    def send(self, call: Call) -> Document:
        """The panel's answer. Raises TransportError without one to trust, PanelRefusal for an error document."""

    def close(self) -> None:
        """Give back what is held open."""


class Mgrctl:
    """`sbin/mgrctl` as root: no password, one process per call. The panel logs us as `resellerprogram`.

    A secret is never among the arguments, which every login of this host may read: it goes by the environment.
    """

    def __init__(self, root: Path, timeout: float = TIMEOUT) -> None:
        self._root, self._timeout = root, timeout
        self._environment = {**os.environ, "SSH_CONNECTION": CALLER}

    def send(self, call: Call) -> Document:
        secret = {name: from_environment(name) for name in call.params if name in SECRETS}
        command = [
            str(self._root / "sbin" / "mgrctl"),
            "-m",
            "billmgr",
            "-o",
            "xml",
            *(part for option, _ in secret.values() for part in option),
            call.function,
            *(f"{name}={value}" for name, value in call.params.items() if name not in secret),
        ]
        try:
            done = subprocess.run(  # noqa: S603  no shell
                command,
                cwd=self._root,
                env={**self._environment, **{variable: call.params[name] for name, (_, variable) in secret.items()}},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PanelTimeout(self._timeout, call) from error
        except OSError as error:
            told = same("{file}: {why}")(file=str(error.filename or command[0]), why=of_file(error))
            raise PanelUnreachable(told, call) from error
        if done.returncode != 0:
            why = done.stderr.decode("utf-8", "replace").strip()[-500:] or f"exit code {done.returncode}"
            raise PanelUnreachable(f"mgrctl: {why}", call)
        return parse(done.stdout, call)

    def close(self) -> None:
        """There is nothing to give back: every call is its own process."""


class Retrying:
    """Sends a repeatable call again when no usable answer came, after growing pauses (seconds)."""

    def __init__(
        self, transport: Transport, pauses: tuple[float, ...] = (0.5, 2.0), sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport, self._pauses, self._sleep = transport, pauses, sleep

    def send(self, call: Call) -> Document:
        for pause in self._pauses if call.repeatable else ():
            try:
                return self._transport.send(call)
            except TransportError as error:
                import logging  # takes time to load, and a panel mostly answers at once

                logging.getLogger(__name__).warning("asking again in %s s: %s", pause, error)
                self._sleep(pause)
        return self._transport.send(call)

    def close(self) -> None:
        self._transport.close()
