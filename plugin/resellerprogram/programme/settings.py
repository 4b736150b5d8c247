"""Every setting of the programme, declared once: name, default, kind with its bounds, its place in the form and the
words there, what it means, who may change it, and what its change asks for.

The form, the command, the checks and the documents follow from here. What the panel and a reader of the documents get
as a file is written from here by `python -m tests.copies`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from decimal import Decimal

from .errors import SettingError
from .hosts import is_of_this_host
from .ids import ProviderId
from .kinds import Currency, Flag, Kind, Line, Members, OneOf, Percent, Provider, SomeOf, Whole
from .limits import DropLimit
from .members import MemberRule
from .notices import NAMES as NOTICES
from .text import Text
from .values import dataclass

EMPLOYEE_LEVEL, FULL_LEVEL = 29, 30
"""Staff, and an administrator whose rights nobody has limited (reference, E.3)."""
NOTICE_KINDS = tuple(kind.value for kind in NOTICES)


class Group(enum.Enum):
    """The groups of the form, in its order."""

    WHO = "who"
    WHAT_COUNTS = "what_counts"
    EXCLUSIVE = "exclusive"
    SAFETY = "safety"
    CLIENTS = "clients"
    NAMES = "names"
    CONNECTION = "connection"


GROUP_TITLES = {
    Group.WHO: Text("Provider and members", "Провайдер и участники"),
    Group.WHAT_COUNTS: Text("What counts", "Что учитывается"),
    Group.EXCLUSIVE: Text("While a client has a tier", "Пока у клиента есть статус"),
    Group.SAFETY: Text("Safety", "Безопасность"),
    Group.CLIENTS: Text("For clients", "Для клиентов"),
    Group.NAMES: Text("Names of discounts", "Названия скидок"),
    Group.CONNECTION: Text("Connection to the panel", "Связь с панелью"),
}


@dataclass(frozen=True)
class Exclusive:
    """What of R9 is on: other personal discounts are set aside, promo codes are refused, and 0 % discounts keep
    promotions out of the service types that the programme does not cover."""

    others_set_aside: bool = True
    promo_codes_refused: bool = True
    promotions_everywhere: bool = False


@dataclass(frozen=True)
class Settings:
    """The settings in force, under their names. `provider` None: the panel's first; `employee` empty: the first that
    works. Not `automatic`: only the command line writes. `client_notices` are the kinds (see programme/notices.py) of
    which clients are told, a coming fall `warn_days` before; `joining` lets them join and leave by themselves. Details
    of decisions older than `history_months` are not kept; 0: all are."""

    provider: ProviderId | None
    currency: str
    members: MemberRule
    window_months: int
    excluded_payment_methods: tuple[str, ...]
    drop_limit_percent: Decimal
    drop_limit_count: int
    verify_days: int
    other_discounts: bool
    promo_codes: bool
    promotions: bool
    discount_names: str
    notifications: bool
    client_notices: tuple[str, ...]
    warn_days: int
    joining: bool
    history_months: int
    automatic: bool
    employee: str
    panel_url: str
    panel_certificate: str
    mirror: bool
    mirror_schema: str
    unreadable: tuple[SettingError, ...] = ()
    """Of those that must be known: their stored texts can't be read, the defaults stand in where one only looks."""

    @property
    def drop_limit(self) -> DropLimit:
        return DropLimit(self.drop_limit_percent, self.drop_limit_count)

    @property
    def exclusive(self) -> Exclusive:
        return Exclusive(self.other_discounts, self.promo_codes, self.promotions)

    def check(self) -> None:
        """Raises SettingError where something that must be known is not: no run goes by a default instead."""
        if self.unreadable:
            raise self.unreadable[0]


@dataclass(frozen=True)
class Setting:
    """One setting.

    `label` and `hint` stand in the form, `about` is told by the command and the documents. From `level` on an
    administrator may change it. `asks_panel`: a change is compared with the panel. `may_lower`: a change can lower or
    end discounts that the programme has given. `accept` raises ValueError for what must not be set, and may be there
    already. Without one that is not `vital` (not about money, members or in whose name we act) everything goes on.
    """

    name: str
    default: str
    kind: Kind
    group: Group
    label: Text
    hint: Text
    about: Text
    level: int = FULL_LEVEL
    asks_panel: bool = False
    may_lower: bool = False
    vital: bool = True
    accept: Callable[[str], object] = str

    @property
    def called(self) -> Text:
        """'“Warn before a drop, days” (warn_days)': as the form has it, and as the command does."""
        return Text("“{label}” ({name})", "«{label}» ({name})")(label=self.label, name=self.name)


