"""Money arrives, and the discount is there: real events, real processes, nobody starts anything (R6)."""

from __future__ import annotations

import random
import re
import subprocess
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial

import pytest
import requests

from tests.live.conftest import Live

pytestmark = pytest.mark.slow

PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}
STARTER = {"vds": 3, "dedic": 1, "certificate": 1}


@pytest.mark.parametrize("reads_wait", ["no", "yes"])
def test_a_credited_payment_lifts_the_discount_while_the_payment_lock_is_held(live: Live, reads_wait: str) -> None:
    """Another event holds the payment's lock for seconds; the worker's first call waits its turn without an error."""
    live.sandbox.read_as(payment_reads_wait=reads_wait)
    slow = live.root / "addon" / "slow"
    slow.write_text("#!/bin/sh\nsleep 2\necho '<doc/>'\n")
    slow.chmod(0o750)
    description = live.root / "etc" / "xml" / "billmgr_mod_slow.xml"
    description.write_text(
        '<mgrdata><handler name="slow" type="cgi"><event name="payment.setpaid" final="yes"/></handler></mgrdata>'
    )
    live.sandbox.mgrctl("exit")
    account = live.client()
    payment = live.placed(account, 52_000)
    answered: list[datetime] = []

    def credit() -> None:
        live.sandbox.set_payment_status("payment.setpaid", payment)
        answered.append(datetime.now())

    crediting = threading.Thread(target=credit)
    crediting.start()
    live.wait(lambda: live.workers() or live.percents(account), "a worker")
    begun_before_the_answer = not answered
    live.wait(lambda: live.percents(account) == PARTNER_8, "the discount")
    crediting.join()
    description.unlink()
    live.sandbox.mgrctl("exit")
    assert begun_before_the_answer
    live.wait(live.quiet)
    first = next(call for call in live.sandbox.calls() if call["func"] == "payment.info")
    assert datetime.fromisoformat(first["time"]) < answered[0]
    assert "ERROR" not in live.log()


def test_several_payments_in_one_call_and_every_function_that_changes_one(live: Live) -> None:
    one, two = live.client(), live.client()
    payments = [live.placed(one, 52_000), live.placed(two, 600), live.placed(two, 52_000)]
    live.sandbox.set_payment_status("payment.setpaid", *payments)
    live.wait(lambda: live.percents(one) == PARTNER_8 == live.percents(two), "the rise")
    for function, details in (
        ("payment.setfraud", {}),
        ("payment.setpaid", {}),
        ("payment.setcanceled", {}),
        ("payment.setpaid", {}),
        ("payment.edit", {"sok": "ok", "pay_date": str(date.today() - timedelta(days=60))}),
        ("payment.edit", {"sok": "ok", "pay_date": str(date.today())}),
        ("payment.refund", {}),
    ):
        live.sandbox.mgrctl(function, elid=payments[2], su="admin", **details)
        wanted = PARTNER_8 if function == "payment.setpaid" or str(date.today()) in details.values() else STARTER
        live.wait(partial(live.has, two, wanted), function)
    live.sandbox.mgrctl("payment.delete", elid=payments[1], su="admin")
    live.wait(lambda: live.percents(two) == {}, "payment.delete")


