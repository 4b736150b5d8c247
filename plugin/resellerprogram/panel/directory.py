"""What the panel has: providers, clients and their groups, service types, currencies and rates, payment methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import NewType

from ..programme.bounds import is_id
from ..programme.ids import AccountId, ProviderId
from ..programme.members import Account
from ..programme.payments import Rate, RateTable
from ..programme.text import LANGUAGES, Text, short
from ..programme.values import dataclass
from . import assumptions
from .answers import Row
from .calls import NO_FILTER, Panel, TooManyRows, in_parts, the_row
from .errors import AccessDenied, Call, IncompleteAnswer, MissingObject, PanelRefusal

Tell = Callable[[str], object]


def _log(odd: str) -> None:
    import logging  # takes time to load, and almost all rows are sound

    logging.getLogger(__name__).warning("a row of the panel can't be read and is left out: %s", odd)


def _with_ids(rows: Iterable[Row], tell: Tell) -> list[Row]:
    """The rows whose id is one; of the others is told, and everything goes on without them."""
    sound = []
    for row in rows:
        if is_id(row.raw("id")):
            sound.append(row)
        else:
            tell(f"{row.call.function}: {short(repr(row.columns()), 200)}")
    return sound


ServiceTypeId = NewType("ServiceTypeId", int)
TariffId = NewType("TariffId", int)


def providers(panel: Panel, tell: Tell = _log) -> dict[ProviderId, str]:
    """The panel's providers (projects) by id; none where the panel does not list them to us."""
    try:
        return {ProviderId(row.number("id")): row.raw("name") for row in _with_ids(panel.rows("project"), tell)}
    except (MissingObject, AccessDenied):
        return {}


def clients(panel: Panel, ending: str = "") -> list[Account]:
    """Every client by id, also where there are more of them than the panel lists at once; or those alone whose id has
    that ending."""

    def read(ids: str) -> list[Row]:
        return panel.rows("account", conditions=assumptions.by_id(ids))

    if ending:
        found = [_account(row) for row in read(assumptions.ids_ending_in(ending))]
        _check_ending(panel, "account", [account.id for account in found], ending)
    else:
        found = in_parts(read, _account)
    return sorted(found, key=lambda account: account.id)


def _check_ending(panel: Panel, function: str, ids: Iterable[object], ending: str) -> None:
    """Raises TooManyRows where the panel does not obey the wildcard."""
    if not all(str(number).endswith(ending) for number in ids):
        raise TooManyRows(Call(function, {"id": assumptions.ids_ending_in(ending)}))


def client(panel: Panel, account: AccountId) -> Account | None:
    """One client, None where the panel has no such account."""
    for row in panel.rows("account", conditions={"filter": "on", "id": str(account)}):
        if row.number("id", "elid") == account:
            return _account(row)
    return None


def _account(row: Row) -> Account:
    """The day of registration is in the reader's time zone (E.7)."""
    try:
        registered = date.fromisoformat(row.raw("tz_registration_date", "registration_date")[:10])
    except ValueError:
        registered = None
    number = AccountId(row.number("id", "elid"))
    return Account(number, row.text("name"), registered, assumptions.has_discount(row))


def client_by_form(panel: Panel, account: AccountId) -> Account:
    """The same by the client's form, which leaves the employee's filters alone. Raises MissingObject."""
    form = panel.call("account.edit", {"elid": account}).values()
    return Account(account, form.get("realname") or form.get("name", ""))


@dataclass(frozen=True)
class User:
    """Who may log in for a client: the panel's user id and login name."""

    id: str
    name: str
    account: AccountId


@dataclass(frozen=True)
class Listed:
    """Users as the panel lists them. Unless `complete`, somebody who is not among them may be there all the same."""

    users: list[User]
    complete: bool


def users(panel: Panel, ending: str = "") -> Listed:
    """The users of all clients, or as many of them as the panel lists; or those alone whose id has that ending."""

    def read(ids: str) -> list[Row]:
        return panel.rows("user", conditions=assumptions.user_filter({"id": ids}) if ids else NO_FILTER)

    if ending:
        found = [_user(row) for row in read(assumptions.ids_ending_in(ending))]
        _check_ending(panel, "user", [user.id for user in found if user], ending)
        return Listed([user for user in found if user], True)
    try:
        found, complete = in_parts(read, _user), True
    except TooManyRows:
        found = [_user(row) for order in ("asc", "desc") for row in panel.capped_rows("user", order)]
        complete = False
    return Listed([user for user in found if user], complete)


