"""undo: what a run changed, taken back."""

from __future__ import annotations

from typing import Any

from ..panel.standstill import check_may_write
from ..programme import figures
from ..programme.changes import plain_change, values_of
from ..programme.ids import named
from ..programme.text import Text
from ..recalculation.run import PATIENCE
from ..recalculation.undo import Undone, undo_run
from ..words import labels, proposal, undoing
from .confirming import agreed
from .output import EXIT_PARTLY, Command
from .preview import NOTHING_WRITTEN, terms_of

LISTED = 20
_TAKE_IT_BACK = Text("Take this back and stop the program?", "Вернуть прежние скидки и остановить программу?")
_HOW = Text(
    "`resellerprogram undo RUN --plan` shows what undoing one of them would do.",
    "`resellerprogram undo ПЕРЕСЧЁТ --plan` покажет, что изменит его отмена.",
)
_LEFT = Text(
    "! the discounts of client {whom} are left as they are: {why}", "! скидки клиента {whom} остаются как есть: {why}"
)
_NONE = Text("No recalculation on record has changed discounts.", "Нет сохранённых пересчётов, которые меняли скидки.")


def undo(command: Command) -> int:
    """Without a run it lists those that changed discounts. It shows what undoing does, asks for a reason and a yes, and
    acts; `--plan` only shows."""
    number = command.options.run
    if number is None:
        return _list(command)
    if not command.options.plan:
        check_may_write(command.root)
    seen = _undone(command, number, write=False)
    if command.options.plan or not seen.report.planned:
        _print(command, seen, written=False)
        return EXIT_PARTLY if seen.report.failed else 0
    if not command.options.json:
        _print(command, seen, written=False)
        command.say(undoing.STANDS_STILL)
    reason = agreed(command, _TAKE_IT_BACK)
    if isinstance(reason, int):
        return reason
    command.office.undoing.begin(number, reason)
    done = _undone(command, number, confirmed=seen.report.prints, who=command.office.author.name)
    _print(command, done, written=True)
    return EXIT_PARTLY if done.report.failed else 0


def _undone(command: Command, number: int, **options: Any) -> Undone:
    return undo_run(
        command.root, command.store, number, command.clock, patience=PATIENCE, progress=command.progress(), **options
    )


def _list(command: Command) -> int:
    runs = command.office.undoing.runs(LISTED)
    if command.options.json:
        command.json(
            [
                {
                    "run": run.id,
                    "started_at": run.started_at.isoformat(),
                    "cause": run.cause,
                    "who": run.who,
                    "accounts": run.accounts,
                    "written": run.written,
                }
                for run in runs
            ]
        )
        return 0
    if not runs:
        command.say(_NONE)
        return 0
    command.table(
        Text("recalculation|started|cause|clients|changed|by", "пересчёт|начат|причина|клиентов|изменено|кем"),
        (
            (
                str(run.id),
                figures.listed_moment(run.started_at),
                labels.cause(run.cause, command.language),
                str(run.accounts),
                str(run.written),
                labels.who(command.login(run.who), command.language) or figures.NOTHING,
            )
            for run in runs
        ),
        right=(0, 3, 4),
    )
    command.say(_HOW)
    return 0


def _print(command: Command, undone: Undone, written: bool) -> None:
    report = undone.report
    if command.options.json:
        command.json(_values(undone, written))
        return
    terms = terms_of(command, report)
    if report.planned or written:
        command.lines(proposal.plan_lines(report, terms, command.language, written, only_look=True))
    else:
        command.say(undoing.NOTHING_LEFT)
    for account, why in sorted(undone.left.items(), key=lambda each: each[0].id):
        command.say(_LEFT(whom=named(account.id, account.name), why=why))
    if command.options.plan:
        command.say(NOTHING_WRITTEN)


def _values(undone: Undone, written: bool) -> dict[str, Any]:
    report = undone.report
    return {
        "written": report.written if written else 0,
        "planned": [
            {
                "account": each.account.id,
                "name": each.account.name,
                "changes": [values_of(plain_change(change, report.scope_names)) for change in each.changes],
            }
            for each in report.planned
        ],
        "left": [{"account": account.id, "why": why.en} for account, why in undone.left.items()],
        "failed": {str(account): error.text.en for account, error in report.failed.items()},
    }