def test_three_hundred_payments_in_a_burst_over_fifty_accounts(live: Live) -> None:
    """Parallel clients; every account ends right, and nothing is written twice."""
    chance = random.Random(3)
    accounts = [live.client(f"Client {number}") for number in range(50)]
    amounts = [chance.choice((100, 500, 2_000, 7_000)) for _ in range(300)]
    owners = [accounts[number % 50] for number in range(300)]
    with live.sandbox.world.at_once():
        payments = [live.placed(account, amount) for account, amount in zip(owners, amounts)]
    order = list(payments)
    chance.shuffle(order)
    live.sandbox.reset_calls()

    def credit(payment: int) -> bool:
        form = {"authinfo": "admin:admin-password", "func": "payment.setpaid", "elid": payment, "out": "xml"}
        return "<ok/>" in requests.post(live.sandbox.url, data=form, timeout=60).text

    with ThreadPoolExecutor(12) as clients:
        assert all(clients.map(credit, order))
    live.wait(live.quiet, "the end of the queue")

    sums: dict[int, int] = defaultdict(int)
    for account, amount in zip(owners, amounts):
        sums[account] += amount
    for account, total in sums.items():
        assert live.percents(account).get("vds", 0) == _vps_percent(total)
    written: dict[tuple[str, str], list[str]] = defaultdict(list)
    for call in live.sandbox.calls():
        if call["writes"] and call["func"].startswith("account.discount"):
            params = call["params"]
            written[params["plid"], params["pricelist_tree"]].append(params["percentage"])
    for percents in written.values():
        assert percents == sorted(set(percents), key=int), "every write changes a discount, and only upwards"
    with live.store() as store:
        assert store.owned.count() == len(live.sandbox.world.discounts())


def _vps_percent(total: int) -> int:
    steps = ((500, 3), (3_000, 5), (5_000, 7), (10_000, 9), (15_000, 11), (20_000, 13), (30_000, 15), (40_000, 17))
    return max((percent for threshold, percent in steps if total >= threshold), default=0)


def test_a_discount_added_by_hand_is_set_aside_at_once_and_our_own_writes_start_nobody(live: Live) -> None:
    account = live.client()
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 52_000))
    live.wait(lambda: live.percents(account) == PARTNER_8, "the rise")
    live.wait(live.quiet)
    types = {"type": "0", "percentage": "60", "pricelist_tree": "it_1", "name": "By hand", "sok": "ok"}
    live.sandbox.mgrctl("account.discount.add.product", plid=account, su="admin", **types)
    with live.store() as store:
        live.wait(lambda: store.set_aside.accounts() >= {account}, "setting aside")
        live.wait(live.quiet)
        causes = {row[0] for row in store.connection.execute("SELECT DISTINCT cause FROM decision")}
    assert live.percents(account) == PARTNER_8
    assert "account.discount.edit" not in causes


def test_a_nightly_run_and_workers_on_the_same_accounts(live: Live) -> None:
    """The run reads everybody while payments come in; both leave every account right, and neither waits for long."""
    accounts = [live.client(f"Client {number}") for number in range(15)]
    for account in accounts:
        live.sandbox.world.add_payment(account, 600, date.today())
    assert live.cli("apply").returncode == 0
    payments = [live.placed(account, 52_000) for account in accounts[::3]]
    live.sandbox.fault("slow", "account.discount", seconds=0.1)
    with subprocess.Popen(
        [str(live.root / "sbin" / "resellerprogram"), "daily"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as night:
        live.wait(lambda: any(call["func"] == "account.discount" for call in live.sandbox.calls()), "the run")
        live.sandbox.set_payment_status("payment.setpaid", payments[0])
        live.wait(lambda: live.percents(accounts[0]) == PARTNER_8, "the rise")
        still_running = night.poll() is None
        for payment in payments[1:]:
            live.sandbox.set_payment_status("payment.setpaid", payment)
        assert night.wait() == 0, live.log()
    live.sandbox.clear_faults()
    live.wait(live.quiet, "the end of the queue")
    assert still_running, "the payment was answered by the run, not after it"
    for account in accounts:
        assert live.percents(account) == (PARTNER_8 if account in accounts[::3] else STARTER)
    assert "Traceback" not in live.log()


def test_a_worker_that_is_killed_is_replaced_by_the_next_event(live: Live) -> None:
    account = live.client()
    live.sandbox.fault("slow", "account.discount", seconds=5, count=1)
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 600))
    live.wait(lambda: any(call["func"] == "payment" for call in live.sandbox.calls()), "the worker's call")
    live.stop_workers()
    assert live.percents(account) == {}
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 52_000))
    live.wait(lambda: live.percents(account) == PARTNER_8, "the rise")
    live.wait(live.quiet)


