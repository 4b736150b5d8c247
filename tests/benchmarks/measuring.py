"""What the subjects have in common: times, ratios, and calls of the panel's programs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import requests

from tests.sandbox import Sandbox

Row = tuple[str, str, str]

ROUNDS = 3


def started(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, env=environment, input=b'<doc lang="ru"/>', capture_output=True, check=True)


def placed(panel: Sandbox, account: int, day: date, amount: int = 100) -> int:
    return panel.world.add_payment(account, amount, None, status=1, created_on=day)


def set_paid(panel: Sandbox, payment: int) -> None:
    form = {"authinfo": "admin:admin-password", "func": "payment.setpaid", "elid": str(payment), "out": "xml"}
    with requests.Session() as session:
        session.trust_env = False
        assert "<ok/>" in session.post(panel.url, data=form, timeout=60).text


def repeat(panel: Sandbox, calls: list[dict[str, Any]]) -> None:
    """The same calls by mgrctl, one after the other, answers thrown away."""
    for call in calls:
        panel.mgrctl(call["func"], **{name: value for name, value in call["params"].items() if name != "func"})


def goal(times: str, start: float) -> str:
    return f"goal {times} ×; `python3 -I -c pass` takes {1000 * start:.0f} ms"


def alternately(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """The best of some rounds of each, taken in turns so that a busy moment strikes both."""
    times = [(timed(first), timed(second)) for _ in range(ROUNDS)]
    return min(pair[0] for pair in times), min(pair[1] for pair in times)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
