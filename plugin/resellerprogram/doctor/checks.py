"""Checks of the panel and of what we assume of it, and the notification when nothing has worked for long."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from ..host.clock import clock_file, is_ignored, is_tested
from ..mirror.comparing import Compared, compare
from ..panel.assumptions import ASSUMPTIONS, Assumption, Specimen, examine, type_scope
from ..panel.connection import https_problem
from ..panel.directory import users_of
from ..panel.experiments import notification_is_shown, set_aside_and_put_back, zero_percent_outranks_promotions
from ..panel.notices import notify
from ..panel.standstill import stands_still
from ..programme.errors import MemberError, PanelStandsStill, ResellerProgrammeError
from ..programme.figures import moment
from ..programme.ids import AccountId, ProviderId
from ..programme.outcomes import Finding
from ..programme.text import Text, same
from ..programme.values import dataclass
from ..recalculation.context import Context
from ..recalculation.lookups import access_of
from ..recalculation.run import PATIENCE, working_on
from ..store import Store
from ..store.lock import only_one
from ..store.notes import OVERDUE_TOLD, ZERO_PERCENT_CONFIRMED
from .health import health

_OVERDUE_SUBJECT = Text("Reseller program: no recalculation", "Реселлерская программа: нет пересчёта")

log = logging.getLogger(__name__)


def tell_if_overdue(root: Path, store: Store, now: datetime) -> None:
    """Notify the administrator in the panel, once a day, while no run over all has succeeded for 26 hours."""
    if store.going_live.started() is None:
        return  # nothing is written to the panel before that
    found = health(store, now)
    if (
        not found.overdue
        or found.stands_still
        or not store.settings.current().notifications
        or store.notes.read(OVERDUE_TOLD) == now.date().isoformat()
    ):
        return
    try:
        with (
            only_one(store.folder, "notification", now, PATIENCE),
            working_on(root, store, now.date(), quick=True, writes=False) as context,
        ):
            reader = context.panel.employee or "root"
            notify(context.panel, reader, _provider_of(context), _OVERDUE_SUBJECT, found.problems[0])
    except ResellerProgrammeError as error:
        log.error("the administrator could not be notified: %s", error)
        return
    store.notes.write(OVERDUE_TOLD, now.date().isoformat())


def _provider_of(context: Context) -> ProviderId | None:
    """The programme's, as far as settings and panel tell it: who is to be told what is wrong is told in any case."""
    try:
        return context.provider
    except ResellerProgrammeError:
        return None


@dataclass(frozen=True)
class Check:
    """One line of `doctor`."""

    name: str
    about: Text
    finding: Finding
    matters: bool
    detail: Text


def doctor(root: Path, store: Store, day: date, now: datetime, try_on: AccountId | None = None) -> Iterator[Check]:
    """Check the panel, the settings against it, and every assumption; with `try_on` also what only a write tells,
    on that client. Raises AnotherRunActive."""
    with only_one(store.folder, "doctor", now, PATIENCE):
        try:
            with working_on(root, store, day, writes=False) as context:
                yield Check(
                    "panel",
                    Text("the panel answers", "панель отвечает"),
                    Finding.HOLDS,
                    True,
                    Text("as {who}", "от имени {who}")(who=context.panel.employee or "root"),
                )
                yield _standstill(root, try_on is not None)
                yield _clock(root, now)
                yield _settings(context)
                yield _https(root, context)
                if context.settings.mirror:
                    yield _mirror(root, store)
                specimen = _specimen(context)
                for assumption in ASSUMPTIONS:
                    yield _assumption(context, assumption, specimen)
                if try_on is not None and not stands_still(root):
                    yield from experiments(context, try_on, now)
        except ResellerProgrammeError as error:
            yield Check("panel", Text("the panel answers", "панель отвечает"), Finding.DIFFERS, True, error.text)


def _standstill(root: Path, wanted: bool) -> Check:
    about = Text("changes may be made in this panel", "в этой панели можно менять скидки")
    if stands_still(root):
        return Check("standstill", about, Finding.DIFFERS, wanted, PanelStandsStill().text)
    return Check("standstill", about, Finding.HOLDS, False, same(""))


def _clock(root: Path, now: datetime) -> Check:
    """Payments of real clients are counted on real days."""
    about = Text("the time is the host's", "время — с часов сервера")
    path = clock_file(root)
    if is_ignored(root):
        detail = Text(
            "the test clock {path} is ignored here; remove it", "тестовые часы {path} здесь не действуют; удалите файл"
        )
        return Check("clock", about, Finding.DIFFERS, True, detail(path=path))
    if is_tested(root):
        detail = Text("by the test clock {path} it is {now}", "по тестовым часам {path} сейчас {now}")
        return Check("clock", about, Finding.DIFFERS, False, detail(path=path, now=moment(now)))
    return Check("clock", about, Finding.HOLDS, True, same(""))


def _settings(context: Context) -> Check:
    about = Text("the settings fit the panel", "настройки подходят к панели")
    try:
        context.prepare()
    except ResellerProgrammeError as error:
        return Check("settings", about, Finding.DIFFERS, True, error.text)
    if context.warnings:
        return Check("settings", about, Finding.DIFFERS, False, _joined(context.warnings))
    return Check("settings", about, Finding.HOLDS, True, Text("provider {id}", "провайдер {id}")(id=context.provider))