def test_a_worker_that_waits_is_woken_and_no_second_one_is_started(live: Live) -> None:
    account = live.client()
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 600))
    live.wait(lambda: live.percents(account) == STARTER, "the rise")
    live.wait(live.quiet)
    (waiting,) = live.workers()
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 52_000))
    live.wait(lambda: live.percents(account) == PARTNER_8, "the rise")
    live.wait(live.quiet)
    assert live.workers() == [waiting]


def test_what_is_tried_again_by_hand_is_done_by_the_worker_that_waits(live: Live) -> None:
    account = live.client()
    live.sandbox.fault("refuse", "account.discount.add.product", count=1)
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 600))
    with live.store() as store:
        live.wait(lambda: [row for row in store.queue.all() if row.error], "the refusal")
    assert live.workers()
    tried = live.cli("queue", "retry")
    assert (tried.returncode, tried.stdout) == (0, "Tried again: 1; still waiting: 0.\n")
    assert live.percents(account) == STARTER


def test_a_sweep_leaves_a_worker_that_waits_and_it_ends_with_the_installation(live: Live) -> None:
    live.stop_workers()
    assert live.cli("sweep").returncode == 0
    live.wait(lambda: len(live.workers()) == 1, "a worker")
    current = live.root / "lib" / "resellerprogram" / "current"
    moved = current.rename(current.with_name("elsewhere"))
    live.wait(lambda: not live.workers(), "the worker's end")
    moved.rename(current)


def test_where_the_events_are_not_registered_the_sweep_does_it(live: Live) -> None:
    assert live.cli("apply").returncode == 0
    description = live.root / "etc" / "xml" / "billmgr_mod_resellerprogram_events.xml"
    kept = description.read_bytes()
    description.unlink()
    live.sandbox.mgrctl("exit")
    account = live.client()
    live.sandbox.set_payment_status("payment.setpaid", live.placed(account, 52_000))
    assert live.percents(account) == {}
    swept = live.cli("sweep")
    description.write_bytes(kept)
    live.sandbox.mgrctl("exit")
    assert swept.returncode == 0, swept.stderr
    assert live.percents(account) == PARTNER_8


# --- promo codes ---


def test_a_client_with_a_tier_can_not_use_a_promo_code_and_others_can(live: Live) -> None:
    today = date.today()
    live.sandbox.world.add_promotion("Sale", 90, "vds", today, today + timedelta(days=30), promocode="SALE")
    holder, other = live.client("Holder"), live.client("Other")
    live.sandbox.set_payment_status("payment.setpaid", live.placed(holder, 52_000))
    live.wait(live.quiet)
    for function in ("basket", "cart"):
        for language, text in (("ru", "у вас статус партнёра «Partner #8»"), ("en", "Promo code not applied")):
            refused = live.sandbox.mgrctl(
                function, promocode="SALE", sok="ok", lang=language, su=live.sandbox.world.user_of(holder)
            ).find("error")
            assert refused is not None
            assert text in refused.findtext("msg", "")
        taken = live.sandbox.mgrctl(function, promocode="SALE", sok="ok", su=live.sandbox.world.user_of(other))
        assert taken.findtext("promocode") == "SALE"
        viewed = live.sandbox.mgrctl(function, su=live.sandbox.world.user_of(holder))
        assert viewed.find("error") is None
        assert viewed.findtext("promocode") == ""
    assert live.sandbox.price(holder, "vds") == 810


