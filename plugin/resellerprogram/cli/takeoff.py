"""withdraw, put-back: the programme taken off, or what was set aside given back."""

from __future__ import annotations

from ..panel.standstill import check_may_write
from ..programme import causes
from ..programme.text import Text
from ..recalculation.run import PATIENCE, put_all_back
from ..words import proposal
from .output import EXIT_FAILED, EXIT_PARTLY, Command
from .preview import AUTOMATIC_OFF, NOTHING_WRITTEN, print_report, recalculated

_TAKE_IT_OFF = Text("Take the programme off?", "Снять программу?")


def withdraw(command: Command) -> int:
    """At a terminal it tells how much that takes, and asks first."""
    check_may_write(command.root)
    if not command.options.json:
        command.say(_taken_off(command))
        if command.can_ask and not command.ask(_TAKE_IT_OFF):
            command.say(NOTHING_WRITTEN)
            return EXIT_FAILED
    _stop_by_itself(command)
    command.store.set_aside.reconcile(command.now)
    report = recalculated(command, causes.WITHDRAW, withdraw=True)
    print_report(command, report, written=True)
    return EXIT_PARTLY if report.failed else 0


def put_back(command: Command) -> int:
    check_may_write(command.root)
    _stop_by_itself(command)
    command.store.set_aside.reconcile(command.now)
    report = put_all_back(command.root, command.store, command.today, command.clock, PATIENCE)
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
        command.say(AUTOMATIC_OFF)
