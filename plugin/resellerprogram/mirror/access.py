"""How the panel reaches its database: by its own configuration (reference, G.1; scale 1). Nobody types a password."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..programme.text import Text
from ..programme.values import dataclass
from .errors import MirrorUnreachable

if TYPE_CHECKING:
    from .server import Server

_FILES = ("billmgr.conf", "billmgr.conf.d/*.conf")
_SOCKETS = ("/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock")  # noqa: S108  the vendor's
"""Where the panel's own library looks for a server on this host that no `DBSocket` names."""
_NO_PACKAGE = Text(
    "PyMySQL is missing; run `install.sh upgrade --mirror`",
    "нет пакета PyMySQL: запустите `install.sh upgrade --mirror`",
)


@dataclass(frozen=True)
class DatabaseAccess:
    """Where the panel's database is, and as whom it is used there; `socket` empty: by host and port."""

    host: str
    user: str
    password: str
    name: str
    socket: str

    def __repr__(self) -> str:
        """A password is in no log."""
        return f"{self.user}@{self.socket or self.host}/{self.name}"


def access_of(root: Path, schema: str = "") -> DatabaseAccess:
    """As the panel in `root` is configured; `schema` takes the place of the panel's own. Raises MirrorUnreachable."""
    values: dict[str, str] = {}
    try:
        for pattern in _FILES:
            for file in sorted((root / "etc").glob(pattern)):
                values.update(_values(file.read_text(encoding="utf-8", errors="replace")))
    except OSError as error:
        raise MirrorUnreachable(error) from error
    if not values.get("DBUser"):
        raise MirrorUnreachable(
            Text(
                "{folder}/billmgr.conf and billmgr.conf.d don't say how the panel reaches its database (DBUser)",
                "в {folder}/billmgr.conf и billmgr.conf.d не указано, как панель подключается к базе (DBUser)",
            )(folder=root / "etc")
        )
    host = values.get("DBHost", "localhost")
    socket = values.get("DBSocket") or next(filter(os.path.exists, _SOCKETS), "")
    return DatabaseAccess(
        host,
        values["DBUser"],
        values.get("DBPassword", ""),
        schema or values.get("DBName", "billmgr"),
        socket if host == "localhost" else "",  # as the panel's own library does
    )


def connect(root: Path, schema: str = "") -> Server:
    """A connection to the database of the panel in `root`. PyMySQL is loaded only here. Raises MirrorUnreachable."""
    if find_spec("pymysql") is None:
        raise MirrorUnreachable(_NO_PACKAGE)
    from .server import Server

    return Server(access_of(root, schema))


def _values(text: str) -> dict[str, str]:
    """`Key value`, a line each; what else the file says is not ours."""
    lines = (line.strip().split(None, 1) for line in text.split("\n"))
    return {words[0]: words[1] for words in lines if len(words) > 1 and words[0].startswith("DB")}
