"""Pages of administrators and clients, as the panel starts them."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from resellerprogram.programme.basis import Basis
from resellerprogram.programme.decision import decide
from resellerprogram.programme.effects import Way
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.overview import SOON
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, RateTable
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.tiers import published_table
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.store import Store
from resellerprogram.store.changes import Author
from resellerprogram.store.database import transaction
from resellerprogram.store.listing import MOST_ROWS
from resellerprogram.store.planned import PlannedAccount

from tests.benchmarks.measuring import Row, goal, repeat, started, timed
from tests.installation import download
from tests.installation import run as install
from tests.operator import go_live
from tests.sandbox import Sandbox

PERCENTS = {f"percent_{name}": "5" for name in ("vps", "dedicated", "ssl")}

SHOWN = {
    "members.filter": {},
    "members.edit": {"elid": "7"},
    "why": {"elid": "7"},
    "history": {"elid": "7"},
    "preview": {},
    "tiers": {},
    "tiers.edit": {"elid": "0-8", "sv_field": "threshold", "name": "A", "threshold": "51000", **PERCENTS},
    "classes": {},
    "classes.edit": {"elid": "vps"},
    "settings": {},
    "health": {},
    "overview": {},
    "corrections": {},
    "gaming": {},
    "undo": {},
}
"""Pages that only show something, and what they are asked for."""

LONG_LIST_OF_CLIENTS: dict[str, dict[str, str]] = {"my.payments": {}}

LONG_LISTS: dict[str, dict[str, str]] = {"members": {}, "changes": {}, "people": {}}
"""Those that give as many rows as the panel takes."""

OF_CLIENTS = {
    "my": {},
    "my.ahead": {"amount": "5000"},
    "my.tiers": {},
    "my.history": {},
    "my.picture": {"months": "12"},
    "my.how": {},
    "my.leave": {},
    "my.notices": {},
}
"""The same for a client's session."""


def measure(share: int) -> list[Row]:
    """Every page as the panel starts it; the panel's own time is counted apart."""
    members, payments = 100_000 // share, 10_000 // share
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox.create(Path(folder) / "mgr5", now=datetime.now()) as panel,
    ):
        panel.world.add_many(100, 6, date.today())
        install("install", panel.root, "--wheels", str(download(Path(folder) / "wheels")))
        with Store(panel.root, datetime.now()) as store:
            go_live(store)
        subprocess.run([str(panel.root / "sbin" / "resellerprogram"), "apply"], check=True, capture_output=True)
        many_members(panel, members)
        with Store(panel.root, datetime.now()) as store:
            store.settings.set("joining", "on")
            account = AccountId(1)
            user = store.users.of(account)[0]
            many_payments(store, account, payments)
        staff = slowest(panel, SHOWN, {"AUTH_LEVEL": "30", "AUTH_USER": "1"})
        long = slowest(panel, LONG_LISTS, {"AUTH_LEVEL": "30", "AUTH_USER": "1"})
        paid = slowest(panel, LONG_LIST_OF_CLIENTS, {"AUTH_LEVEL": "16", "AUTH_USER": user})
        client = slowest(panel, OF_CLIENTS, {"AUTH_LEVEL": "16", "AUTH_USER": user})
    return [
        _page_row(f"the slowest page, {members} members, against an interpreter start", staff),
        (
            f"the longest list, {min(members, MOST_ROWS)} rows of {members} members, against an interpreter start",
            f"{long[1]:.1f} ×",
            f"{long[0]}; the panel sorts and pages what it gets, so it gets all",
        ),
        ("panel calls of a page, at most", str(staff[3]), f"{staff[2]}; goal 2"),
        _page_row(f"the slowest page of a client with {payments} payments in the window", client),
        (
            f"{min(payments, MOST_ROWS)} payments of a client in one list, against an interpreter start",
            f"{paid[1]:.1f} ×",
            paid[0],
        ),
        ("panel calls of a client's page, at most", str(client[3]), "goal 1"),
    ]


