"""The settings of the programme: what they mean, their defaults, what they accept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ..programme import bounds
from ..programme.errors import SettingError
from ..programme.hosts import is_of_this_host
from ..programme.ids import ProviderId
from ..programme.limits import DropLimit
from ..programme.members import GroupId, MemberRule
from ..programme.text import Text, short

EMPLOYEE_LEVEL, FULL_LEVEL = 29, 30
"""Staff, and an administrator whose rights nobody has limited (reference, E.3)."""
_MOST_DIGITS = 30
NOTICE_KINDS = ("rose", "will_fall", "fell")


@dataclass(frozen=True)
class Exclusive:
    """What of R9 is on: other personal discounts are set aside, promo codes are refused, and 0 % discounts keep
    promotions out of the service types that the programme does not cover."""

    others_set_aside: bool = True
    promo_codes_refused: bool = True
    promotions_everywhere: bool = False


@dataclass(frozen=True)
class Settings:
    """The settings in force. `provider` and `employee` None mean: find it in the panel. Not `automatic`: only the
    command line writes. `client_notices` are the kinds (see programme/notices.py) of which clients are told, a coming
    fall `warn_days` before; `joining` lets them join and leave by themselves."""

    provider: ProviderId | None
    currency: str
    members: MemberRule
    window_months: int
    excluded_payment_methods: tuple[str, ...]
    drop_limit: DropLimit
    exclusive: Exclusive
    discount_names: str
    notifications: bool
    client_notices: tuple[str, ...]
    warn_days: int
    joining: bool
    automatic: bool
    employee: str | None
    panel_url: str
    panel_certificate: str
    unreadable: tuple[SettingError, ...] = ()
    """Of those that must be known: their stored texts can't be read, the defaults stand in where one only looks."""

    def check(self) -> None:
        """Raises SettingError where something that must be known is not: no run goes by a default instead."""
        if self.unreadable:
            raise self.unreadable[0]


@dataclass(frozen=True)
class Setting:
    """One setting: its default as text, how a text is read (raises ValueError), what it is about, and from which level
    on an administrator may change it. `accept` raises ValueError for what must not be set, and may be there already.
    Without one that is not `vital` (not about money, members or in whose name we act) everything goes on."""

    name: str
    default: str
    read: Callable[[str], Any]
    about: Text
    level: int = EMPLOYEE_LEVEL
    accept: Callable[[str], object] = str
    vital: bool = True


