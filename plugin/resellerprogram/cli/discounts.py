"""plan, apply, daily, sweep, withdraw, put-back, explain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ..doctor.checks import tell_if_overdue
from ..host.detached import start_worker
from ..panel.standstill import check_may_write, stands_still
from ..programme.decision import Decision
from ..programme.discounts import Change, Create, Delete, PutBack, SetAside
from ..programme.errors import AnotherRunActive, PanelStandsStill, PlanChanged, ResellerProgrammeError
from ..programme.ids import AccountId, Scope
from ..programme.members import Account
from ..programme.notices import Notice
from ..programme.text import Text
from ..programme.tiers import plain
from ..recalculation.report import Planned, Report
from ..recalculation.run import PATIENCE, considered_alone, put_all_back, recalculate
from ..recalculation.sweep import sweep as look_around
from ..store.decisions import Record, content_of, content_of_written
from ..words import explanation, proposal
from .output import EXIT_FAILED, EXIT_PARTLY, EXIT_USAGE, Command

NIGHT = 3600.0
"""Seconds that the nightly run waits for another one."""
_AUTOMATIC_OFF = Text(
    "automatic = off: payments and the nightly run change nothing any more; `resellerprogram settings set automatic "
    "on` lets them.",
    "automatic = off: платежи и ночной пересчёт больше ничего не меняют; включить: `resellerprogram settings set "
    "automatic on`.",
)

_NAME_THE_PLAN = Text(
    "--allow-drop lifts the limit for one plan: name it by --plan FINGERPRINT (`resellerprogram plan` tells it), or "
    "confirm it at a terminal. Nothing has been written.",
    "--allow-drop снимает предел для одного плана: укажите его в --plan ОТПЕЧАТОК (его выводит `resellerprogram plan`) "
    "или подтвердите план в терминале. Ничего не записано.",
)
_WRITE_IT = Text("Write exactly this, without the limit?", "Записать именно это, без предела?")
_TAKE_IT_OFF = Text("Take the programme off?", "Снять программу?")
_NOTHING_WRITTEN = Text("Nothing has been written.", "Ничего не записано.")


def plan(command: Command) -> int:
    report = _recalculated(command, "plan", accounts=_accounts(command), write=False, allow_drop=True)
    _warn_of_drops(command, report)
    _print_report(command, report, written=False)
    return EXIT_PARTLY if report.failed else 0


def apply(command: Command) -> int:
    """Without options what the table says now, within the limit on drops; else what somebody has seen, and only that.

    With a fingerprint it is all or nothing: if the plan is another one now, nothing is written, and the new one is
    shown. So is the plan for a lifted limit where no fingerprint is given, and somebody at a terminal confirms it. What
    changes between that look and the writing is left out account by account, as on the page.
    """
    check_may_write(command.root)
    options = command.options
    if options.plan is None and not options.allow_drop:
        return _applied(command)
    if options.plan is None and not (command.can_ask and not options.json):
        command.warn(_NAME_THE_PLAN)
        return EXIT_USAGE
    seen = _recalculated(command, "plan", accounts=_accounts(command), write=False, allow_drop=True)
    if options.plan is None:
        _print_report(command, seen, written=False)
        _warn_of_drops(command, seen)
        if seen.planned and not command.ask(_WRITE_IT):
            command.say(_NOTHING_WRITTEN)
            return EXIT_FAILED
    elif options.plan != seen.fingerprint:
        _print_report(command, seen, written=False)
        raise PlanChanged(
            Text(
                "the plan is not {seen} any more; nothing has been written. It is {now} now, as shown: if that is "
                "right, apply that.",
                "план уже не {seen}; ничего не записано. Теперь это {now}, он показан: если всё верно, примените его.",
            )(seen=options.plan, now=seen.fingerprint)
        )
    return _applied(command, confirmed=seen.prints, allow_drop=options.allow_drop)


def _applied(command: Command, **options: Any) -> int:
    who = command.office.author.name
    report = _recalculated(command, "apply", accounts=_accounts(command), who=who, **options)
    _print_report(command, report, written=True)
    if report.changed:
        raise report.plan_changed()
    return EXIT_PARTLY if report.failed else 0


def _accounts(command: Command) -> list[AccountId] | None:
    """The one account that was named; None for all."""
    account = command.options.account
    return None if account is None else [account]


def daily(command: Command) -> int:
    """What cron starts every night."""
    if stands_still(command.root):
        command.say(PanelStandsStill().text)
        return 0
    if not command.store.settings.current().automatic:
        command.say(_AUTOMATIC_OFF)
        return 0
    command.store.nightly_backup(datetime.now())
    report = _recalculated(command, "daily", patience=NIGHT)
    _print_report(command, report, written=True)
    return EXIT_PARTLY if report.failed else 0


def sweep(command: Command) -> int:
    """What cron starts every few minutes."""
    if stands_still(command.root):
        command.say(PanelStandsStill().text)
        return 0
    if not command.store.settings.current().automatic:
        command.say(_AUTOMATIC_OFF)
        return 0
    try:
        swept = look_around(command.root, command.store, datetime.now)
    except AnotherRunActive as busy:  # which answers the queue; the next sweep is soon
        command.say(busy.text)
        return 0
    finally:
        tell_if_overdue(command.root, command.store, datetime.now())
        start_worker(command.root)  # also for a task whose process died, or could not be started
    command.say(
        Text(
            "payments that changed: {payments}, accounts whose discounts did: {accounts}; recalculated {recalculated}, "
            "written {written}",
            "изменилось платежей: {payments}, клиентов с изменившимися скидками: {accounts}; пересчитано "
            "{recalculated}, записано {written}",
        )(
            payments=swept.payments,
            accounts=swept.accounts,
            recalculated=swept.recalculated,
            written=swept.written,
        )
    )
    return 0


def withdraw(command: Command) -> int:
    """At a terminal it tells how much that takes, and asks first."""
    check_may_write(command.root)
    if not command.options.json:
        command.say(_taken_off(command))
        if command.can_ask and not command.ask(_TAKE_IT_OFF):
            command.say(_NOTHING_WRITTEN)
            return EXIT_FAILED
    _stop_by_itself(command)
    command.store.set_aside.reconcile(datetime.now())
    report = _recalculated(command, "withdraw", withdraw=True)
    _print_report(command, report, written=True)
    return EXIT_PARTLY if report.failed else 0


def put_back(command: Command) -> int:
    check_may_write(command.root)
    _stop_by_itself(command)
    command.store.set_aside.reconcile(datetime.now())
    report = put_all_back(command.root, command.store, date.today(), datetime.now, PATIENCE)
    command.say(Text("Discounts put back: {count}.", "Возвращено отложенных скидок: {count}.")(count=report.written))
    for account, error in report.failed.items():
        command.warn(Text("account {id}: {why}", "клиент {id}: {why}")(id=account, why=error.text))
    return EXIT_PARTLY if report.failed else 0


def _taken_off(command: Command) -> Text:
    store = command.store
    ours, clients = store.owned.count(), len(store.owned.accounts())
    return proposal.TAKEN_OFF(ours=ours, clients=clients, others=store.set_aside.count())


def _stop_by_itself(command: Command) -> None:
    """What is taken off now must not be written again by the next payment."""
    if command.store.settings.current().automatic:
        command.office.settings.change({"automatic": "off"})
        command.say(_AUTOMATIC_OFF)


def _recalculated(command: Command, cause: str, **options: Any) -> Report:
    day = getattr(command.options, "date", None) or date.today()
    options = {"patience": PATIENCE, "progress": command.progress(), **options}
    return recalculate(command.root, command.store, day, datetime.now, cause, **options)


def explain(command: Command) -> int:
    """A past day is explained by the decision that was made then; today, and a day without one, by the panel now."""
    account, today = command.options.account, date.today()
    day = command.options.date or today
    record = command.store.decisions.on(account, day)
    changes: tuple[Change, ...] = ()
    names: Mapping[Scope, str] = {}
    if record and day < today:
        decision, name = record.decision, _name(command)
    else:
        considered, names = considered_alone(command.root, command.store, day, datetime.now(), account, PATIENCE)
        decision, name, changes = considered.decision, considered.account.name, considered.changes
    if command.options.json:
        command.json(_explanation_values(command, name, day, decision, changes, names, record))
        return 0
    currency = command.store.settings.current().currency
    command.lines(
        explanation.explanation(
            decision, name, currency, command.store.tiers.on(day).table, command.titles, command.language
        )
    )
    if record:
        command.lines(explanation.written_lines(record, command.language))
    if changes:
        command.say(
            Text(
                "The panel does not say so yet; `resellerprogram apply --account {id}` changes: {changes}.",
                "В панели пока не так; `resellerprogram apply --account {id}` изменит: {changes}.",
            )(id=account, changes=", ".join(proposal.change(each, names, command.language) for each in changes))
        )
    elif names:
        command.say(Text("The panel's discounts are as they should be.", "Скидки в панели такие, как должны быть."))
    return 0


def _name(command: Command) -> str:
    """The client's name, where the panel tells it: a recorded decision is explained without the panel, too."""
    try:
        return command.office.name_of(command.options.account)
    except ResellerProgrammeError:
        return ""


