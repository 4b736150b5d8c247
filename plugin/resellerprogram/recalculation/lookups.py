"""What forms and pages ask the panel: a name, an account's discounts, what there is to choose from.

Nothing here touches a list's filter, so none of it has to wait for a run. What an earlier run kept is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..panel import discounts
from ..panel.calls import Panel
from ..panel.connection import Access, open_panel
from ..panel.errors import MissingObject
from ..programme.errors import MemberError
from ..programme.ids import AccountId
from ..programme.ownership import FoundDiscount
from ..programme.settings import Settings
from ..programme.text import Text
from ..store import Store
from ..store.notes import FACTS

if TYPE_CHECKING:
    from ..panel.directory import Choices, NamedType, ServiceTypeId, Tariff
    from ..programme.members import Account


def access_of(settings: Settings) -> Access:
    """How these settings reach the panel."""
    return Access(settings.panel_url, settings.panel_certificate, settings.employee)


def no_client(account: AccountId) -> MemberError:
    return MemberError(Text("the panel has no client {account}", "в панели нет клиента {account}")(account=account))


def named_client(root: Path, store: Store, account: AccountId) -> Account:
    """The client as the panel's own form names it. Raises MemberError when there is none, PanelError."""
    from ..panel import directory

    with _panel(root, store) as panel:
        try:
            return directory.client_by_form(panel, account)
        except MissingObject:
            raise no_client(account) from None


def personal_discounts(root: Path, store: Store, account: AccountId, language: str) -> list[FoundDiscount]:
    """The account's discounts in the panel now, ours and others: one call. Raises PanelError."""
    with _panel(root, store) as panel:
        return discounts.listed(panel, account, language)


def account_of_session(root: Path, store: Store, user: str, now: datetime) -> AccountId | None:
    """The account of a client's user, as the panel says at this moment: one call, remembered. Raises PanelError."""
    from ..panel import directory
    from ..store.users import ClientUser

    with _panel(root, store) as panel:
        found = directory.user_as_seen(panel, user)
    if found:
        store.users.remember(ClientUser(found.id, found.name, found.account), now)
    return found.account if found else None


def types_and_tariffs(
    root: Path, store: Store, language: str
) -> tuple[Mapping[ServiceTypeId, NamedType], Sequence[Tariff]]:
    """The panel's service types by internal name, and its tariffs. Raises PanelError."""
    from ..panel import directory

    known = {directory.ServiceTypeId(int(number)): name for number, name in _kept(store).get("type_names", {}).items()}
    with _panel(root, store) as panel:
        return directory.types_and_tariffs(panel, known, language)


def choices_for_settings(root: Path, store: Store, language: str) -> Choices:
    """What the panel has that a setting may name. Raises PanelError."""
    from ..panel import directory

    kept = _kept(store)
    with _panel(root, store) as panel:
        return directory.choices(panel, language, kept.get("providers"), kept.get("currency_signs"))


def name_services(root: Path, store: Store, trees: Sequence[str]) -> None:
    """Have a name for everything that these discounts are for. Raises PanelUnreachable."""
    from .scopes import read_names, scope_names

    lacking = [tree for tree in trees if scope_names(store).lacks(tree)]
    if lacking:
        with _panel(root, store) as panel:
            read_names(panel, store, lacking[0])


@contextmanager
def _panel(root: Path, store: Store) -> Iterator[Panel]:
    """The panel, in the name of the employee whom an earlier run found: nobody has to be looked for."""
    way = access_of(store.settings.current())
    employee = way.employee or _kept(store).get("employee")
    with open_panel(root, Access(way.url, way.certificate, employee), False) as panel:
        yield panel


def _kept(store: Store) -> Mapping[str, Any]:
    """What the last run kept of the panel, however old: enough to offer something."""
    kept = store.notes.read(FACTS)
    return kept["facts"] if kept else {}
