"""What one does to a running demo: a day goes by, money comes, money goes back. Each tells what it changed."""

from __future__ import annotations

import os
import subprocess
import time as clock
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from .place import Place
from .speech import Stop, say, text

MORNING, NIGHT = time(9), time(0, 7)
PATIENCE = 60.0
MOST_DAYS = 31
CREDITED = "4"
SHOWN = 12

Percents = Mapping[int, Mapping[str, Decimal]]


def next_day(place: Place, days: int) -> None:
    """So many nights, one after the other, each as cron starts it."""
    if not 1 <= days <= MOST_DAYS:
        raise Stop(text(f"From 1 to {MOST_DAYS} days.", f"Дней: от 1 до {MOST_DAYS}."))
    for _ in range(days):
        day, before = place.today() + timedelta(days=1), _percents(place)
        place.panel.now = datetime.combine(day, NIGHT)
        done = subprocess.run([str(place.command), "daily"], capture_output=True, text=True, check=False)
        place.panel.now = datetime.combine(day, MORNING)
        say(f"{day}: the night has run.", f"{day:%d.%m.%Y}: ночной пересчёт прошёл.")
        if done.returncode:
            print(done.stdout[-2000:] + done.stderr[-2000:], flush=True)
        _tell(place, before)


def pay(place: Place, whom: str, amount: str) -> None:
    """The client pays: the panel credits it, and its event does the rest."""
    client, sum_paid, before = _client(place, whom), _amount(amount), _percents(place)
    panel, today = place.panel, place.today()
    payment = panel.world.add_payment(client, sum_paid, None, status=1, created_on=today)
    panel.set_payment_status("payment.setpaid", payment)
    _wait(place)
    name = _names(place)[client]
    say(f"{name} paid {sum_paid:,.2f} RUB.", f"{name}: внесено {sum_paid:,.2f} RUB.".replace(",", " "))
    _tell(place, before)


def refund(place: Place, whom: str, amount: str | None) -> None:
    """The client's last payment goes back, or a part of it: the panel does it, and its event does the rest."""
    client, before = _client(place, whom), _percents(place)
    number, paid = _last_payment(place, client)
    given = _amount(amount) if amount else paid
    if given > paid:
        raise Stop(
            text(
                f"The last payment was {paid} RUB; nothing was given back. Name that much at most.",
                f"Последний платёж был на {paid} RUB; ничего не возвращено. Укажите не больше.",
            )
        )
    answer = place.panel.mgrctl("payment.refund", elid=number, amount=given, sok="ok", su="admin")
    if answer.find("error") is not None:
        raise Stop(answer.findtext("error/msg") or "?")
    _wait(place)
    name = _names(place)[client]
    say(f"{name} got {given} RUB back.", f"{name}: возвращено {given} RUB.")
    _tell(place, before)


# --- whom, how much ---


def _client(place: Place, whom: str) -> int:
    """By number, login or a part of the name. Raises Stop for nobody and for several."""
    names, wanted = _names(place), whom.strip().casefold()
    found = [
        account
        for account, name in names.items()
        if wanted in (str(account), *_logins(place, account), name.casefold())
    ] or [account for account, name in names.items() if wanted and wanted in name.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Stop(text(f"There is no client {whom!r}.", f"Клиента «{whom}» нет."))
    listed = ", ".join(f"{account} {names[account]}" for account in found[:SHOWN])
    raise Stop(text(f"Which of them? {listed}", f"Кто из них? {listed}"))


def _logins(place: Place, account: int) -> tuple[str, str]:
    """The login, and what stands before its @."""
    login = place.panel.world.user_of(account).casefold()
    return login, login.partition("@")[0]


def _amount(typed: str) -> Decimal:
    try:
        amount = Decimal(typed.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount < 10**9 or amount != amount.quantize(Decimal("0.01")):
        raise Stop(
            text(
                f"{typed!r} is no amount; write one like 3000 or 1234.50.",
                f"«{typed}» — не сумма; напишите, например, 3000 или 1234.50.",
            )
        )
    return amount


def _last_payment(place: Place, client: int) -> tuple[str, Decimal]:
    rows = place.panel.mgrctl("account.payment", elid=client, su="admin").findall("elem")
    paid = [row for row in rows if row.findtext("real_status") == CREDITED and row.findtext("refund") == "off"]
    if not paid:
        raise Stop(
            text("This client has no payment to give back.", "У этого клиента нет платежа, который можно вернуть.")
        )
    row = max(paid, key=lambda each: int(each.findtext("id", "0")))
    return row.findtext("id", ""), Decimal(row.findtext("subaccountamount_iso", "0").split(" ")[0])


# --- what changed ---


def _tell(place: Place, before: Percents) -> None:
    """Whose discounts are others now, a line each."""
    after, names = _percents(place), _names(place)
    changed = [account for account in names if before.get(account, {}) != after.get(account, {})]
    for account in changed[:SHOWN]:
        had, has = before.get(account, {}), after.get(account, {})
        steps = ", ".join(
            f"{what} {_percent(had, what)} → {_percent(has, what)} %"
            for what in sorted({*had, *has})
            if had.get(what) != has.get(what)
        )
        print(f"  {account} {names[account]}: {steps}", flush=True)
    if len(changed) > SHOWN:
        print(text(f"  and {len(changed) - SHOWN} more", f"  и ещё {len(changed) - SHOWN}"), flush=True)
    if not changed:
        print(text("  Nobody's discounts changed.", "  Ничьи скидки не изменились."), flush=True)


def _percent(of: Mapping[str, Decimal], what: str) -> str:
    return f"{of.get(what, Decimal(0)):f}"


def _percents(place: Place) -> dict[int, dict[str, Decimal]]:
    """Every client's personal discounts by service type, as the panel's database has them."""
    found: dict[int, dict[str, Decimal]] = {}
    for each in place.panel.world.discounts():
        found.setdefault(each["account"], {})[each["internal_name"]] = each["percent"]
    return found


def _names(place: Place) -> dict[int, str]:
    rows = place.panel.mgrctl("account", su="admin", p_cnt="5000").findall("elem")
    return {int(row.findtext("id", "0")): row.findtext("name", "") for row in rows}


def _wait(place: Place) -> None:
    """Until the worker has answered what the event put into its queue."""
    until = clock.monotonic() + PATIENCE
    while clock.monotonic() < until:
        listed = subprocess.run(
            [str(place.command), "queue", "list", "--json"], capture_output=True, text=True, check=True, env=_plain()
        )
        if listed.stdout.strip() == "[]":
            return
        clock.sleep(0.1)
    raise Stop(
        text(
            "The queue is not empty after a minute; see the page Queue.",
            "Очередь не пуста и через минуту; смотрите страницу «Очередь».",
        )
    )


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
