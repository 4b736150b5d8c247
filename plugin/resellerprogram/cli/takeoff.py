"""withdraw, put-back: the programme taken off, or what was set aside given back."""

from __future__ import annotations

from ..panel.standstill import check_may_write
from ..programme import causes, deeds
from ..programme.losses import Loss
from ..programme.text import Text
from ..recalculation.run import PATIENCE, put_all_back
from ..words.people import called
from .confirming import agreed, loss_values, show_loss
from .output import EXIT_PARTLY, Command
from .preview import AUTOMATIC_OFF, NOTHING_WRITTEN, print_report, recalculated

_TAKE_THEM_OFF = Text("Remove these discounts and stop the program?", "Отменить эти скидки и остановить программу?")
_STAYS = Text(
    "Settings, members and the history are kept. The program stops.",
    "Настройки, участники и история сохранятся. Программа остановится.",
)


def withdraw(command: Command) -> int:
    """It tells how many lose what and what comes back, asks for a reason and a yes, and acts; `--plan` only tells."""
    loss = command.office.losses.withdrawing()
    if command.options.plan:
        return _told(command, loss)
    check_may_write(command.root)
    if not command.options.json:
        show_loss(command, loss)
        command.say(_STAYS)
    reason = agreed(command, _TAKE_THEM_OFF)
    if isinstance(reason, int):
        return reason
    _stop_by_itself(command)
    command.office.record(deeds.WITHDRAW, "*", "", reason)
    command.store.set_aside.reconcile(command.now)
    report = recalculated(command, causes.WITHDRAW, withdraw=True, who=command.office.author.name)
    print_report(command, report, written=True)
    return EXIT_PARTLY if report.failed else 0


def _told(command: Command, loss: Loss) -> int:
    if command.options.json:
        command.json(loss_values(command, loss))
    else:
        show_loss(command, loss)
        command.say(_STAYS)
        command.say(NOTHING_WRITTEN)
    return 0


def put_back(command: Command) -> int:
    check_may_write(command.root)
    _stop_by_itself(command)
    command.store.set_aside.reconcile(command.now)
    report = put_all_back(command.root, command.store, command.today, command.clock, PATIENCE)
    command.say(Text("Discounts restored: {count}.", "Восстановлено скидок: {count}.")(count=report.written))
    names = command.store.standings.names(report.failed)
    for account, error in report.failed.items():
        command.warn(Text("client {whom}: {why}", "клиент {whom}: {why}")(whom=called(account, names), why=error.text))
    return EXIT_PARTLY if report.failed else 0


def _stop_by_itself(command: Command) -> None:
    """What is taken off now must not be written again by the next payment."""
    if command.store.settings.current().automatic:
        command.office.settings.change({"automatic": "off"})
        command.say(AUTOMATIC_OFF)