def _page_row(what: str, found: tuple[str, float, str, int, float]) -> Row:
    page, ratio, _, _, start = found
    return what, f"{ratio:.1f} ×", f"{page}; {goal('10', start)}; panel calls apart"


def slowest(
    panel: Sandbox, asked: Mapping[str, Mapping[str, str]], who: dict[str, str]
) -> tuple[str, float, str, int, float]:
    """The page that takes longest and how many interpreter starts, the one with the most panel calls and how many, and
    how long an interpreter start takes."""
    python = panel.root / "lib" / "resellerprogram" / "current" / "venv" / "bin" / "python"
    handler = [str(panel.root / "addon" / "resellerprogram")]
    worst, most, start = ("", 0.0), ("", 0), 0.0
    for page, params in asked.items():
        environment = {
            "PATH": "/usr/bin:/bin",
            **who,
            "PARAM_func": f"resellerprogram.{page}",
            **{f"PARAM_{name}": value for name, value in params.items()},
        }
        starts, times, bare = [], [], []
        for _ in range(11):
            starts.append(timed(partial(started, [str(python), "-I", "-c", "pass"], environment)))
            panel.reset_calls()
            times.append(timed(partial(started, handler, environment)))
            called = panel.calls()
            bare.append(timed(partial(repeat, panel, called)) if called else 0.0)
        start = statistics.median(starts)
        ratio = (statistics.median(times) - statistics.median(bare)) / start
        worst = max(worst, (page, ratio), key=lambda each: each[1])
        most = max(most, (page, len(called)), key=lambda each: each[1])
    return (*worst, *most, start)


def many_payments(store: Store, account: AccountId, count: int) -> None:
    """A month of daily decisions about an account with so many payments in its window."""
    today, rules = date.today(), CountingRules(ProviderId(1), "RUB", RateTable(), {})
    made = [
        Payment(
            PaymentId(number),
            f"pfx/{number}",
            Money(Decimal(number % 90 + 1), "RUB"),
            PaymentStatus.CREDITED,
            today - timedelta(days=number % 30),
            ProviderId(1),
            "Bank",
        )
        for number in range(1, count + 1)
    ]
    now = datetime.now()
    for back in range(30, -1, -1):
        found = decide(account, today - timedelta(days=back), made, published_table(), rules)
        store.decisions.record(found, "daily", now, will_write=True)
    store.outlooks.keep(account, Outlook.of(found))


def many_members(panel: Sandbox, count: int) -> None:
    """Rows and decisions of so many members, as a run leaves them; a tenth of them wait to be changed by a plan, and
    one in fifty falls on each of the days to come."""
    now, table = datetime.now(), published_table()
    today = now.date()
    with Store(panel.root, now) as store, transaction(store.connection):
        for number in range(1, count + 1):
            account, turnover = AccountId(number), Decimal(number * 37 % 1_200_000)
            tier = table.tier_for(turnover)
            percents = tier.percents if tier else {}
            threshold = tier.threshold if tier else None
            name = tier.name if tier else None
            falls_on = today + timedelta(days=number % 50 + 1) if tier else None
            store.standings.keep(
                Standing(
                    account,
                    f"Клиент {number}",
                    Basis.TURNOVER,
                    name,
                    threshold,
                    turnover,
                    percents=percents,
                    change_day=falls_on,
                    since=today - timedelta(days=number % 90),
                )
            )
            if falls_on and falls_on <= today + SOON:
                paid_on = falls_on - timedelta(days=31)
                store.outlooks.keep(account, Outlook(today, Basis.TURNOVER, 1, tier, {paid_on: turnover}))
            store.changes.add("setting", "currency", "RUB", "USD", Author("admin", "192.0.2.7"), now)
        store.planned.replace(
            PlannedAccount(AccountId(number), f"Клиент {number}", Decimal(number), None, "Starter", Way.STARTS, 0, ())
            for number in range(1, count // 10)
        )
