"""plan, apply, daily, sweep."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

from ..doctor.checks import tell_if_overdue
from ..host.detached import start_worker
from ..panel.standstill import check_may_write, stands_still
from ..programme import causes, figures
from ..programme.changes import plain_change, values_of
from ..programme.effects import WAY_NAMES, Way
from ..programme.errors import AnotherRunActive, PanelStandsStill, PlanChanged, SettingError, StoreError
from ..programme.figures import plain
from ..programme.ids import AccountId
from ..programme.members import Account
from ..programme.notices import Notice
from ..programme.report import Planned, Report
from ..programme.text import Text
from ..programme.verdict import Verdict, Wanted
from ..recalculation.retention import let_details_go
from ..recalculation.run import PATIENCE, check_started, recalculate
from ..recalculation.sweep import sweep as look_around
from ..words import going_live, proposal
from .output import EXIT_FAILED, EXIT_PARTLY, EXIT_THERE_ARE_CHANGES, EXIT_USAGE, Command

log = logging.getLogger(__name__)

NIGHT = 3600.0
"""Seconds that the nightly run waits for another one."""
AUTOMATIC_OFF = Text(
    "The program is stopped (automatic = off): no discount changes. Start: `resellerprogram "
    "settings set automatic on`.",
    "Программа остановлена (automatic = off): скидки не меняются. Запустить: "
    "`resellerprogram settings set automatic on`.",
)
_NAME_THE_PLAN = Text(
    "--allow-drop exceeds the limit for one preview: name it by --plan FINGERPRINT "
    "(`resellerprogram plan` tells it), or confirm it at a terminal. No discount has changed.",
    "--allow-drop превышает лимит для одного расчёта: укажите его в --plan ОТПЕЧАТОК (его "
    "выводит `resellerprogram plan`) или подтвердите в терминале. Скидки не изменены.",
)
_WRITE_IT = Text("Apply exactly this, exceeding the limit once?", "Применить именно это, превысив лимит один раз?")
NOTHING_WRITTEN = Text("Nothing has been changed.", "Ничего не изменено.")


def plan(command: Command) -> int:
    """What `apply` would write; for another day than today it is only a look, as nothing acts for that."""
    today = command.today
    day = command.options.date or today
    report = _planned(command, day)
    _warn_of_drops(command, report, only_look=day != today)
    print_report(command, report, written=False, only_look=day != today)
    if command.options.detailed_exitcode:
        return EXIT_FAILED if report.failed else EXIT_THERE_ARE_CHANGES if report.planned else 0
    return EXIT_PARTLY if report.failed else 0


def apply(command: Command) -> int:
    """Without options what the table says now, within the limit on drops; else what somebody has seen, and only that.

    With a fingerprint it is all or nothing: if the plan is another one now, nothing is written, and the new one is
    shown. So is the plan for a lifted limit where no fingerprint is given, and somebody at a terminal confirms it. What
    changes between that look and the writing is left out account by account, as on the page.
    """
    check_may_write(command.root)
    check_started(command.store)
    options = command.options
    if options.plan is None and not options.allow_drop:
        return _applied(command)
    if options.plan is None and not (command.can_ask and not options.json):
        command.warn(_NAME_THE_PLAN)
        return EXIT_USAGE
    seen = _planned(command, command.today)
    if options.plan is None:
        print_report(command, seen, written=False)
        _warn_of_drops(command, seen)
        if seen.planned and not command.ask(_WRITE_IT):
            command.say(NOTHING_WRITTEN)
            return EXIT_FAILED
    elif options.plan != seen.fingerprint:
        print_report(command, seen, written=False)
        raise PlanChanged(
            Text(
                "the preview is not {seen} any more; no discount has changed. It is {now} now, as shown: "
                "if that is right, apply that.",
                "расчёт уже не {seen}; скидки не изменены. Теперь это {now}, он показан: если всё верно, "
                "примените его.",
            )(seen=options.plan, now=seen.fingerprint)
        )
    return _applied(command, confirmed=seen.prints, allow_drop=options.allow_drop)


def _applied(command: Command, **options: Any) -> int:
    who = command.office.author.name
    report = recalculated(command, causes.APPLY, accounts=_accounts(command), who=who, **options)
    print_report(command, report, written=True)
    if report.changed:
        raise report.plan_changed()
    return EXIT_PARTLY if report.failed else 0


def _planned(command: Command, day: date) -> Report:
    return recalculated(command, causes.PLAN, day, accounts=_accounts(command), write=False, allow_drop=True)


def _accounts(command: Command) -> list[AccountId] | None:
    """The one account that was named; None for all."""
    account = command.options.account
    return None if account is None else [account]


def _rests(command: Command) -> bool:
    """Whether nothing may be done by itself now; it is said why."""
    if stands_still(command.root):
        command.say(PanelStandsStill().text)
        return True
    if not command.store.settings.current().automatic:
        command.say(AUTOMATIC_OFF)
        return True
    return False


def daily(command: Command) -> int:
    """What cron starts every night."""
    if _rests(command):
        return 0
    _back_up(command)
    report = recalculated(command, causes.DAILY, patience=NIGHT)
    print_report(command, report, written=True)
    let_details_go(command.store, command.today)
    return EXIT_PARTLY if report.failed else 0


def _back_up(command: Command) -> None:
    """A night without a backup is told, here, by `status` and on the page Health; discounts do not wait for it."""
    try:
        command.store.nightly_backup(command.now)
    except StoreError as error:
        log.error("%s", error)
        command.warn(error.text)


def sweep(command: Command) -> int:
    """What cron starts every few minutes."""
    if _rests(command):
        return 0
    try:
        swept = look_around(command.root, command.store, command.clock)
    except AnotherRunActive as busy:  # which answers the queue; the next sweep is soon
        command.say(busy.text)
        return 0
    finally:
        tell_if_overdue(command.root, command.store, command.now)
        start_worker(command.root)  # also for a task whose process died, or could not be started
    command.say(
        Text(
            "payments that changed: {payments}, clients whose discounts did: {accounts}; "
            "recalculated {recalculated}, discounts changed {written}",
            "изменилось платежей: {payments}, клиентов с изменившимися скидками: {accounts}; "
            "пересчитано {recalculated}, изменено скидок {written}",
        )(
            payments=swept.payments,
            accounts=swept.accounts,
            recalculated=swept.recalculated,
            written=swept.written,
        )
    )
    return 0


def recalculated(command: Command, cause: str, day: date | None = None, **options: Any) -> Report:
    """For today, or for a `day` that one only looks at."""
    options = {"patience": PATIENCE, "progress": command.progress(), **options}
    return recalculate(command.root, command.store, day or command.today, command.clock, cause, **options)


def print_report(command: Command, report: Report, written: bool, only_look: bool = False) -> None:
    terms, wanted, summary = terms_of(command, report), _wanted(command), _asks(command, "summary")
    currency = terms.currency
    if not command.options.json:
        live = written or command.store.going_live.started() is not None
        looks = only_look or not live
        command.lines(proposal.plan_lines(report, terms, command.language, written, looks, summary, wanted))
        if not (summary or wanted):
            command.lines(proposal.notice_lines(report, command.language, written))
        if only_look:
            command.say(proposal.ONLY_A_LOOK(day=figures.day(report.day)))
        elif not live:
            command.say(going_live.HOW_TO_START)
        return
    command.json(
        {
            "day": report.day.isoformat(),
            "currency": currency,
            "accounts": report.accounts,
            "discounts": report.discounts,
            "written": report.written,
            "fingerprint": None if only_look else report.fingerprint,
            "only_a_look": only_look,
            "changed": [_planned_values(planned, report.scope_names) for planned in report.changed],
            "left": [{"account": each.account, "name": each.name, "value": each.value} for each in report.left],
            "warnings": [warning.say(command.language) for warning in report.warnings],
            "failed": {str(account): refusal.text.say(command.language) for account, refusal in report.failed.items()},
            "verdict": _verdict_values(proposal.judged(report, terms), terms.limit, len(report.failed)),
            **(
                {}
                if summary
                else {
                    "planned": [
                        _planned_values(planned, report.scope_names)
                        for planned in (proposal.chosen(report, terms, wanted) if wanted else report.planned)
                    ],
                    "notices": [_notice_values(account, notice) for account, notice in report.notices],
                }
            ),
        }
    )


def terms_of(command: Command, report: Report) -> proposal.Terms:
    settings, store = command.store.settings.current(), command.store
    total = max(report.discounts, store.owned.count())
    return proposal.Terms(
        settings.currency, command.titles, store.classes.of_types(), settings.drop_limit.allows(total)
    )


def _asks(command: Command, name: str) -> bool:
    """Whether an option was given that not every command has."""
    return bool(getattr(command.options, name, False))


def _wanted(command: Command) -> Wanted:
    """Which part of the list is to be shown. Raises SettingError for a class that there is none of."""
    name = getattr(command.options, "service_class", None)
    if name and command.store.classes.of(name) is None:
        raise SettingError(
            Text("there is no category “{name}”; there are: {names}", "категории «{name}» нет; есть: {names}")(
                name=name, names=", ".join(command.store.classes.names())
            )
        )
    way = getattr(command.options, "way", None)
    named = {word: each for each, word in WAY_NAMES.items()}
    return Wanted(named.get(way or ""), name, _asks(command, "failed"))


def _verdict_values(verdict: Verdict, limit: int, failed: int) -> dict[str, Any]:
    def ways(counts: Mapping[Way, int]) -> dict[str, int]:
        return {WAY_NAMES[way]: counts.get(way, 0) for way in Way}

    return {
        "clients": ways(verdict.clients),
        "foretold": {name: count for name, count in ways(verdict.foretold).items() if name in ("fall", "end")},
        "drops": verdict.drops,
        "unforetold": verdict.unforetold,
        "limit": limit,
        "set_aside": verdict.set_aside,
        "put_back": verdict.put_back,
        "failed": failed,
        "classes": {name or "": ways(counts) for name, counts in verdict.classes.items()},
    }


def _notice_values(account: Account, notice: Notice) -> dict[str, Any]:
    return {
        "account": account.id,
        "name": account.name,
        "kind": notice.kind.value,
        "day": notice.day.isoformat(),
        "before": notice.before.name if notice.before else None,
        "tier": notice.tier.name if notice.tier else None,
        "keep_amount": plain(notice.keep.amount) if notice.keep else None,
        "keep_last_day": notice.keep.last_day.isoformat() if notice.keep else None,
    }


def _planned_values(planned: Planned, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "account": planned.account.id,
        "name": planned.account.name,
        "basis": planned.basis.value,
        "turnover": plain(planned.turnover),
        "tier": planned.tier,
        "tier_before": planned.tier_before,
        "changes": [values_of(plain_change(change, names)) for change in planned.changes],
    }


def _warn_of_drops(command: Command, report: Report, only_look: bool = False) -> None:
    total = max(report.discounts, command.store.owned.count())
    limit = command.store.settings.current().drop_limit.allows(total)
    if report.unforetold > limit:
        told = proposal.BEYOND_THE_LIMIT(drops=report.unforetold, total=total, limit=limit)
        command.warn(told if only_look else proposal.HOW_TO_LIFT_IT(told=told, plan=report.fingerprint))