def test_r9_a_client_with_a_tier_removes_lines_and_pays_though_a_refused_code_stands_in_the_cart(live: Live) -> None:
    """panel-2 B2: the cart's form sends its code along with every operation."""
    today = date.today()
    live.sandbox.world.add_promotion("Going along", 90, "vds", today, today + timedelta(days=30), promocode="ALONG")
    holder = live.client("Orders")
    live.sandbox.set_payment_status("payment.setpaid", live.placed(holder, 52_000))
    live.wait(live.quiet)
    user, form = live.sandbox.world.user_of(holder), {"promocode": "ALONG", "sok": "ok"}
    lines = []
    for _ in range(2):
        added = live.sandbox.mgrctl("v2.vds.order.param", clicked_button="order", sok="ok", su=user)
        lines.append(added.findtext("lineitem.id", ""))
    assert live.sandbox.mgrctl("cart", clicked_button="setpromocode", su=user, **form).find("error") is not None
    assert live.sandbox.mgrctl("cart", su=user, promocode="ALONG").findtext("total/count") == "2"
    left = live.sandbox.mgrctl("cart", clicked_button="delete", id=lines[0], su=user, **form)
    assert (left.findtext("total/count"), left.findtext("total/cost")) == ("1", "810.00")
    paid = live.sandbox.mgrctl("cartorder.create.confirm", elid=lines[1], paymethod_id=0, su=user, **form)
    assert paid.find("ok") is not None
    assert live.sandbox.mgrctl("cart", su=user).findtext("total/count") == "0"


def test_a_guard_that_can_not_answer_lets_the_order_go_on(live: Live) -> None:
    holder = live.client("Holder")
    live.sandbox.set_payment_status("payment.setpaid", live.placed(holder, 52_000))
    live.wait(live.quiet)
    today = date.today()
    live.sandbox.world.add_promotion("Other sale", 10, "vds", today, today + timedelta(days=30), promocode="OTHER")
    current = live.root / "lib" / "resellerprogram" / "current"
    moved = current.with_name("elsewhere")
    current.rename(moved)
    try:
        basket = live.sandbox.mgrctl("basket", promocode="OTHER", sok="ok", su=live.sandbox.world.user_of(holder))
        credited = live.sandbox.set_payment_status("payment.setpaid", live.placed(holder, 600))
    finally:
        moved.rename(current)
    assert basket.findtext("promocode") == "OTHER"
    assert credited.find("ok") is not None
    assert live.cli("sweep").returncode == 0


def test_doctor_tells_whether_the_guard_works_and_tries_what_only_a_write_can_tell(live: Live) -> None:
    holder, tester = live.client("Holder"), live.client("Tester")
    live.sandbox.set_payment_status("payment.setpaid", live.placed(holder, 52_000))
    live.wait(live.quiet)
    today = date.today()
    live.sandbox.world.add_promotion("Hosting sale", 50, "vhost", today, today + timedelta(days=30))
    refused = live.cli("settings", "set", "promotions", "everywhere")
    assert (refused.returncode, "doctor --try-on" in refused.stderr) == (1, True)
    before = live.sandbox.world.discounts(tester)
    found = live.cli("doctor", "--try-on", str(tester)).stdout
    assert re.search("own_lists +holds", found)
    lines = {line.split()[0]: line.split()[1] for line in found.splitlines()[1:] if line[:1].isalpha()}
    wanted = ("before_error_blocks", "payment_names_user", "promo_code_functions", "put_back", "zero_percent")
    assert {name: lines[name] for name in wanted} == dict.fromkeys(wanted, "holds")
    assert live.sandbox.world.discounts(tester) == before
    assert live.cli("settings", "set", "promotions", "everywhere").returncode == 0
    live.cli("settings", "set", "promotions", "covered")
    live.sandbox.read_as(before_error_blocks="no")
    live.sandbox.read_as(handler_lists="as_given")
    differing = live.cli("doctor").stdout
    live.sandbox.read_as(handler_lists="decorated")
    assert re.search("before_error_blocks +differs", differing)
    assert re.search("own_lists +differs", differing)
    assert "name a test client" in live.cli("doctor", "--try-on", str(holder)).stdout