def _joined(texts: list[Text]) -> Text:
    return Text("; ".join(each.en for each in texts), "; ".join(each.ru for each in texts))


def _https(root: Path, context: Context) -> Check:
    about = Text(
        "large recalculations reach the panel by HTTPS (else mgrctl, which is slower)",
        "большие пересчёты идут по HTTPS (иначе mgrctl, это медленнее)",
    )
    problem = https_problem(root, access_of(context.settings))
    return Check("https", about, Finding.DIFFERS if problem else Finding.HOLDS, False, problem or same(""))


def _mirror(root: Path, store: Store) -> Check:
    """What we assume of the panel's database (scale 1): where it is, and that one machine at a time uses the mirror."""
    about = Text(
        "the copy in the panel's database, found by etc/billmgr.conf, holds the program's data and is this machine's",
        "копия в базе панели (адрес базы — из etc/billmgr.conf) полна и принадлежит этой машине",
    )
    try:
        finding, detail = _of_mirror(compare(root, store))
    except ResellerProgrammeError as error:
        finding, detail = Finding.DIFFERS, error.text
    return Check("mirror", about, finding, True, detail)


def _of_mirror(found: Compared) -> tuple[Finding, Text]:
    if found.engines:
        return Finding.DIFFERS, Text(
            "its tables are kept by {engines}; drop them, allow InnoDB and run `resellerprogram mirror --replace`",
            "её таблицы хранит {engines}; удалите их, включите InnoDB и запустите `resellerprogram mirror --replace`",
        )(engines=", ".join(found.engines))
    if found.differences is None:
        return Finding.UNKNOWN, Text(
            "changes come too fast to compare; try again later", "изменений слишком много; повторите позже"
        )
    if found.differences:
        return Finding.DIFFERS, Text(
            "it differs (table: rows here, rows there): {tables}. `resellerprogram mirror --replace` makes it anew",
            "она отличается (таблица: строк здесь, строк там): {tables}. Создать её заново: "
            "`resellerprogram mirror --replace`",
        )(tables="; ".join(f"{each.table}: {each.here}, {each.there}" for each in found.differences))
    nodes = Text(", nodes of the cluster: {count}", ", узлов в кластере: {count}")(count=found.nodes)
    return Finding.HOLDS, Text(
        "rows: {rows}; database {database} as {user}, server {version}{nodes}",
        "строк: {rows}; база {database}, пользователь {user}, сервер {version}{nodes}",
    )(
        rows=found.rows,
        database=found.database,
        user=found.user,
        version=found.version,
        nodes=nodes if found.nodes else same(""),
    )


def _assumption(context: Context, assumption: Assumption, specimen: Specimen) -> Check:
    finding, detail = examine(context.panel, assumption, specimen)
    return Check(assumption.name, assumption.belief, finding, assumption.matters, detail)


def experiments(context: Context, account: AccountId, now: datetime) -> Iterator[Check]:
    """Nothing is tried on a client of the programme. What comes of the second one allows `promotions = everywhere`."""
    store, day = context.store, context.day
    if store.owned.of(account) or store.set_aside.of(account):
        raise MemberError(
            Text(
                "client {id} has discounts of the program; name a test client without a tier",
                "у клиента {id} есть скидки программы; назовите тестового клиента без статуса",
            )(id=account)
        )
    users = users_of(context.panel, account)
    if not users:
        raise MemberError(Text("client {id} has no user", "у клиента {id} нет пользователя")(id=account))
    finding, detail = set_aside_and_put_back(context.panel, account, context.covered[0].scope, day)
    yield Check(
        "put_back",
        Text(
            "a discount created again from its form says the same",
            "скидка, созданная заново по своей форме, остаётся прежней",
        ),
        finding,
        True,
        detail,
    )
    inside = {name for each in context.classes for name in each.types}
    outside = [(type_scope(number), name) for number, name in context.type_names.items() if name not in inside]
    finding, detail = zero_percent_outranks_promotions(context.panel, users[0], outside, day)
    if finding is Finding.HOLDS:
        store.notes.write(ZERO_PERCENT_CONFIRMED, {"account": account, "at": now.isoformat(), "seen": detail.en})
    yield Check(
        "zero_percent",
        Text(
            "a 0 % personal discount keeps promotions out (for `promotions = everywhere`)",
            "персональная скидка 0 % отключает промоакции (для `promotions = everywhere`)",
        ),
        finding,
        False,
        detail,
    )
    finding, detail = notification_is_shown(context.panel, users[0], context.provider)
    yield Check(
        "notification_shown",
        Text(
            "a client sees what notification.edit tells them, in the client area of the program's provider",
            "клиент видит уведомление из notification.edit в личном кабинете провайдера программы",
        ),
        finding,
        False,
        detail,
    )


def _specimen(context: Context) -> Specimen:
    owned = context.store.owned.any()
    percents = [percent for tier in context.table.tiers for percent in tier.percents.values()]
    percents += [percent for each in context.classes for percent in each.caps.values()]
    return Specimen(
        discount=(owned.account, owned.id) if owned else None,
        account=AccountId(owned.account) if owned else None,
        user=context.store.users.one_with_a_tier(),
        promo_codes_refused=context.settings.exclusive.promo_codes_refused,
        group=context.settings.members.group,
        day=context.day,
        decimal_percents=any(percent != int(percent) for percent in percents),
    )
