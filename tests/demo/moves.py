"""What one does to a running demo: a day goes by, money comes, money goes back. Each tells what it changed."""

from __future__ import annotations

import shlex
import subprocess
import time as clock
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from resellerprogram.panel.standstill import stands_still
from resellerprogram.programme.figures import day as shown
from resellerprogram.programme.health import Trouble
from resellerprogram.store import Store
from resellerprogram.words.health import SENTENCES
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.sandbox.models import Payment, Subaccount

from .place import Place
from .speech import Stop, money, said, say, text
from .telling import SHOWN, State, changed, changes, unchanged, verdict

MORNING, NIGHT = time(9), time(0, 7)
PATIENCE = 60.0
MOST = Decimal(999_999_999)
NEW, CREDITED = 1, 4


def next_day(place: Place, days: int) -> None:
    """So many nights, one after the other, each as cron starts it."""
    for _ in range(days):
        day, before = place.today() + timedelta(days=1), _state(place)
        place.panel.now = datetime.combine(day, NIGHT)
        done = subprocess.run([str(place.command), "daily"], capture_output=True, text=True, check=False)
        place.panel.now = datetime.combine(day, MORNING)
        after = _state(place)
        came = _stopped(place) or verdict(before, after)
        say(f"{shown(day).en}: the night has passed. {came}", f"{shown(day).ru}: ночь прошла. {came}")
        if done.returncode:
            print(done.stdout[-2000:] + done.stderr[-2000:], flush=True)
        for line in changes(before, after):
            print(line, flush=True)


def pay(place: Place, whom: str, amount: str) -> None:
    """The client pays: the panel credits it, and its event does the rest."""
    paid, client, before = _amount(amount), _client(place, whom), _state(place)
    panel, today = place.panel, place.today()
    payment = panel.world.add_payment(client, paid, None, status=NEW, created_on=today)
    panel.set_payment_status("payment.setpaid", payment)
    say(
        f"{before.names[client]} paid {money(paid)} (pfx/{payment}).",
        f"{before.names[client]}: внесено {money(paid)} (pfx/{payment}).",
    )
    _follow(place, client, before)


def refund(place: Place, whom: str, amount: str | None) -> None:
    """A payment goes back, or a part of it, the client's last one unless it is named: the panel does it, and its event
    does the rest."""
    wanted = _amount(amount) if amount else None
    payment = _payment(place, whom)
    rest = _rest_of(place, payment)
    given, before = wanted or rest, _state(place)
    if given > rest:
        raise Stop(
            text(
                f"Of {payment.number} {money(rest)} can be given back; nothing was.",
                f"Из {payment.number} можно вернуть {money(rest)}; ничего не возвращено.",
            )
        )
    answer = place.panel.mgrctl("payment.refund", elid=payment.id, amount=given, sok="ok", su="admin")
    if answer.find("error") is not None:
        raise Stop(answer.findtext("error/msg") or "?")
    name = before.names[payment.account]
    say(
        f"{name} got {money(given)} of {payment.number} back.",
        f"{name}: возвращено {money(given)} из {payment.number}.",
    )
    _follow(place, payment.account, before)


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
        raise Stop(
            text(
                f"There is no client “{whom}”; the page Members lists them.",
                f"Клиента «{whom}» нет; все они на странице «Участники».",
            )
        )
    listed, rest = ", ".join(f"{account} {names[account]}" for account in found[:SHOWN]), len(found) - SHOWN
    more = text(f" and {rest} more", f" и ещё {rest}") if rest > 0 else ""
    raise Stop(
        text(
            f"“{whom}” fits several clients: {listed}{more}. Name one by number or login.",
            f"«{whom}» подходит нескольким клиентам: {listed}{more}. Укажите номер или логин.",
        )
    )


def _logins(place: Place, account: int) -> tuple[str, str]:
    """The login, and what stands before its @."""
    login = place.panel.world.user_of(account).casefold()
    return login, login.partition("@")[0]


