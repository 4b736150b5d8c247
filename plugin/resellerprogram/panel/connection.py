"""Opening the panel: which transport, in whose name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ..programme.errors import SettingError, of_file
from ..programme.text import Text, short
from ..programme.values import dataclass
from .calls import Employee, Panel, find_employee
from .errors import Call, PanelError
from .standstill import check_may_write
from .transport import Mgrctl, Retrying, Transport


@dataclass(frozen=True)
class Access:
    """How to reach the panel beside mgrctl: the HTTPS address ('' for none), the certificate to trust there
    ('' for the system's authorities), and the employee to act as (None: the first that works)."""

    url: str = ""
    certificate: str = ""
    employee: str | None = None


_NO_CERTIFICATE = Text("there is no certificate in it", "в нём нет сертификата")


def check_certificate(file: str) -> None:
    """Raises SettingError for a file that can't be trusted. Takes a module that takes long to load."""
    import ssl

    from ..programme.settings import SETTINGS

    if not file:
        return
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        why = _NO_CERTIFICATE if isinstance(error, ssl.SSLError) else of_file(error)
        raise SettingError(
            Text(
                "The file “{file}” does not fit the setting {setting}: {why}. Name a file with a certificate.",
                "Файл «{file}» не подходит для настройки {setting}: {why}. Укажите файл с сертификатом.",
            )(file=short(file, 100), setting=SETTINGS["panel_certificate"].called, why=why),
            "panel_certificate",
        ) from None


@contextmanager
def open_panel(root: Path, way: Access, large: bool = False) -> Iterator[Panel]:
    """The panel in the folder `root`: by mgrctl, for `large` runs by HTTPS while that works."""
    mgrctl: Transport = Mgrctl(root)
    transport = mgrctl
    if large and way.url:
        from .https import Https, HttpsOrMgrctl

        transport = HttpsOrMgrctl(Https(way.url, mgrctl, way.certificate), mgrctl)
    panel = Panel(Retrying(transport))
    panel.check_may_write = partial(check_may_write, root)
    try:
        panel.employee = Employee(way.employee) if way.employee else find_employee(panel)
        yield panel
    finally:
        panel.close()


def https_problem(root: Path, way: Access) -> Text | None:
    """Why large runs can't use HTTPS; None when they can."""
    if not way.url:
        return Text("panel_url is empty", "настройка panel_url пуста")
    from .https import Https

    https = Https(way.url, Mgrctl(root), way.certificate)
    try:
        https.log_in()
        https.send(Call("whoami"))
    except PanelError as error:
        return error.text
    finally:
        https.close()
    return None
