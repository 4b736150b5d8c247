"""What takes something from many is told, and asks for a reason and a yes, before it is done."""

from __future__ import annotations

from typing import Any

from ..programme.losses import Loss
from ..programme.text import Text
from ..words import losses as words
from .output import EXIT_FAILED, EXIT_USAGE, Command
from .preview import NOTHING_WRITTEN

_SAY_IT = Text(
    "Nothing has been changed: give --yes and --reason TEXT, or answer at a terminal.",
    "Ничего не изменено: укажите --yes и --reason ПРИЧИНА или ответьте в терминале.",
)
_SAY_YES = Text(
    "Nothing has been changed: say --yes to take it, or answer at a terminal.",
    "Ничего не изменено: подтвердите ключом --yes или ответьте в терминале.",
)
_REASON = Text("Reason, for the record: ", "Причина, для журнала: ")


def said_yes(command: Command, question: Text) -> int | None:
    """Of what takes nothing from anybody: None where it is to be done; else the exit code with which the command ends,
    having changed nothing, as with `--dry-run`."""
    if command.options.dry_run:
        command.say(NOTHING_WRITTEN)
        return 0
    if command.options.yes:
        return None
    if not command.can_ask:
        command.warn(_SAY_YES)
        return EXIT_USAGE
    if not command.ask(question):
        command.say(NOTHING_WRITTEN)
        return EXIT_FAILED
    return None


def show_loss(command: Command, loss: Loss) -> None:
    """How many lose what, who they are, and what comes back."""
    command.say(words.loss_text(loss))
    whose = command.office.losses.whose(loss)
    if whose:
        command.say(whose)


def agreed_to(command: Command, loss: Loss, question: Text) -> str | int:
    """The same (see `agreed`) after it was told what is lost, and whether the limit on drops will hold it up."""
    show_loss(command, loss)
    held_up = words.stopped_by_limit(loss, command.office.losses.limit())
    if held_up:
        command.say(held_up)
    return agreed(command, question)


def agreed(command: Command, question: Text) -> str | int:
    """The reason of who said yes; else the exit code with which the command ends, having changed nothing."""
    options = command.options
    reason = str(options.reason).strip()
    asks = command.can_ask and not getattr(options, "json", False)
    if not (options.yes or asks) or not (reason or asks):
        command.warn(_SAY_IT)
        return EXIT_USAGE
    if not options.yes and not command.ask(question):
        command.say(NOTHING_WRITTEN)
        return EXIT_FAILED
    reason = reason or command.ask_for(_REASON)
    if not reason:
        command.say(NOTHING_WRITTEN)
        return EXIT_FAILED
    return reason


def loss_values(command: Command, loss: Loss) -> dict[str, Any]:
    """The same for programs, with all who lose."""
    names = command.office.losses.names(loss)
    return {
        "clients": [{"account": account, "name": names.get(account, "")} for account in sorted(loss.clients)],
        "ended": loss.ended,
        "lowered": loss.lowered,
        "put_back": loss.put_back,
    }