def is_employee(panel: Panel, login: str) -> bool:
    """Whether somebody of staff has that login: a client's does not do."""
    try:
        level = panel.call("whoami", {"su": login}).attribute("user", "level")
    except PanelRefusal:
        return False
    return level != assumptions.CLIENT_LEVEL


def employees(panel: Panel) -> dict[str, str]:
    """The login of every employee by user id; none where the panel does not list them."""
    try:
        return {row.raw("id"): row.raw("name") for row in panel.rows("employee")}
    except PanelRefusal:
        return {}


def users_of(panel: Panel, account: AccountId) -> list[User]:
    """The users of one client."""
    rows = panel.rows("user", conditions=assumptions.user_filter({"account_id": str(account)}))
    return [user for user in map(_user, rows) if user and user.account == account]


def account_of_user(panel: Panel, user: str) -> AccountId | None:
    """The client for whom that user logs in."""
    rows = panel.rows("user", conditions=assumptions.user_filter({"id": user}))
    return next((found.account for found in map(_user, rows) if found and found.id == user), None)


def user_as_seen(panel: Panel, user: str) -> User | None:
    """The client's user with that id or login, as the panel sees them; None for anybody else (E.4, whoami). Digits are
    an id: somebody who has them as a login is not meant (R10)."""
    try:
        document = panel.call("whoami", {"su": user})
    except PanelRefusal:
        return None
    number, name, level, account = (document.attribute("user", each) for each in ("id", "name", "level", "account"))
    if user != number and (is_id(user) or user != name):
        return None
    if level != assumptions.CLIENT_LEVEL or not is_id(account):
        return None
    return User(number, name, AccountId(int(account)))


def _user(row: Row) -> User | None:
    """A row that names its account by id; staff has none."""
    account = next((row.raw(name) for name in ("account_id", "account") if is_id(row.raw(name))), "")
    return User(row.raw("id"), row.raw("name"), AccountId(int(account))) if account else None


def client_is_gone(panel: Panel, account: AccountId) -> bool:
    """Whether the panel says in so many words that there is no such account."""
    try:
        panel.call("account.edit", {"elid": account})
    except MissingObject:
        return True
    return False


@dataclass(frozen=True)
class ClientGroup:
    """Who is in a client group, and of whom the panel does not tell. `tells` when its list shows all clients with a
    status; else it shows the members alone (D.2)."""

    tells: bool
    members: frozenset[AccountId]
    doubtful: frozenset[AccountId]

    def has(self, account: AccountId) -> bool | None:
        """None where the panel does not tell."""
        return None if account in self.doubtful else account in self.members


def client_group(panel: Panel, group: int) -> ClientGroup:
    """The whole group. Raises MissingObject or PanelRefusal when there is no such group, IncompleteAnswer where the
    panel tells of nobody whether they are in it."""
    rows = in_parts(lambda ids: panel.rows("accountgroup.account", {"elid": group}, assumptions.by_id(ids)), the_row)
    found, odd = _grouped(rows, assumptions.tells_membership(rows))
    if len(odd) * 2 > len(rows):
        raise odd[0]
    return found


def is_in_group(panel: Panel, group: int, account: AccountId, tells: bool) -> bool | None:
    """One account by its row alone, where it is known whether this panel's list `tells`; None where the row does not.
    Raises as `client_group` does where there is no such group."""
    rows = panel.rows("accountgroup.account", {"elid": group}, assumptions.by_id(str(account)))
    found, _ = _grouped(rows, tells)
    return None if tells and not rows else found.has(account)


def _grouped(rows: list[Row], tells: bool) -> tuple[ClientGroup, list[IncompleteAnswer]]:
    members: set[AccountId] = set()
    odd: dict[AccountId, IncompleteAnswer] = {}
    for row in _with_ids(rows, _log):
        account = AccountId(row.number("id"))
        try:
            if not tells or assumptions.is_group_member(row):
                members.add(account)
        except IncompleteAnswer as error:
            odd[account] = error
    return ClientGroup(tells, frozenset(members), frozenset(odd)), list(odd.values())


def service_types(panel: Panel, tell: Tell = _log) -> dict[ServiceTypeId, str]:
    """The internal name of every service type. The list may not show it; then each type's form does (D.3)."""
    return _internal_names(panel, _with_ids(panel.rows("itemtype"), tell), {})


