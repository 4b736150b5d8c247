"""A run over all members: its time against its bare panel calls, its calls, its writes."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path

import requests
from resellerprogram.panel.assumptions import payment_filter
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.window import Window
from resellerprogram.recalculation.run import recalculate
from resellerprogram.store import Store

from tests.benchmarks.measuring import Row, alternately, timed
from tests.operator import go_live
from tests.sandbox import Sandbox

TODAY = date(2025, 1, 20)


def measure(share: int) -> list[Row]:
    members = 1000 // share
    with tempfile.TemporaryDirectory() as folder, Sandbox.create(Path(folder) / "mgr5") as panel:
        accounts = panel.world.add_many(members, 6, TODAY)
        panel.reset_calls(recording=False)
        with Store(panel.root, datetime(2025, 1, 20)) as store:
            go_live(store)
            store.settings.set("panel_url", panel.url)
            written = recalculate(panel.root, store, TODAY, datetime.now, "first").written
            settle = recalculate(panel.root, store, TODAY, datetime.now, "second").written
            ours, bare = alternately(lambda: run(panel, store), lambda: bare_calls(panel, accounts))
            store.settings.set("panel_url", "")
            by_mgrctl = timed(lambda: run(panel, store))
            store.settings.set("panel_url", panel.url)
            panel.reset_calls()
            run(panel, store)
            calls = len(panel.calls())
            changed = accounts[::10]
            for account in changed:
                panel.world.add_payment(account, 1_500_000, TODAY)
            panel.reset_calls()
            report = recalculate(panel.root, store, TODAY, datetime.now, "changed")
            writes = [call for call in panel.calls() if call["writes"] and call["func"].startswith("account.discount")]
    differing = sum(len(planned.changes) for planned in report.planned)
    return [
        (
            f"full run, {members} members, nothing to change, against its bare panel calls",
            f"{ours / bare:.2f} ×",
            f"goal 1.25 ×; {ours:.1f} s against {bare:.1f} s",
        ),
        ("the same run by mgrctl, against HTTPS", f"{by_mgrctl / ours:.1f} ×", f"{by_mgrctl:.1f} s"),
        ("panel calls of that run, per member", f"{calls / members:.2f}", f"{calls} calls: payments and discounts"),
        (
            "panel writes of a run, against differing discounts",
            f"{len(writes)} = {differing}",
            f"first run wrote {written}, the second {settle}",
        ),
    ]


def run(panel: Sandbox, store: Store) -> None:
    report = recalculate(panel.root, store, TODAY, datetime.now, "benchmark")
    assert report.planned == []


def bare_calls(panel: Sandbox, accounts: list[int]) -> None:
    """What no run can do without: each member's payments and discounts, over one session, answers thrown away."""
    window = Window.of(TODAY)
    dates = {"payfromdate": str(window.first), "paytodate": str(window.last)}
    with requests.Session() as session:
        session.trust_env = False
        common = {"authinfo": "admin:admin-password", "out": "xml", "p_cnt": "5000", "p_num": "1"}
        for account in accounts:
            for form in (
                {"func": "payment", **payment_filter(AccountId(account), dates)},
                {"func": "account.discount", "elid": str(account), "filter": "off"},
            ):
                session.post(panel.url, data={**common, **form}, timeout=60).content  # noqa: B018
