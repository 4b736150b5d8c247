"""What goes wrong between our database and its mirror.

ResellerProgrammeError
└── MirrorError
    ├── MirrorUnreachable     no connection, or a server that takes nothing: it is tried again
    │   └── MirrorIsMissing   the server is there, and our tables are not
    ├── MirrorBehind          what must be in the mirror first waits
    ├── MirrorIsOld           the panel's database was put back to an earlier state: all is carried anew
    ├── MirrorOfOthers        what the mirror holds is not of this database: a person says what is to be done
    ├── MirrorIsDamaged       a row there can't be read
    └── NothingToTakeOver     the mirror holds nothing that could be restored
PanelStandsStill
└── NotTheHolder              this machine writes nothing to the panel
    ├── AnotherMachine        another one has taken over
    └── PerhapsAnother        another one may have taken over, which can't be seen from here
"""

from __future__ import annotations

from ..programme.errors import PanelStandsStill, ResellerProgrammeError
from ..programme.text import Filling, Text


class MirrorError(ResellerProgrammeError):
    """Base of what concerns the mirror."""


class MirrorUnreachable(MirrorError):
    """Nothing can be carried for now."""

    def __init__(self, error: Exception | Filling) -> None:
        super().__init__(
            Text(
                "the mirror is not available: {error}. No discount is suspended until it is; everything else goes on",
                "копия в базе панели недоступна: {error}. Пока это так, скидки не приостанавливаются; остальное "
                "работает",
            )(error=str(error) if isinstance(error, Exception) else error)
        )


class MirrorIsMissing(MirrorUnreachable):
    """Somebody has dropped or emptied what was made."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "its tables are missing; `resellerprogram mirror --replace` makes them anew",
                "нет её таблиц; создать их заново: `resellerprogram mirror --replace`",
            )
        )


class MirrorBehind(MirrorError):
    """Raised instead of suspending a discount, or of telling a client."""

    def __init__(self, error: Text) -> None:
        super().__init__(Text("this waits: {error}", "это подождёт: {error}")(error=error))


class MirrorIsOld(MirrorError):
    """What was carried once is not there any more."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "the copy in the panel's database is older than what was carried there; all data are carried anew",
                "копия в базе панели старее того, что в неё уже записано; все данные копируются заново",
            )
        )


class MirrorOfOthers(MirrorError):
    """Two databases claim one mirror."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            Text(
                "the mirror holds other data than this machine, of {holder}. Take them over with "
                "`resellerprogram restore --from-panel`, or replace them with `resellerprogram mirror --replace`",
                "в копии другие данные, чем на этой машине (от {holder}). Перенять их: "
                "`resellerprogram restore --from-panel`; заменить: `resellerprogram mirror --replace`",
            )(holder=holder)
        )


class MirrorIsDamaged(MirrorError):
    """As after a dump that took packed rows for text."""

    def __init__(self, table: str, error: Exception) -> None:
        super().__init__(
            Text(
                "the copy in the panel's database is damaged ({table}: {error}). Nothing here was changed. Restore a "
                "backup with `resellerprogram restore FILE`, then `resellerprogram mirror --replace`",
                "копия в базе панели повреждена ({table}: {error}). Здесь ничего не изменено. Восстановите резервную "
                "копию (`resellerprogram restore ФАЙЛ`), затем `resellerprogram mirror --replace`",
            )(table=table, error=repr(error))
        )


class NothingToTakeOver(MirrorError):
    """`restore --from-panel` found nothing whole."""


class NotTheHolder(PanelStandsStill):
    """Handled as any panel to which nothing may be written; what waits is done when this machine holds it again."""


class AnotherMachine(NotTheHolder):
    """The mirror says so."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            Text(
                "another machine has taken over the program: {holder}. This one changes nothing any more. To let it "
                "take over again: `resellerprogram restore --from-panel`",
                "программу ведёт другая машина: {holder}. Эта больше ничего не меняет. Вернуть управление ей: "
                "`resellerprogram restore --from-panel`",
            )(holder=holder)
        )


class PerhapsAnother(NotTheHolder):
    """The lease is over and could not be renewed, or what the mirror holds is not from here."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(
                "nothing is changed until it is certain that no other machine has taken over: {why}",
                "пока неизвестно, не ведёт ли программу другая машина, ничего не меняется: {why}",
            )(why=why)
        )