def type_titles(panel: Panel) -> dict[ServiceTypeId, Text]:
    """What people read of every service type, in both languages; none where the panel does not list them."""
    try:
        en, ru = (
            {ServiceTypeId(row.number("id")): row.text("name") for row in _with_ids(rows, lambda odd: None)}
            for rows in (panel.rows("itemtype", {"lang": language}) for language in LANGUAGES)
        )
    except PanelRefusal:
        return {}
    return {number: Text(name, ru.get(number) or name) for number, name in en.items() if name}


def _internal_names(panel: Panel, rows: list[Row], known: Mapping[ServiceTypeId, str]) -> dict[ServiceTypeId, str]:
    names = {}
    for row in rows:
        number = ServiceTypeId(row.number("id"))
        name = row.raw("intname") or known.get(number)
        if not name:
            try:
                name = panel.call("itemtype.edit", {"elid": number}).value("intname")
            except MissingObject:
                continue  # deleted since the list was read
        names[number] = name
    return names


@dataclass(frozen=True)
class Tariff:
    """A tariff of a service type."""

    id: TariffId
    name: str
    service_type: ServiceTypeId


def tariffs(panel: Panel, tell: Tell = _log) -> list[Tariff]:
    """Every tariff of the panel, by id."""
    return _tariffs(panel, _with_ids(panel.rows("itemtype"), tell), tell=tell)


@dataclass(frozen=True)
class NamedType:
    """A service type as a person chooses it."""

    internal_name: str
    name: str


def types_and_tariffs(
    panel: Panel, known: Mapping[ServiceTypeId, str], language: str
) -> tuple[dict[ServiceTypeId, NamedType], list[Tariff]]:
    """Both in two calls, where the internal names are `known` or the list of types shows them."""
    rows = _with_ids(panel.rows("itemtype", {"lang": language}), _log)
    internal = _internal_names(panel, rows, known)
    shown = {ServiceTypeId(row.number("id")): row.text("name") for row in rows}
    types = {number: NamedType(name, shown[number]) for number, name in internal.items()}
    return types, _tariffs(panel, rows, language)


def _tariffs(panel: Panel, of_types: list[Row], language: str = "en", tell: Tell = _log) -> list[Tariff]:
    types = {row.text("name"): ServiceTypeId(row.number("id")) for row in of_types}
    found = []
    for row in _with_ids(panel.rows("pricelist", {"lang": language}), tell):
        service_type = assumptions.type_of_tariff(row, types)
        if service_type is None:
            tell(f"{row.call.function}, a tariff of an unknown service type: {short(repr(row.columns()), 200)}")
        else:
            found.append(Tariff(TariffId(row.number("id")), row.text("name"), service_type))
    return sorted(found, key=lambda tariff: tariff.id)


@dataclass(frozen=True)
class Choices:
    """What the panel has that a setting may name, each as (key, what people read)."""

    providers: list[tuple[str, str]]
    currencies: list[tuple[str, str]]
    groups: list[tuple[str, str]]
    payment_methods: list[tuple[str, str]]


def choices(
    panel: Panel, language: str, known_providers: Mapping[str, str] | None, known_currencies: Mapping[str, str] | None
) -> Choices:
    """Everything that a form of settings offers; what the panel does not list to us is left empty."""

    def listed(function: str, key: str = "id") -> list[tuple[str, str]]:
        try:
            return [
                (row.raw(key), row.text("name") or row.raw(key)) for row in panel.rows(function, {"lang": language})
            ]
        except PanelRefusal:
            return []

    signs = sorted(set(known_currencies.values())) if known_currencies else []
    return Choices(
        list(known_providers.items()) if known_providers else listed("project"),
        [(iso, iso) for iso in signs] or listed("currency", "iso"),
        listed("accountgroup"),
        listed("paymethod"),
    )


def currency_signs(panel: Panel) -> dict[str, str]:
    """The ISO code for every code and symbol by which an amount may name its currency.

    A symbol that two currencies share names neither.
    """
    rows = panel.rows("currency")
    signs = {row.raw("iso"): row.raw("iso") for row in rows}
    symbols = [row.raw("symbol") for row in rows]
    signs.update((row.raw("symbol"), row.raw("iso")) for row in rows if symbols.count(row.raw("symbol")) == 1)
    signs.pop("", None)
    return signs