def _members(text: str) -> MemberRule:
    kind, _, group = text.partition(":")
    if text in ("all", "enrolled"):
        return MemberRule(everybody=text == "all")
    if kind == "group":
        return MemberRule(everybody=False, group=GroupId(bounds.whole(group)))
    raise ValueError(text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isalpha() or not text.isascii():
        raise ValueError(text)
    return text.upper()


def _percent(text: str) -> Decimal:
    value = bounds.percent(text)
    if not 0 <= value <= 100:
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    return bounds.whole(text)


def _months(text: str) -> int:
    value = _count(text)
    if not 1 <= value <= 12:
        raise ValueError(text)
    return value


def _days(text: str) -> int:
    value = _count(text)
    if not 1 <= value <= 28:
        raise ValueError(text)
    return value


def _some_of(*words: str) -> Callable[[str], tuple[str, ...]]:
    """Reads any of these words, separated by commas; none is written `off`."""

    def read(text: str) -> tuple[str, ...]:
        found = () if text == "off" else _list(text)
        if any(word not in words for word in found):
            raise ValueError(text)
        return found

    return read


def _word(*words: str) -> Callable[[str], str]:
    """Reads one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


def _one_of(*words: str) -> Callable[[str], bool]:
    """Reads one of two words; true for the first."""

    def read(text: str) -> bool:
        if text not in words:
            raise ValueError(text)
        return text == words[0]

    return read


def _of_this_host(text: str) -> None:
    if text and not is_of_this_host(text):
        raise ValueError(text)


def _certificate(text: str) -> None:
    """A file that can be trusted. Takes a module that takes long to load, for an administrator only."""
    import ssl

    if not text:
        return
    try:
        ssl.create_default_context(cafile=text)
    except OSError:
        raise ValueError(text) from None


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "provider",
            "",
            lambda text: ProviderId(_count(text)) if text else None,
            Text(
                "id of the provider (project) whose programme this is; empty: the panel's first",
                "id провайдера (проекта), чья это программа; пусто: первый в панели",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "currency",
            "RUB",
            _currency,
            Text("currency of the thresholds, as an ISO code", "валюта порогов, код ISO"),
            FULL_LEVEL,
        ),
        Setting(
            "members",
            "all",
            _members,
            Text(
                "who takes part: all, enrolled, or group:ID of a client group",
                "кто участвует: all — все, enrolled — записанные вручную, group:ID — группа клиентов",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "window_months",
            "1",
            _months,
            Text(
                "for how many calendar months a payment counts, 1 to 12",
                "сколько календарных месяцев учитывается платёж, от 1 до 12",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "excluded_payment_methods",
            "",
            _list,
            Text(
                "payment methods that don't count: ids, names or modules, separated by commas",
                "методы оплаты, которые не учитываются: id, названия или модули, через запятую",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "drop_limit_percent",
            "20",
            _percent,
            Text(
                "a run that would lower or remove more than this share of all discounts (percent) stops",
                "пересчёт, который снизил бы или снял больше этой доли всех скидок (в процентах), останавливается",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "drop_limit_count",
            "10",
            _count,
            Text(
                "so many discounts may be lowered or removed whatever the share",
                "столько скидок можно снизить или снять при любой доле",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "other_discounts",
            "set_aside",
            _one_of("set_aside", "leave"),
            Text(
                "other personal discounts of an account with a tier: set_aside (and put back afterwards) or leave "
                "(and report)",
                "другие персональные скидки клиента с уровнем: set_aside — откладываются и потом возвращаются, "
                "leave — остаются, о них сообщается",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "promo_codes",
            "refuse",
            _one_of("refuse", "allow"),
            Text(
                "promo codes of a client whose account has a tier: refuse or allow",
                "промокоды клиента с уровнем: refuse — отклоняются, allow — принимаются",
            ),
            vital=False,
        ),
        Setting(
            "promotions",
            "covered",
            _one_of("everywhere", "covered"),
            Text(
                "where automatic promotions lose against a tier: on the covered service types, or everywhere (0 % "
                "discounts on all others; `doctor --try-on` must have confirmed it)",
                "где акции уступают уровню: covered — на типах услуг программы, everywhere — везде (скидки 0 % на "
                "остальных; сначала это должен подтвердить `doctor --try-on`)",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "discount_names",
            "both",
            _word("both", "en", "ru"),
            Text(
                "in which language discounts are named: both (each client reads their own), en or ru",
                "на каком языке названы скидки: both (каждый клиент читает на своём), en или ru",
            ),
            vital=False,
        ),
        Setting(
            "notifications",
            "on",
            _one_of("on", "off"),
            Text(
                "on: the administrator is notified in the panel when no run has succeeded for 26 hours",
                "on: администратор получает уведомление в панели, если 26 часов не было успешного пересчёта",
            ),
            vital=False,
        ),
        Setting(
            "client_notices",
            ",".join(NOTICE_KINDS),
            _some_of(*NOTICE_KINDS),
            Text(
                "of what clients are notified in the panel: rose, will_fall, fell, separated by commas, or off",
                "о чём клиенты получают уведомления в панели: rose — уровень вырос, will_fall — скоро снизится, "
                "fell — снизился, через запятую; off — ни о чём",
            ),
            vital=False,
        ),
        Setting(
            "warn_days",
            "3",
            _days,
            Text(
                "how many days before a fall clients are warned, 1 to 28",
                "за сколько дней предупреждать о снижении уровня, от 1 до 28",
            ),
            vital=False,
        ),
        Setting(
            "joining",
            "off",
            _one_of("on", "off"),
            Text(
                "on: clients join and leave the programme by themselves; off: only the administrator decides",
                "on: клиенты вступают в программу и выходят из неё сами; off: решает только администратор",
            ),
            vital=False,
        ),
        Setting(
            "automatic",
            "on",
            _one_of("on", "off"),
            Text(
                "on: payments and the nightly run change discounts by themselves; off: only `apply` does",
                "on: платежи и ночной пересчёт меняют скидки сами; off: только `apply`",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "employee",
            "",
            lambda text: text or None,
            Text(
                "login of the employee in whose name the panel is called; empty: the first that works",
                "логин сотрудника, от имени которого вызывается панель; пусто: первый подходящий",
            ),
            FULL_LEVEL,
        ),
        Setting(
            "panel_url",
            "https://localhost:1500/billmgr",
            str,
            Text(
                "address of the panel on this host (localhost, 127.0.0.1 or ::1) for large runs; empty: mgrctl",
                "адрес панели на этом сервере (localhost, 127.0.0.1 или ::1) для больших пересчётов; пусто: mgrctl",
            ),
            FULL_LEVEL,
            accept=_of_this_host,
            vital=False,
        ),
        Setting(
            "panel_certificate",
            "",
            str,
            Text(
                "file with the certificate to trust at that address; empty: the system's authorities",
                "файл с сертификатом, которому верить по этому адресу; пусто: системные",
            ),
            FULL_LEVEL,
            accept=_certificate,
            vital=False,
        ),
    )
}


class SettingStore:
    """Settings as the administrator left them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def texts(self) -> dict[str, str]:
        """Every setting as text, defaults included."""
        stored = dict(self._connection.execute("SELECT name, value FROM setting").fetchall())
        return {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}

    def current(self) -> Settings:
        """Those in force; nothing is raised, see `Settings.unreadable`."""
        return settings_of(self.texts())

    def problems(self) -> list[Text]:
        """What of the stored texts is not as it would be taken today: an older release may have taken it."""
        return [problem for problem in (_problem(name, text) for name, text in self.texts().items()) if problem]

    def set(self, name: str, text: str) -> None:
        """Store a setting. Raises SettingError for an unknown name or a value that can't be used."""
        check(name, text)
        self._connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, text.strip()))