def _amount(typed: str) -> Decimal:
    try:
        amount = Decimal(typed.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount <= MOST or amount != amount.quantize(Decimal("0.01")):
        raise Stop(
            text(
                f"“{typed}” is no amount; write one from 0.01 to 999999999, such as 1234.50. Nothing was changed.",
                f"«{typed}» не подходит: нужна сумма от 0,01 до 999999999, например 1234,50. Ничего не изменено.",
            )
        )
    return amount


@dataclass(frozen=True)
class Paid:
    """A credited payment."""

    id: int
    number: str
    account: int
    amount: Decimal


def _payment(place: Place, whom: str) -> Paid:
    """The payment of that number; else the last one of that client. Raises Stop."""
    named = [each for each in payments(place) if each.number == whom]
    if not named and "/" in whom:
        raise Stop(
            text(
                f"There is no payment “{whom}”, or all of it was given back.",
                f"Платежа «{whom}» нет, или он уже возвращён целиком.",
            )
        )
    if not named:
        client = _client(place, whom)
        named = [each for each in payments(place) if each.account == client and _rest_of(place, each)]
    if not named:
        raise Stop(
            text("This client has no payment to give back.", "У этого клиента нет платежа, который можно вернуть.")
        )
    return named[-1]


def payments(place: Place) -> list[Paid]:
    """All that were credited, in the order of their days."""
    query = (
        select(Payment.id, Payment.number, Subaccount.account, Payment.subaccountamount)
        .join(Subaccount, Subaccount.id == Payment.subaccount)
        .where(Payment.status == CREDITED, Payment.refund == "off")
        .order_by(Payment.paydate, Payment.id)
    )
    with Session(place.panel.world.engine) as session:
        return [Paid(*row) for row in session.execute(query)]


def _rest_of(place: Place, payment: Paid) -> Decimal:
    """What has not been given back yet."""
    given = select(func.coalesce(func.sum(func.abs(Payment.subaccountamount)), 0)).where(
        Payment.source_payment == payment.id, Payment.refund == "on"
    )
    with Session(place.panel.world.engine) as session:
        rest = payment.amount - Decimal(str(session.execute(given).scalar_one()))
    return rest.quantize(Decimal("0.01"))


# --- what changed ---


def _follow(place: Place, client: int, before: State) -> None:
    """What the program makes of the client's payment; at once that it makes nothing of it, where it is stopped."""
    stopped = _stopped(place)
    if stopped:
        print(f"  {stopped}", flush=True)
        return
    _wait(place)
    after = _state(place)
    for line in changes(before, after):
        print(line, flush=True)
    if client not in changed(before, after):
        print(f"  {unchanged(before, after, client)}", flush=True)


def _stopped(place: Place) -> str:
    """That the program changes nobody's discounts at present, and what lets it go on; empty while it works."""
    if stands_still(place.panel.root):
        still = SENTENCES[Trouble.STANDS_STILL]
        return f"{said(still.says)} {said(still.follows)}"
    with _records(place) as store:
        if store.settings.current().automatic:
            return ""
    start = f"`{shlex.quote(str(place.command))} start`"
    return said(SENTENCES[Trouble.STOPPED].says) + text(f" Start it: {start}.", f" Запустить: {start}.")


def _state(place: Place) -> State:
    with _records(place) as store:
        standings = {int(each.standing.account): each.standing for each in store.standings.listed(place.panel.now)[0]}
    percents: dict[int, dict[str, Decimal]] = {}
    for each in place.panel.world.discounts():
        percents.setdefault(each["account"], {})[each["internal_name"]] = each["percent"]
    return State(_names(place), standings, percents)


def _names(place: Place) -> dict[int, str]:
    rows = place.panel.mgrctl("account", su="admin", p_cnt="5000").findall("elem")
    return {int(row.findtext("id", "0")): row.findtext("name", "") for row in rows}


def _records(place: Place) -> Store:
    return Store(place.panel.root, place.panel.now)


def _wait(place: Place) -> None:
    """Until the worker has answered what the event put into its queue; what failed waits there for long."""
    until = clock.monotonic() + PATIENCE
    with _records(place) as store:
        while any(not each.error for each in store.queue.all()):
            if clock.monotonic() > until:
                raise Stop(
                    text(
                        "The queue is not empty after a minute; see the page Queue.",
                        "Очередь не пуста и через минуту; смотрите страницу «Очередь».",
                    )
                )
            clock.sleep(0.05)