def _explanation_values(
    command: Command,
    name: str,
    day: date,
    decision: Decision,
    changes: tuple[Change, ...],
    names: Mapping[Scope, str],
    record: Record | None,
) -> dict[str, Any]:
    window = decision.turnover.window
    return {
        "account": decision.account,
        "name": name,
        "day": day.isoformat(),
        "currency": command.store.settings.current().currency,
        "window": [window.first.isoformat(), window.last.isoformat()],
        **content_of(decision),
        "changes": [_change_values(change, names) for change in changes],
        "recorded": record
        and {
            "cause": record.cause,
            "decided_at": record.decided_at.isoformat(),
            "written": [content_of_written(change) for change in record.written],
        },
    }


def _print_report(command: Command, report: Report, written: bool) -> None:
    currency = command.store.settings.current().currency
    if not command.options.json:
        command.lines(proposal.plan_lines(report, currency, command.language, written))
        command.lines(proposal.notice_lines(report, currency, command.titles, command.language, written))
        return
    command.json(
        {
            "day": report.day.isoformat(),
            "currency": currency,
            "accounts": report.accounts,
            "discounts": report.discounts,
            "written": report.written,
            "fingerprint": report.fingerprint,
            "changed": [_planned_values(planned, report.scope_names) for planned in report.changed],
            "left": [{"account": each.account, "name": each.name, "value": each.value} for each in report.left],
            "warnings": [warning.say(command.language) for warning in report.warnings],
            "failed": {str(account): refusal.text.say(command.language) for account, refusal in report.failed.items()},
            "planned": [_planned_values(planned, report.scope_names) for planned in report.planned],
            "notices": [_notice_values(account, notice) for account, notice in report.notices],
        }
    )


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
        "changes": [_change_values(change, names) for change in planned.changes],
    }


