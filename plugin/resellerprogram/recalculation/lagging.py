"""Who waits for the panel to take what was decided, and what is in place meanwhile; from the records alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property, partial

from ..programme.discounts import Covered, TariffsOf
from ..programme.ids import AccountId
from ..programme.lags import Lag, in_place, lags
from ..programme.standing import Standing
from ..programme.tiers import ServiceClass
from ..store import Store


class Lagging:
    """The accounts of which not everything was written: the decision is unfinished, they wait with an error, or what a
    run had written was taken back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts = {*store.decisions.unfinished(), *store.queue.failing(), *store.decisions.undone()}

    def behind(self) -> list[AccountId]:
        """Everybody whose percent in the panel is not the decided one."""
        return [each for each in sorted(self._accounts) if self.of(each, self._store.standings.of(each))]

    def in_place(self, account: AccountId, standing: Standing) -> Callable[[Covered], Decimal | None]:
        """What the panel has on something that is covered, of which None is known where it is not on record: as decided
        but for those who wait."""
        if account not in self._accounts:
            return lambda part: part.percent(standing.percents)
        return partial(in_place, self._store.owned.of(account).values(), self._scopes[1])

    def of(self, account: AccountId, standing: Standing | None) -> Mapping[ServiceClass, Lag]:
        """The classes whose percent in the panel is not the decided one; none for everybody else."""
        if account not in self._accounts or standing is None or standing.basis is None:
            return {}
        covered, tariffs = self._scopes
        return lags(self._store.owned.of(account).values(), covered, standing.percents, tariffs)

    @cached_property
    def _scopes(self) -> tuple[list[Covered], TariffsOf]:
        from .scopes import covered, kept_tariffs, tariffs_of_types  # much to load, and mostly nobody waits

        return covered(self._store), tariffs_of_types(kept_tariffs(self._store))