def check(name: str, text: str) -> Any:
    """The value that `text` stands for, when it may be set. Raises SettingError."""
    value = _read(name, text)
    try:
        SETTINGS[name].accept(text.strip())
    except ValueError:
        raise _can_not_be(SETTINGS[name], text) from None
    return value


def _read(name: str, text: str) -> Any:
    setting = SETTINGS.get(name)
    if setting is None:
        raise SettingError(
            Text("there is no setting {name!r}; there are: {names}", "нет настройки {name!r}; есть: {names}")(
                name=name, names=", ".join(SETTINGS)
            )
        )
    try:
        return setting.read(bounds.line(text.strip(), name, bounds.LONGEST_SETTING))
    except ValueError:
        raise _can_not_be(setting, text) from None


def _can_not_be(setting: Setting, text: str) -> SettingError:
    return SettingError(
        Text("{name} can't be {text!r}: {about}", "{name} не может быть {text!r}: {about}")(
            name=setting.name, text=short(text, 100), about=setting.about
        ),
        setting.name,
    )


def _stored(name: str, text: str) -> Any:
    """The value of a text that may be an older release's: 20.000 and 1e1 were figures to it. Raises SettingError."""
    try:
        return _read(name, text)
    except SettingError as error:
        try:
            return SETTINGS[name].read(_as_today(text))
        except ValueError:
            raise error from None


def _as_today(text: str) -> str:
    """A figure as it is written today, of a group too; any other text as it is. Raises ValueError."""
    kind, colon, figure = text.strip().rpartition(":")
    try:
        number = Decimal(figure)
    except InvalidOperation:
        return text.strip()
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(text)
    return f"{kind}{colon}{bounds.written(number)}"


def _problem(name: str, text: str) -> Text | None:
    try:
        _read(name, text)
        return None
    except SettingError as error:
        refused = error.text
    try:
        _stored(name, text)
    except SettingError:
        stands_in = Text(
            "the default {default!r} stands in for it; set it anew", "вместо неё действует {default!r}; задайте заново"
        )(default=SETTINGS[name].default)
        stopped = Text("nothing is recalculated until it is set anew", "до исправления ничего не пересчитывается")
        outcome = stopped if SETTINGS[name].vital else stands_in
    else:
        outcome = Text(
            "it is understood as the release before did; set it anew", "понята, как в прежней версии; задайте заново"
        )
    return Text("setting {refused}: {outcome}", "настройка {refused}: {outcome}")(refused=refused, outcome=outcome)


def settings_of(texts: Mapping[str, str]) -> Settings:
    """Settings from their texts; where one can't be read, its default stands in."""
    values, unreadable = {}, []
    for name, setting in SETTINGS.items():
        try:
            values[name] = _stored(name, texts[name])
        except SettingError as error:
            values[name] = setting.read(setting.default)
            if setting.vital:
                unreadable.append(error)
    return Settings(
        provider=values["provider"],
        currency=values["currency"],
        members=values["members"],
        window_months=values["window_months"],
        excluded_payment_methods=values["excluded_payment_methods"],
        drop_limit=DropLimit(values["drop_limit_percent"], values["drop_limit_count"]),
        exclusive=Exclusive(values["other_discounts"], values["promo_codes"], values["promotions"]),
        discount_names=values["discount_names"],
        notifications=values["notifications"],
        client_notices=values["client_notices"],
        warn_days=values["warn_days"],
        joining=values["joining"],
        automatic=values["automatic"],
        employee=values["employee"],
        panel_url=values["panel_url"],
        panel_certificate=values["panel_certificate"],
        unreadable=tuple(unreadable),
    )
