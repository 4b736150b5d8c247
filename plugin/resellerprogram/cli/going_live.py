"""start, stop, trial."""

from __future__ import annotations

from dataclasses import replace

from ..panel.standstill import check_may_write
from ..programme import causes, figures
from ..programme.errors import AnotherRunActive
from ..programme.text import Text
from ..words import going_live, proposal
from .output import EXIT_FAILED, EXIT_PARTLY, Command
from .preview import NOTHING_WRITTEN, recalculated, terms_of

NIGHTS_SHOWN = 31
_SINCE = Text(
    "The program works by itself already; it was first started {when}{who}.",
    "Программа уже работает сама; впервые запущена {when}{who}.",
)
_START_IT = Text("Start the program and apply exactly this?", "Запустить программу и применить именно это?")
_SAY_YES = Text(
    "Nobody is here to confirm it: run it at a terminal, or with --yes. No discount has changed.",
    "Подтвердить некому: запустите в терминале или с --yes. Скидки не изменены.",
)
_GOES_ON = Text(
    "Started. From now on payments and nights change discounts by themselves; `resellerprogram stop` ends that.",
    "Запущено. Теперь платежи и ночной пересчёт меняют скидки сами; остановить: `resellerprogram stop`.",
)
_STOPPED = Text(
    "Stopped. Payments and nights change nothing any more; discounts stay as they are, and "
    "promo codes stay refused beside them. `resellerprogram start` goes on, `resellerprogram "
    "withdraw` removes the discounts.",
    "Остановлено. Платежи и ночной пересчёт больше ничего не меняют; скидки остаются как "
    "есть, промокоды вместе с ними по-прежнему не принимаются. Продолжить: `resellerprogram "
    "start`, отменить скидки: `resellerprogram withdraw`.",
)


def start(command: Command) -> int:
    """Show what it would do, ask, do exactly that, and go on by itself from there."""
    check_may_write(command.root)
    started = command.store.going_live.started()
    if started and command.store.settings.current().automatic:
        who = f" ({started.who})" if started.who else ""
        command.say(_SINCE(when=figures.moment(started.at), who=who))
        return 0
    report = recalculated(command, causes.PLAN, write=False, allow_drop=True)
    terms = replace(terms_of(command, report), lifted=True)
    command.lines([going_live.verdict(going_live.at_the_start(report, terms.currency), command.language)])
    command.lines(proposal.plan_lines(report, terms, command.language, written=False, only_look=True))
    if not command.options.yes:
        if not command.can_ask:
            command.warn(_SAY_YES)
            return EXIT_FAILED
        if not command.ask(_START_IT):
            command.say(NOTHING_WRITTEN)
            return EXIT_FAILED
    command.office.going_live.start()
    who = command.office.author.name
    try:
        done = recalculated(command, causes.APPLY, who=who, confirmed=report.prints, allow_drop=True)
    except AnotherRunActive:
        command.say(_GOES_ON)
        raise
    command.lines(proposal.plan_lines(done, terms_of(command, done), command.language, written=True, summary=True))
    command.say(_GOES_ON)
    if done.changed:
        raise done.plan_changed()
    return EXIT_PARTLY if done.failed else 0


def stop(command: Command) -> int:
    """What goes by itself ends; the discounts stay."""
    command.office.going_live.stop()
    command.say(_STOPPED)
    return 0


def trial(command: Command) -> int:
    """What the nights before the start would have done."""
    nights, started = command.store.going_live.nights(NIGHTS_SHOWN), command.store.going_live.started()
    if started:
        told = going_live.NIGHTS_BEFORE if nights else going_live.NO_NIGHTS_BEFORE
        command.say(told(when=figures.moment(started.at)))
    else:
        command.say(going_live.NOT_STARTED)
        if not nights:
            command.say(going_live.NO_NIGHTS)
    if not nights:
        return 0
    cells = (going_live.night_cells(n.day, n.members, n.with_tier, n.ways, command.language) for n in nights)
    command.table(going_live.NIGHTS, cells, right=range(1, 7))
    return 0
