"""The plugin in a test's hands: recalculations on a sandbox panel, in the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from resellerprogram.programme.account import Considered
from resellerprogram.programme.caps import read
from resellerprogram.programme.ids import AccountId, PaymentId
from resellerprogram.programme.report import Report
from resellerprogram.programme.text import same
from resellerprogram.programme.tiers import ServiceClass
from resellerprogram.recalculation.run import considered_alone, recalculate
from resellerprogram.recalculation.sweep import Swept, sweep
from resellerprogram.recalculation.work import work
from resellerprogram.store import Store
from resellerprogram.store.classes import ClassOfServices

from tests.sandbox import Sandbox

TODAY = date(2025, 1, 20)


def go_live(store: Store) -> None:
    """Somebody has started the programme, long ago."""
    store.going_live.start(datetime(2020, 1, 1), "chief")


@dataclass
class Operator:
    """Runs plan and apply as the command line does."""

    sandbox: Sandbox
    store: Store

    def apply(self, day: date = TODAY, account: int | None = None, **options: Any) -> Report:
        return recalculate(
            self.sandbox.root,
            self.store,
            day,
            self.clock(day),
            "apply",
            accounts=None if account is None else [AccountId(account)],
            **options,
        )

    def night(self, day: date = TODAY, **options: Any) -> Report:
        """What cron starts."""
        return recalculate(self.sandbox.root, self.store, day, self.clock(day), "daily", **options)

    def plan(self, day: date = TODAY, account: int | None = None) -> Report:
        return self.apply(day, account, write=False, allow_drop=True)

    def explain(self, account: int, day: date = TODAY) -> Considered:
        return considered_alone(self.sandbox.root, self.store, day, self.clock(day)(), AccountId(account))[0]

    def queue(self, *payments: int, cause: str = "payment.setpaid", day: date = TODAY) -> None:
        """Put payments into the queue as an event does."""
        for payment in payments:
            self.store.queue.put_payment(PaymentId(payment), cause, self.clock(day)())

    def classes(self, name: str, *types: str, left_out: tuple[int, ...] = (), caps: str = "") -> None:
        """Let a class stand for these service types, but not for these tariffs; with these caps."""
        found = self.store.classes.of(ServiceClass(name))
        title = found.title if found else same(name)
        self.store.classes.put(ClassOfServices(ServiceClass(name), title, types, left_out, read(caps)))

    def work(self, day: date = TODAY) -> None:
        """Answer the queue as the worker does, until it would wait for what failed."""
        work(self.sandbox.root, self.store, self.clock(day), lambda pause: False)

    def sweep(self, day: date = TODAY) -> Swept:
        return sweep(self.sandbox.root, self.store, self.clock(day))

    def percents(self, account: int) -> dict[str, int]:
        """What the panel's database holds for the account, by service type."""
        return {name: int(percent) for name, percent in self.sandbox.world.percents(account).items()}

    def writes(self) -> list[str]:
        """The panel functions that wrote since the last look, filters and sessions aside."""
        own = ("account.discount",)
        written = [call["func"] for call in self.sandbox.calls() if call["writes"] and call["func"].startswith(own)]
        self.sandbox.reset_calls()
        return written

    @staticmethod
    def clock(day: date) -> Callable[[], datetime]:
        return lambda: datetime(day.year, day.month, day.day, 12)
