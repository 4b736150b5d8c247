"""Is the programme well? For the operator, a monitoring system and the administrator's page."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from .panel.assumptions import ASSUMPTIONS, Assumption, Finding, Specimen, examine
from .panel.connection import https_problem
from .programme.errors import ResellerProgrammeError
from .programme.payments import AccountId
from .programme.text import Text, same
from .recalculation import Context, way_of, working_on
from .store import Store
from .store.lock import only_one
from .store.runs import Run

OVERDUE = timedelta(hours=26)


class State(enum.IntEnum):
    """The states and exit codes that monitoring systems share."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True)
class Health:
    """`problems` tell why the state is not OK."""

    state: State
    problems: tuple[Text, ...]
    last_good: Run | None
    last: Run | None
    queued: int
    discounts: int


def health(store: Store, now: datetime) -> Health:
    """The state of the programme: critical without a good run within 26 hours, warning when something waits."""
    last_good, last, queued = store.runs.last_good(), store.runs.last(), store.queue.all()
    warnings: list[Text] = []
    critical: list[Text] = []
    if last_good is None:
        critical.append(Text("no run over all members has succeeded yet", "ещё не было успешного общего пересчёта"))
    elif last_good.finished_at and now - last_good.finished_at > OVERDUE:
        critical.append(
            Text(
                "no run over all members has succeeded for {hours} hours",
                "успешного общего пересчёта не было {hours} ч",
            )(hours=_hours(now - last_good.finished_at))
        )
    if last and last.outcome in ("failed", "stopped"):
        warnings.append(
            Text("the last run ({cause}) did not succeed: {error}", "последний пересчёт ({cause}) не удался: {error}")(
                cause=last.cause, error=last.error
            )
        )
    if last and last.outcome is None and now - last.started_at > OVERDUE:
        warnings.append(Text("the last run was cut short", "последний пересчёт был прерван"))
    if queued:
        warnings.append(
            Text(
                "accounts waiting in the queue: {count}, the first {account}: {error}",
                "клиентов в очереди: {count}, первый {account}: {error}",
            )(count=len(queued), account=queued[0].account, error=queued[0].error)
        )
    state = State.CRITICAL if critical else State.WARNING if warnings else State.OK
    return Health(state, (*critical, *warnings), last_good, last, len(queued), store.owned.count())


@dataclass(frozen=True)
class Check:
    """One line of `doctor`."""

    name: str
    about: Text
    finding: Finding
    matters: bool
    detail: Text


def doctor(root: Path, store: Store, day: date, now: datetime) -> Iterator[Check]:
    """Check the panel, the settings against it, and every assumption. Raises AnotherRunActive."""
    with only_one(store.folder, "doctor", now):
        try:
            with working_on(root, store, day) as context:
                yield Check(
                    "panel",
                    Text("the panel answers", "панель отвечает"),
                    Finding.HOLDS,
                    True,
                    Text("as {who}", "от имени {who}")(who=context.panel.employee or "root"),
                )
                yield _settings(context)
                yield _https(root, context)
                specimen = _specimen(context)
                for assumption in ASSUMPTIONS:
                    yield _assumption(context, assumption, specimen)
        except ResellerProgrammeError as error:
            yield Check("panel", Text("the panel answers", "панель отвечает"), Finding.DIFFERS, True, error.text)


def _settings(context: Context) -> Check:
    about = Text("the settings fit the panel", "настройки подходят к панели")
    try:
        context.prepare()
    except ResellerProgrammeError as error:
        return Check("settings", about, Finding.DIFFERS, True, error.text)
    if context.warnings:
        return Check("settings", about, Finding.DIFFERS, False, context.warnings[0])
    return Check("settings", about, Finding.HOLDS, True, Text("provider {id}", "провайдер {id}")(id=context.provider))


def _https(root: Path, context: Context) -> Check:
    about = Text(
        "large runs reach the panel by HTTPS (else mgrctl, which is slower)",
        "большие пересчёты идут по HTTPS (иначе mgrctl, это медленнее)",
    )
    problem = https_problem(root, way_of(context.settings))
    return Check("https", about, Finding.DIFFERS if problem else Finding.HOLDS, False, problem or same(""))


def _assumption(context: Context, assumption: Assumption, specimen: Specimen) -> Check:
    finding, detail = examine(context.panel, assumption, specimen)
    return Check(assumption.name, assumption.belief, finding, assumption.matters, same(detail))


def _specimen(context: Context) -> Specimen:
    owned = context.store.owned.any()
    percents = (percent for tier in context.table.tiers for percent in tier.percents.values())
    return Specimen(
        discount=(owned.account, owned.id) if owned else None,
        account=AccountId(owned.account) if owned else None,
        group=context.settings.members.group,
        decimal_percents=any(percent != int(percent) for percent in percents),
    )


def _hours(span: timedelta) -> int:
    return int(span.total_seconds() // 3600)
