"""A MariaDB of one's own, from Debian's packages, in a folder that goes away with it."""

from __future__ import annotations

import getpass
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

STARTING = 60.0


@contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """The address of an empty database `billmgr`, as SQLAlchemy takes it; reached by a socket alone."""
    data, socket, user = folder / "mysql", folder / "mysql.sock", getpass.getuser()
    subprocess.run(
        ["mariadb-install-db", f"--datadir={data}", f"--user={user}", "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        [
            "mariadbd",
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={socket}",
            f"--user={user}",
            "--skip-networking",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=512M",
            "--character-set-server=utf8mb4",
            "--max-allowed-packet=256M",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _create(socket)
        yield f"mysql+pymysql://root@localhost/billmgr?unix_socket={socket}&charset=utf8mb4"
    finally:
        server.terminate()
        server.wait(STARTING)


def know_the_tables(database: str) -> None:
    """Statistics of tables that were filled in bulk: by those of empty ones a look-up reads a whole table."""
    engine = create_engine(database)
    with engine.connect() as connection:
        names = [f"`{row[0]}`" for row in connection.execute(text("SHOW TABLES"))]
        connection.execute(text(f"ANALYZE TABLE {', '.join(names)}"))
    engine.dispose()


def _create(socket: Path) -> None:
    until = time.monotonic() + STARTING
    command = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "--execute=CREATE DATABASE billmgr"]
    while subprocess.run(command, capture_output=True, check=False).returncode:
        if time.monotonic() > until:
            raise TimeoutError("mariadbd did not start")
        time.sleep(0.2)
