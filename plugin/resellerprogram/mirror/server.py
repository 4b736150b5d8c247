"""The panel's database as we use it: by the SQL of MariaDB 5.5 and MySQL 5.6, in small transactions that are repeated
where a cluster or a lock refused them (scale 1)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pymysql
from pymysql.constants import ER

from ..programme.text import Text
from .access import DatabaseAccess
from .errors import MirrorIsMissing, MirrorUnreachable

SECONDS = 5
"""To connect, and to wait for an answer."""
TRIES = 5
_ON_THIS_HOST = ("localhost", "127.0.0.1", "::1")
_REPEAT = (ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT)
_UNKNOWN = (ER.UNKNOWN_SYSTEM_VARIABLE,)
_SESSION = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',"
    " innodb_lock_wait_timeout = 3, lock_wait_timeout = 1"
)
"""Whatever the server's own modes: a backslash escapes, nothing is cut to fit, and who locks whole tables is not waited
for by a crowd of connections."""
_SYNC_WAITS = ("wsrep_sync_wait = 1", "wsrep_causal_reads = ON")
"""The second is what clusters of 5.5 know."""
_READ_ONLY = Text(
    "this database is a replica that takes no writes; make it the primary first",
    "эта база — реплика, запись в неё закрыта; сначала сделайте её основной",
)
_OFF = ("0", "OFF")
"""The second is how MariaDB 12 says it."""
_READ_ONLY_CODES = (1290, 1792, 1836)

Outcome = TypeVar("Outcome")


class Server:
    """A connection to it."""

    def __init__(self, access: DatabaseAccess) -> None:
        """Raises MirrorUnreachable."""
        where: dict[str, Any] = {"unix_socket": access.socket} if access.socket else {"host": access.host}
        if access.socket or access.host in _ON_THIS_HOST:
            where["ssl_disabled"] = True
        with _told():
            try:
                self._connection = pymysql.connect(
                    **where,
                    user=access.user,
                    password=access.password.encode(),  # a text it would take for latin1
                    database=access.name,
                    charset="utf8mb4",
                    autocommit=True,
                    connect_timeout=SECONDS,
                    read_timeout=SECONDS,
                    write_timeout=SECONDS,
                    init_command=_SESSION,
                )
            except RuntimeError as error:  # the server wants a way to log in for which PyMySQL lacks a package
                raise MirrorUnreachable(error) from error
            version, read_only = self.execute("SELECT VERSION(), @@read_only")[0]
            self.version, self._is_read_only = str(version), str(read_only) not in _OFF
            self._wait_for_other_nodes()
            self.nodes = self._nodes()

    @property
    def is_cluster(self) -> bool:
        """One of a single node, too: others may join while we are connected."""
        return self.nodes > 0

    def _wait_for_other_nodes(self) -> None:
        """In a cluster, what another node has committed is seen before anything is read."""
        for setting in _SYNC_WAITS:
            try:
                self.execute(f"SET SESSION {setting}")
            except pymysql.MySQLError as error:
                if _code(error) not in _UNKNOWN:
                    raise
            else:
                return

    def _nodes(self) -> int:
        """Of its cluster; 0 without one."""
        found = self.execute("SHOW STATUS LIKE 'wsrep_cluster_size'")
        return int(found[0][1]) if found and str(found[0][1]).isdigit() else 0

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def change(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """The number of rows that it found."""
        with self._connection.cursor() as cursor:
            return int(cursor.execute(statement, values))

    def many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def together(self, work: Callable[[], Outcome]) -> Outcome:
        """All of `work` in one transaction, or nothing of it; done again where the server refused it for another's
        sake. Raises MirrorUnreachable, and whatever `work` raises."""
        if self._is_read_only:  # root of a replica may write there, which would end the replication
            raise MirrorUnreachable(_READ_ONLY)
        for left in reversed(range(TRIES)):
            try:
                with _told(repeats=left > 0):
                    self._connection.begin()
                    done = work()
                    self._connection.commit()
                    return done
            except _Again:
                self._roll_back()
            except BaseException:
                self._roll_back()
                raise
        raise AssertionError

    @contextlib.contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """All that is read meanwhile is of one moment. Raises MirrorUnreachable."""
        with _told():
            self.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            try:
                yield
            finally:
                self._roll_back()

    def told(self) -> contextlib.AbstractContextManager[None]:
        """What the server refuses, or that it is away, is MirrorUnreachable."""
        return _told()

    def _roll_back(self) -> None:
        with contextlib.suppress(pymysql.MySQLError, OSError):
            self._connection.rollback()

    def lives(self) -> bool:
        """Whether it still answers here."""
        try:
            self._connection.ping(reconnect=False)
        except (pymysql.MySQLError, OSError):
            return False
        return True

    def close(self) -> None:
        with contextlib.suppress(pymysql.MySQLError, OSError):
            self._connection.close()


class _Again(Exception):
    """The transaction was refused for another's sake."""


@contextlib.contextmanager
def _told(repeats: bool = False) -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        if repeats and _code(error) in _REPEAT:
            raise _Again from error
        if _code(error) == ER.NO_SUCH_TABLE:
            raise MirrorIsMissing from error
        raise MirrorUnreachable(_READ_ONLY if _code(error) in _READ_ONLY_CODES else _said(error)) from error


def _said(error: Exception) -> str:
    """What the server says; never what was sent to it."""
    return str(error.args[1] if isinstance(error, pymysql.MySQLError) and len(error.args) > 1 else error)


def _code(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