def _change_values(change: Change, names: Mapping[Any, str]) -> dict[str, Any]:
    if isinstance(change, (SetAside, PutBack)):
        return {"kind": change.because.value, "name": change.other.name, "value": change.other.value}
    return {
        "kind": type(change).__name__.lower(),
        "because": change.because.value,
        "scope": change.scope,
        "covers": names.get(change.scope),
        "before": None if isinstance(change, Create) else plain(change.before.percent),
        "after": None if isinstance(change, Delete) else plain(change.percent),
    }


def _warn_of_drops(command: Command, report: Report) -> None:
    total = max(report.discounts, command.store.owned.count())
    limit = command.store.settings.current().drop_limit.allows(total)
    if report.unforetold > limit:
        command.warn(
            Text(
                "{drops} of {total} discounts would be lowered or removed, and no earlier forecast, refund or fraud "
                "explains it; the limit is {limit}. `apply` leaves these alone, `apply --allow-drop --plan {plan}` "
                "writes them.",
                "снизились бы или были бы сняты скидки: {drops} из {total}, и этого не объясняют ни прогноз, ни "
                "возврат, ни мошенничество; предел {limit}. `apply` оставит их как есть, "
                "`apply --allow-drop --plan {plan}` запишет.",
            )(drops=report.unforetold, total=total, limit=limit, plan=report.fingerprint)
        )
