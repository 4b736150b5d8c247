"""Real MariaDB servers on loopback: one, a primary with a replica, a Galera cluster; each in a folder of its own.

Debian's packages mariadb-server, galera-4 and rsync bring them; nothing of a server that the machine runs is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql

MARIADBD = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
GALERA = Path("/usr/lib/galera/libgalera_smm.so")
OWNER = "mysql"
"""The package's user: what copies a state between nodes does not work for root."""
USER, PASSWORD, SCHEMA = "billmgr", "pa ss#wörd", "billmgr"
PATIENCE = 60.0


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """A folder into which `OWNER` may look; pytest's are for the tests' user alone."""
    memory = Path("/dev/shm")  # noqa: S108  made by mkdtemp
    folder = Path(tempfile.mkdtemp(prefix="servers-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class MariaDB:
    """One server; `options` are added to its command line."""

    def __init__(self, folder: Path, *options: str, model: Path | None = None) -> None:
        self.folder, self._options = folder, options
        self.port, self.socket = free_port(), folder / "s"
        folder.mkdir(parents=True)
        shutil.chown(folder, OWNER)
        if model:
            subprocess.run(["cp", "-a", str(model), str(self.data)], check=True)
        else:
            subprocess.run(
                [
                    "mariadb-install-db",
                    "--no-defaults",
                    f"--datadir={self.data}",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    f"--user={OWNER}",
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self, *more: str) -> MariaDB:
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [
                    MARIADBD,
                    "--no-defaults",
                    f"--user={OWNER}",
                    f"--datadir={self.data}",
                    f"--socket={self.socket}",
                    f"--port={self.port}",
                    "--bind-address=127.0.0.1",
                    f"--pid-file={self.folder / 'pid'}",
                    "--innodb-buffer-pool-size=32M",
                    "--innodb-log-file-size=16M",
                    "--performance-schema=OFF",
                    "--innodb-flush-log-at-trx-commit=2",
                    "--key-buffer-size=1M",
                    "--skip-name-resolve",
                    *self._options,
                    *more,
                ],
                stdout=log,
                stderr=log,
            )
        return self

    def ready(self) -> MariaDB:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.ask("SELECT 1")
                return self
            except pymysql.MySQLError:
                ended = self._process is None or self._process.poll() is not None
                if ended or time.monotonic() > until:
                    raise AssertionError((self.folder / "log").read_text(errors="replace")[-3000:]) from None
                time.sleep(0.1)

    def ask(self, statement: str, *values: Any, schema: str | None = None) -> list[tuple[Any, ...]]:
        """As root."""
        with self.cursor(schema) as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    @contextlib.contextmanager
    def cursor(self, schema: str | None = None) -> Iterator[Any]:
        """The same in one session."""
        with (
            contextlib.closing(
                pymysql.connect(
                    unix_socket=str(self.socket), user="root", database=schema, autocommit=True, connect_timeout=2
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def with_panels_user(self) -> MariaDB:
        """As an installation of the panel leaves it: a database, and a user with rights on that alone."""
        self.ask(f"CREATE DATABASE {SCHEMA}")
        self.ask(f"CREATE USER {USER}@'%%' IDENTIFIED BY %s", PASSWORD)
        self.ask(f"GRANT ALL ON {SCHEMA}.* TO {USER}@'%'")
        return self

    def configure(self, root: Path) -> None:
        """The panel in `root` uses this server."""
        folder = root / "etc" / "billmgr.conf.d"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "db.conf").write_text(
            f"DBHost localhost\nDBSocket {self.socket}\nDBUser {USER}\nDBPassword {PASSWORD}\nDBName {SCHEMA}\n",
            "utf-8",
        )

    def pause(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """As an administrator ends it."""
        self.ask("SHUTDOWN")
        assert self._process
        self._process.wait(PATIENCE)
        self._process = None

    def kill(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


@contextlib.contextmanager
def one(folder: Path) -> Iterator[MariaDB]:
    server = MariaDB(folder)
    try:
        yield server.start().ready().with_panels_user()
    finally:
        server.kill()


@contextlib.contextmanager
def primary_and_replica(folder: Path) -> Iterator[tuple[MariaDB, MariaDB]]:
    primary = MariaDB(folder / "primary", "--log-bin=binlog", "--server-id=1", "--binlog-format=ROW")
    replica = MariaDB(folder / "replica", "--server-id=2", "--read-only=1", "--log-bin=binlog")
    try:
        primary.start()
        replica.start()
        primary.ready().ask("CREATE USER copying@'%' IDENTIFIED BY 'copying'")
        primary.ask("GRANT REPLICATION SLAVE ON *.* TO copying@'%'")
        replica.ready().ask(
            "CHANGE MASTER TO master_host='127.0.0.1', master_port=%s, master_user='copying',"
            " master_password='copying', master_log_file='binlog.000001', master_log_pos=4",
            primary.port,
        )
        replica.ask("START SLAVE")
        primary.with_panels_user()
        yield primary, replica
    finally:
        primary.kill()
        replica.kill()


def _ports(port: int, timing: str) -> tuple[str, str]:
    """All of a node's own: another cluster may be at work on this host."""
    receiving = f"ist.recv_addr=127.0.0.1:{free_port()}"
    return (
        f"--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{port};{receiving};gcache.size=8M;{timing}",
        f"--wsrep-sst-receive-address=127.0.0.1:{free_port()}",
    )


@contextlib.contextmanager
def cluster(folder: Path, nodes: int = 3) -> Iterator[list[MariaDB]]:
    """Nodes of one cluster. All begin as copies of one that has ended, and so take little from each other."""
    galera = ("--wsrep-on=ON", f"--wsrep-provider={GALERA}", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2")
    timing = "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.install_timeout=PT4S;evs.keepalive_period=PT0.5S"
    model = MariaDB(folder / "model", *galera, *_ports(free_port(), timing))
    try:
        model.start("--wsrep-new-cluster", "--wsrep-cluster-address=gcomm://").ready().with_panels_user().end()
    finally:
        model.kill()
    ports = [free_port() for _ in range(nodes)]
    everybody = "--wsrep-cluster-address=gcomm://" + ",".join(f"127.0.0.1:{each}" for each in ports)
    servers = [
        MariaDB(folder / f"node{number}", *galera, everybody, *_ports(port, timing), model=model.data)
        for number, port in enumerate(ports, start=1)
    ]
    try:
        servers[0].start("--wsrep-new-cluster").ready()
        for server in servers[1:]:
            server.start().ready()
        yield servers
    finally:
        for server in servers:
            server.kill()
