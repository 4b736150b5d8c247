"""`addon/resellerprogram_event`: after a function that changes a payment or a discount, put it into the queue (R6).

BILLmanager waits for this, inside a payment's lock: nothing is imported that costs time, the panel is not asked, and
whatever goes wrong, the payment goes on. The worker is started only when none lives.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLOCK_NAME = "resellerprogram.clock"
TIME = "%Y-%m-%d %H:%M:%S"
FORMS = frozenset({"payment.edit", "account.discount.edit", "account.discount.add.product"})
"""Functions whose event also comes when the form is merely opened, or checked as a wizard's step is before it is done
(E.4); only a submitted one changes anything."""
OF_DISCOUNTS = "account.discount."
MARK = "billmgr.DoNothing"
"""A copy, a standby or maintenance (`panel/standstill.py`): what is queued there waits until that file is gone."""
MOST_IDS = 10_000
LONGEST_NAME = 200
_LONGEST_ID = 18


def main() -> None:
    """`python -c … SITE ROOT`: the environment is the panel's request; the answer adds nothing to its document."""
    root = sys.argv[2]
    try:
        handle(root, os.environ)
    except Exception as error:
        _log(root, error, "the next sweep finds it")
    os.write(1, b'<?xml version="1.0" encoding="UTF-8"?>\n<doc/>\n')


def handle(root: str, environment: Mapping[str, str]) -> None:
    """Queue what the request is about, and see that a worker lives. Raises whatever goes wrong."""
    rows = list(queue_rows(environment))
    if not rows:
        return
    folder = os.path.join(root, "var", "resellerprogram")
    try:
        _put(folder, rows, environment.get("AUTH_USER", ""), _now(root))
    finally:
        if not os.path.lexists(os.path.join(root, "etc", MARK)):
            _ring(folder) if _worker_lives(folder) else _start_worker(root)


def queue_rows(environment: Mapping[str, str]) -> Iterator[tuple[int | None, int | None, str]]:
    """Account, payment and cause of each row; none for a request that changes nothing, or is the worker's own."""
    function = environment.get("PARAM_func", "")
    if function in FORMS and (not environment.get("PARAM_sok") or environment.get("PARAM_checkonly") == "on"):
        return
    if function.startswith(OF_DISCOUNTS):
        if environment.get("PARAM_resellerprogram_call"):
            return
        for account in _ids(environment.get("PARAM_plid", "").rpartition("/")[2]):
            yield account, None, function
        return
    for payment in _ids(environment.get("PARAM_elid", "") or environment.get("PARAM_elids", "")):
        yield None, payment, function


def _ids(text: str) -> list[int]:
    """'5, 6': each once; what is no id is left out."""
    words = (word.strip() for word in text.split(","))
    return list(dict.fromkeys(int(word) for word in words if _is_id(word)))[:MOST_IDS]


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _LONGEST_ID


def _now(root: str) -> str:
    """As all tables hold it. A payment is queued also where a test clock can't be read."""
    if os.path.lexists(os.path.join(root, "var", CLOCK_NAME)):
        from .clock import moment

        try:
            return moment(root)
        except (OSError, ValueError) as error:
            _log(root, error, "the test clock can't be read; it is queued with the host's time")
    return time.strftime(TIME)


def _put(folder: str, rows: list[tuple[int | None, int | None, str]], who: str, since: str) -> None:
    """The store's own table (`store/queue.py`), without the store."""
    import sqlite3

    path = os.path.join(folder, "resellerprogram.db")
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO queue (account, payment, cause, since, who) VALUES (?, ?, ?, ?, ?)",
            [(*row, since, who[:LONGEST_NAME]) for row in rows],
        )
        connection.execute("COMMIT")
    finally:
        connection.close()


def _worker_lives(folder: str) -> bool:
    """Whether somebody holds the worker's lock (`store/lock.py`): he looks into the queue after giving it back."""
    import fcntl

    try:
        lock = os.open(os.path.join(folder, "worker.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _ring(folder: str) -> None:
    """Wake it (`store/bell.py`). One that does not listen yet will look into the queue before it does."""
    try:
        bell = os.open(os.path.join(folder, "bell"), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(bell, b"!")
    except BlockingIOError:
        pass  # it has not listened to so many others yet
    finally:
        os.close(bell)


def _start_worker(root: str) -> None:
    """In a session of its own, without the panel's pipes: nobody waits for it."""
    if os.fork():
        return
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.closerange(3, 256)
        os.chdir(root)
        program = os.path.join(root, "lib", "resellerprogram", "current", "bin", "resellerprogram-worker")
        os.execve(program, [program, root], {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})  # noqa: S606  no shell wanted
    finally:
        os._exit(1)


def _log(root: str, error: Exception, consequence: str) -> None:
    from .log import log

    log(root, "event", error, consequence)
