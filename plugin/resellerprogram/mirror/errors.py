"""What goes wrong between our database and its mirror.

ResellerProgrammeError
└── MirrorError
    ├── MirrorUnreachable     no connection, or a server that takes nothing: it is tried again
    ├── MirrorBehind          a discount may be suspended only once that is in the mirror
    ├── MirrorIsOld           the panel's database was put back to an earlier state: all is carried anew
    ├── MirrorOfOthers        what the mirror holds is not of this database: a person says what is to be done
    └── NothingToTakeOver     the mirror holds nothing that could be restored
PanelStandsStill
└── AnotherMachine            another machine has taken over: this one writes nothing to the panel any more
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
                "the mirror can't be reached: {error}. No discount is suspended until it can; everything else goes on",
                "копия в базе панели недоступна: {error}. Пока это так, скидки не приостанавливаются; остальное "
                "работает",
            )(error=str(error) if isinstance(error, Exception) else error)
        )


class MirrorBehind(MirrorError):
    """Raised instead of suspending a discount."""

    def __init__(self, error: Text) -> None:
        super().__init__(
            Text(
                "the discount is not suspended yet: {error}",
                "скидка пока не приостановлена: {error}",
            )(error=error)
        )


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


class NothingToTakeOver(MirrorError):
    """`restore --from-panel` found nothing whole."""


class AnotherMachine(PanelStandsStill):
    """Handled as any panel to which nothing may be written; what waits is done if this machine takes over again."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            Text(
                "another machine has taken over the program: {holder}. This one changes nothing any more. To let it "
                "take over again: `resellerprogram restore --from-panel`",
                "программу ведёт другая машина: {holder}. Эта больше ничего не меняет. Вернуть управление ей: "
                "`resellerprogram restore --from-panel`",
            )(holder=holder)
        )