class Rates(RateTable):
    """The panel's rates into `currency`, asked for when the first one is needed.

    A rate that can't be used is no rate, and `warn` is told. Without such a list in the panel there are none; where it
    is too long to be read, every question raises TooManyRows: what is missing only because the list was cut would be
    replaced by an older rate.
    """

    def __init__(self, panel: Panel, currency: str, warn: Callable[[Text], None] = lambda warning: None) -> None:
        super().__init__()
        self._panel, self._currency, self._warn = panel, currency, warn
        self._read: RateTable | TooManyRows | None = None

    def in_force(self, currency: str, day: date) -> Rate | None:
        return self.read().in_force(currency, day)

    def read(self) -> RateTable:
        """All of them; asked for once. Raises PanelError."""
        if self._read is None:
            try:
                self._read = self._table()
            except TooManyRows as error:
                self._read = error
        if isinstance(self._read, TooManyRows):
            raise self._read
        return self._read

    def _table(self) -> RateTable:
        currencies = {row.raw("id"): row.raw("iso") for row in self._panel.rows("currency")}
        try:
            rows = _rate_rows(self._panel, currencies)
        except PanelRefusal:
            return RateTable()
        found: list[Rate] = []
        odd: list[str] = []
        for row, iso in rows:
            try:
                rate = assumptions.currency_rate(row, currencies, self._currency, iso)
            except IncompleteAnswer:
                odd.append(_shown_rate(row))
                continue
            if rate:
                found.append(rate)
            if rate and not rate.is_usable:
                odd.append(_shown_rate(row))
        if odd:
            self._warn(
                Text(
                    "{count} rates of the panel can't be used: {rates}",
                    "курсов в панели, которые нельзя использовать: {count}: {rates}",
                )(count=len(odd), rates="; ".join(odd[:5]))
            )
        return RateTable(found)


def _shown_rate(row: Row) -> str:
    shown = (row.raw("id"), row.raw("currency", "currency_iso", "iso"), row.raw("date"), row.raw("rate"))
    return " ".join(filter(None, shown))


def rates(panel: Panel, currency: str, warn: Callable[[Text], None] = lambda warning: None) -> Rates:
    """The panel's rates into `currency`, read when they are needed."""
    return Rates(panel, currency, warn)


def _rate_rows(panel: Panel, currencies: Mapping[str, str]) -> list[tuple[Row, str]]:
    """Every rate, with its currency where only the list tells that: where the panel does not list all rates, or none
    at all, it may list those of one currency (D.5)."""

    def read(ids: str, **whose: str) -> list[Row]:
        return panel.rows("currencyrate", whose, assumptions.by_id(ids))

    refused: TooManyRows | PanelRefusal | None = None
    try:
        whole = [(row, "") for row in in_parts(read, the_row)]
        if whole:
            return whole
    except (TooManyRows, PanelRefusal) as error:
        refused = error
    found, answered, mixed = [], False, False
    for number, iso in currencies.items():
        try:
            rows = in_parts(partial(read, elid=number), the_row)
        except PanelRefusal:
            continue  # a currency without rates, or no such list
        answered = True
        mixed = mixed or any(row.raw("currency", "currency_iso", "iso") not in ("", number, iso) for row in rows)
        found += [(row, iso) for row in rows]
    if refused and (mixed or not answered):
        raise refused
    return [] if mixed else found


@dataclass(frozen=True)
class PaymentMethods:
    """Payment methods picked by the administrator, as payment rows show them."""

    names: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()

    def covers(self, row: Row) -> bool:
        return self.has(row.text("paymethod_name"), row.raw("paymethod_module"))

    def has(self, name: str, module: str) -> bool:
        return name in self.names or module in self.modules


def names_of_methods(panel: Panel, methods: PaymentMethods) -> frozenset[str]:
    """By which names payments show these methods, also those that were picked by their module. Raises PanelError."""
    if not methods.modules:
        return methods.names
    rows = panel.rows("paymethod")
    return methods.names | {row.text("name") for row in rows if row.raw("module") in methods.modules}


def payment_methods(panel: Panel, picked: Iterable[str]) -> tuple[PaymentMethods, list[str]]:
    """The methods picked by id, name (in either language) or module, and the picks that match none."""
    picked = list(picked)
    if not picked:
        return PaymentMethods(), []
    russian = {row.raw("id"): row.text("name") for row in panel.rows("paymethod", {"lang": "ru"})}
    names, modules, matched = set(), set(), set()
    for row in panel.rows("paymethod"):
        name, module = row.text("name"), row.raw("module")
        hits = {pick for pick in picked if pick in (row.raw("id"), name, russian.get(row.raw("id")))}
        if hits:
            names.add(name)
        if module in picked:
            modules.add(module)
            hits.add(module)
        matched |= hits
    return PaymentMethods(frozenset(names), frozenset(modules)), [pick for pick in picked if pick not in matched]