def _of_this_host(text: str) -> None:
    if text and not is_of_this_host(text):
        raise ValueError(text)


MEMBER_RULES = {
    "all": Text("every client", "все клиенты"),
    "group": Text("clients in a group", "клиенты из группы"),
    "enrolled": Text("included by hand", "включённые вручную"),
}
_NAMES = {
    "both": Text("each client reads their own language", "каждый клиент читает на своём языке"),
    "en": Text("English", "английский"),
    "ru": Text("Russian", "русский"),
}
_NOTICE_KINDS = Text(
    ", ".join(f"{kind.value} ({text.en})" for kind, text in NOTICES.items()),
    ", ".join(f"{kind.value} — {text.ru}" for kind, text in NOTICES.items()),
)

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "provider",
            "",
            Provider(),
            Group.WHO,
            Text("Provider", "Провайдер"),
            Text("Payments to other providers do not count", "Платежи другим провайдерам не учитываются"),
            Text(
                "id of the provider whose program this is; empty: the panel's first",
                "id провайдера, чья это программа; пусто: первый в панели",
            ),
            asks_panel=True,
            may_lower=True,
        ),
        Setting(
            "currency",
            "RUB",
            Currency(),
            Group.WHO,
            Text("Currency", "Валюта"),
            Text(
                "Of the thresholds; other currencies are converted by the rate of the day",
                "Валюта порогов; другие валюты пересчитываются по курсу дня",
            ),
            Text("currency of the thresholds, as an ISO code", "валюта порогов, код ISO"),
            asks_panel=True,
            may_lower=True,
        ),
        Setting(
            "members",
            "all",
            Members(MEMBER_RULES),
            Group.WHO,
            Text("Who is a member", "Кто участвует"),
            Text("Single clients: page Members", "Отдельные клиенты: страница «Участники»"),
            Text(
                "all (every client is a member), enrolled (those included by hand) or group:ID (those of a client "
                "group)",
                "all (участвуют все), enrolled (включённые вручную) или group:ID (группа клиентов)",
            ),
            asks_panel=True,
            may_lower=True,
        ),
        Setting(
            "window_months",
            "1",
            Whole(1, 12),
            Group.WHAT_COUNTS,
            Text("Period, months", "Период, месяцев"),
            Text("For how many calendar months a payment counts", "Сколько календарных месяцев учитывается платёж"),
            Text(
                "for how many calendar months a payment counts, 1 to 12",
                "сколько календарных месяцев учитывается платёж, от 1 до 12",
            ),
            may_lower=True,
        ),
        Setting(
            "excluded_payment_methods",
            "",
            SomeOf(),
            Group.WHAT_COUNTS,
            Text("Payment methods not counted", "Не учитывать методы оплаты"),
            Text("Payments by them do not count", "Платежи ими не учитываются"),
            Text(
                "ids, names or modules of payment methods that don't count, separated by commas",
                "id, названия или модули методов оплаты, которые не учитываются, через запятую",
            ),
            asks_panel=True,
            may_lower=True,
        ),
        Setting(
            "other_discounts",
            "set_aside",
            Flag("set_aside", "leave"),
            Group.EXCLUSIVE,
            Text("Suspend other personal discounts", "Приостанавливать другие персональные скидки"),
            Text("Restored when the tier ends", "Восстановятся, когда статус закончится"),
            Text(
                "set_aside (other personal discounts of a client with a tier are suspended, and restored "
                "afterwards) or leave (they stay, and are reported)",
                "set_aside (другие персональные скидки клиента со статусом приостанавливаются и потом "
                "восстанавливаются) или leave (остаются, о них сообщается)",
            ),
        ),
        Setting(
            "promo_codes",
            "refuse",
            Flag("refuse", "allow"),
            Group.EXCLUSIVE,
            Text("Refuse promo codes", "Отклонять промокоды"),
            Text("With a message in the client's language", "С сообщением на языке клиента"),
            Text(
                "refuse or allow (promo codes of a client with a tier)",
                "refuse (промокоды клиента со статусом отклоняются) или allow (принимаются)",
            ),
            level=EMPLOYEE_LEVEL,
            vital=False,
        ),
        Setting(
            "promotions",
            "covered",
            Flag("everywhere", "covered"),
            Group.EXCLUSIVE,
            Text("Block promotions on all services", "Отключать промоакции на всех услугах"),
            Text(
                "Sets a 0 % discount on all other services. First check it on a test client: Health → Check the panel",
                "Ставит скидку 0 % на остальные услуги. Сначала проверьте на тестовом клиенте: "
                "«Состояние» → «Проверить панель»",
            ),
            Text(
                "covered (automatic promotions lose against a tier on the covered product types) or everywhere "
                "(also on all others, by 0 % discounts; `doctor --try-on` must have confirmed it)",
                "covered (промоакции уступают скидкам программы на её типах продуктов) или everywhere (и на "
                "остальных, скидками 0 %; сначала это должен подтвердить `doctor --try-on`)",
            ),
            asks_panel=True,
        ),
        Setting(
            "automatic",
            "on",
            Flag(),
            Group.SAFETY,
            Text("Change discounts automatically", "Менять скидки автоматически"),
            Text(
                "After payments and at night. Off: only by “Apply”",
                "После платежей и ночью. Выключено — только кнопкой «Применить»",
            ),
            Text(
                "on (payments and the nightly recalculation change discounts by themselves) or off (only `apply` does)",
                "on (платежи и ночной пересчёт меняют скидки сами) или off (только `apply`)",
            ),
        ),
        Setting(
            "drop_limit_percent",
            "20",
            Percent(),
            Group.SAFETY,
            Text("Drop limit, % of all discounts", "Лимит снижений, % всех скидок"),
            Text(
                "A recalculation that would lower or remove more stops",
                "Если пересчёт снизит или отменит больше, он остановится",
            ),
            Text(
                "a percent of all discounts, 0 to 100; a recalculation that would lower or remove more stops",
                "доля всех скидок в процентах, от 0 до 100; если пересчёт снизит или отменит больше, он остановится",
            ),
        ),
        Setting(
            "drop_limit_count",
            "10",
            Whole(),
            Group.SAFETY,
            Text("Drop limit, at least", "Лимит снижений, не меньше штук"),
            Text("Always allowed", "Столько можно всегда"),
            Text(
                "how many discounts may be lowered or removed whatever the share, 0 or more",
                "сколько скидок можно снизить или отменить всегда, 0 или больше",
            ),
        ),
        Setting(
            "verify_days",
            "28",
            Whole(1, 90),
            Group.SAFETY,
            Text("Everybody is verified within, days", "Каждый проверяется не реже, чем раз в, дней"),
            Text(
                "Beyond 2,000 members a night asks the panel about those for whom something changed, and about a share "
                "of the others",
                "Если участников больше 2000, ночной пересчёт спрашивает панель о тех, у кого что-то изменилось, и о "
                "части остальных",
            ),
            Text(
                "within how many days each member is verified, 1 to 90; beyond 2,000 members a night asks the "
                "panel about those for whom something changed, and about such a share of the others",
                "за сколько дней проверяется каждый участник, от 1 до 90; если их больше 2000, ночной пересчёт "
                "спрашивает панель о тех, у кого что-то изменилось, и о такой части остальных",
            ),
            vital=False,
        ),
        Setting(
            "notifications",
            "on",
            Flag(),
            Group.SAFETY,
            Text(
                "Notify me when there was no full recalculation for 26 hours",
                "Уведомлять, если 26 часов не было пересчёта",
            ),
            Text("A notification in the panel, once a day", "Уведомление в панели, раз в день"),
            Text(
                "on or off (whether the administrator is notified in the panel when there was no full "
                "recalculation for 26 hours)",
                "on (администратор получает уведомление в панели, если 26 часов не было успешного пересчёта) или off",
            ),
            level=EMPLOYEE_LEVEL,
            vital=False,
        ),
        Setting(
            "history_months",
            "36",
            Whole(0, 1200),
            Group.SAFETY,
            Text("Keep details, months", "Хранить подробности, мес."),
            Text(
                "Older ones go for good, turnover and tier stay; 0: keep all",
                "Старые удаляются навсегда, оборот и статус остаются; 0: хранить всё",
            ),
            Text(
                "for how many months the payments and changes behind a calculation are kept, 0 to 1200; older ones "
                "go for good, turnover and tier stay; 0: all are kept",
                "сколько месяцев хранятся платежи и изменения каждого расчёта, от 0 до 1200; более старые "
                "удаляются навсегда, оборот и статус остаются; 0: хранится всё",
            ),
            vital=False,
        ),
        Setting(
            "joining",
            "off",
            Flag(),
            Group.CLIENTS,
            Text("Clients join and leave by themselves", "Клиенты вступают и выходят сами"),
            Text(
                "With a button in the client area, after a page that tells what they get and what is suspended",
                "Кнопкой в кабинете, после страницы о том, что они получат и что будет приостановлено",
            ),
            Text(
                "on (clients join and leave the program by themselves) or off (only the administrator decides)",
                "on (клиенты вступают в программу и выходят из неё сами) или off (решает только администратор)",
            ),
            level=EMPLOYEE_LEVEL,
            vital=False,
        ),
        Setting(
            "client_notices",
            ",".join(NOTICE_KINDS),
            SomeOf(NOTICE_KINDS),
            Group.CLIENTS,
            Text("Notify clients of", "Уведомлять клиентов"),
            Text(
                "In the panel, each client in their language, of each thing once; a client may switch each off",
                "В панели, на языке клиента, о каждом событии один раз; клиент может отключить любое",
            ),
            Text(
                "any of {kinds}, separated by commas, of which clients are notified in the panel; or off",
                "события через запятую, о которых клиенты получают уведомления в панели ({kinds}); off — ни о чём",
            )(kinds=_NOTICE_KINDS),
            level=EMPLOYEE_LEVEL,
            vital=False,
        ),
        Setting(
            "warn_days",
            "3",
            Whole(1, 28),
            Group.CLIENTS,
            Text("Warn before a drop, days", "Предупреждать о снижении, дней"),
            Text("1 to 28", "От 1 до 28"),
            Text(
                "how many days before a drop clients are warned, 1 to 28",
                "за сколько дней предупреждать о снижении статуса, от 1 до 28",
            ),
            level=EMPLOYEE_LEVEL,
            vital=False,
        ),
        Setting(
            "discount_names",
            "both",
            OneOf(_NAMES),
            Group.NAMES,
            Text("Language", "Язык"),
            Text(
                "Existing discounts keep their names until they change",
                "У существующих названия сменятся при изменении скидки",
            ),
            Text(
                "both (each client reads the names of discounts in their own language), en or ru",
                "both (каждый клиент читает названия скидок на своём языке), en или ru",
            ),
            level=EMPLOYEE_LEVEL,
            vital=False,
        ),
        Setting(
            "employee",
            "",
            Line(100),
            Group.CONNECTION,
            Text("Employee", "Сотрудник"),
            Text(
                "Whose login the program uses. Empty: the first suitable employee",
                "От чьего имени программа обращается к панели. Пусто — первый подходящий сотрудник",
            ),
            Text(
                "login of the employee in whose name the program calls the panel; empty: the first suitable one",
                "логин сотрудника, от имени которого программа обращается к панели; пусто: первый подходящий",
            ),
            asks_panel=True,
        ),
        Setting(
            "panel_url",
            "https://localhost:1500/billmgr",
            Line(200),
            Group.CONNECTION,
            Text("Address for large recalculations", "Адрес для больших пересчётов"),
            Text("Empty: mgrctl only", "Пусто: только mgrctl"),
            Text(
                "address of the panel on this host (localhost, 127.0.0.1 or ::1) for large "
                "recalculations; empty: mgrctl",
                "адрес панели на этом сервере (localhost, 127.0.0.1 или ::1) для больших пересчётов; пусто: mgrctl",
            ),
            asks_panel=True,
            vital=False,
            accept=_of_this_host,
        ),
        Setting(
            "panel_certificate",
            "",
            Line(200),
            Group.CONNECTION,
            Text("Certificate file", "Файл сертификата"),
            Text("Empty: the system's authorities", "Пусто — системные сертификаты"),
            Text(
                "file with the certificate to trust at that address; empty: the system's authorities",
                "файл с сертификатом, которому верить по этому адресу; пусто: системные",
            ),
            asks_panel=True,
            vital=False,
        ),
        Setting(
            "mirror",
            "off",
            Flag("panel", "off"),
            Group.CONNECTION,
            Text("Copy in the panel's database", "Копия в базе панели"),
            Text("For a second machine that can take over", "Для второй машины, которая сможет заменить эту"),
            Text(
                "panel (what the program keeps is also carried into the panel's own MariaDB or MySQL, so that a "
                "second machine can take over) or off",
                "panel (данные программы копируются и в базу самой панели, MariaDB или MySQL, чтобы вторая машина "
                "могла заменить эту) или off",
            ),
            vital=False,
        ),
        Setting(
            "mirror_schema",
            "",
            Line(64),
            Group.CONNECTION,
            Text("Database of the copy", "База для копии"),
            Text("Empty: the panel's own", "Пусто — база панели"),
            Text(
                "another database on the panel's server for that copy; empty: the panel's own",
                "другая база на сервере панели для этой копии; пусто: база самой панели",
            ),
            vital=False,
        ),
    )
}
