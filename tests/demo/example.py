"""`./install.sh demo example`: the published worked example, played and checked on a sandbox panel and a test clock, by
which both live."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal

from resellerprogram.programme.figures import day

from tests.sandbox import Sandbox

from .place import PROJECT, Place, start_panel
from .speech import RUSSIAN, in_order, money, say, service, text
from .world import PASSWORD

FIRST, SECOND = date(2025, 1, 20), date(2025, 1, 21)


def main(place: Place, port: int, resellers: int, once: bool) -> None:
    """Play it; unless `once`, the panel stays until Ctrl-C. Raises Stop where it can't begin."""
    with ExitStack() as running:
        with place.taken():
            sandbox, advance, falling = laid_out(place, port, resellers)
            start_panel(sandbox)
            running.push(sandbox)
            play(sandbox, advance, falling)
        if not once:
            stay(sandbox)


def laid_out(place: Place, port: int, resellers: int) -> tuple[Sandbox, int, int]:
    """The panel, and the two of whom the example tells: who pays in advance, and who does not."""
    say(
        f"1. A sandbox panel with {resellers} resellers and three months of payments",
        f"1. Панель-песочница: реселлеров {resellers}, три месяца платежей",
    )
    sandbox = Sandbox.create(
        place.folder / "mgr5",
        port=port,
        now=datetime(2025, 1, 20, 12),
        password=PASSWORD,
        clock_file="var/resellerprogram.clock",
    )
    sandbox.world.populate(FIRST, count=resellers)
    sandbox.world.add_employee("chief", level=30, password=PASSWORD)
    advance = sandbox.world.add_account(
        text("Reseller with an advance", "Реселлер с авансом"), email="advance@example.com", password=PASSWORD
    )
    falling = sandbox.world.add_account(
        text("Reseller without one", "Реселлер без аванса"), email="falling@example.com", password=PASSWORD
    )
    for account, amount, credited_on in (
        (advance, 30_000, date(2024, 12, 27)),
        (advance, 22_000, date(2025, 1, 9)),
        (falling, 3_000, date(2024, 12, 20)),
        (falling, 49_000, date(2025, 1, 9)),
    ):
        sandbox.world.add_payment(account, amount, credited_on)
    return sandbox, advance, falling


def play(sandbox: Sandbox, advance: int, falling: int) -> None:
    say("2. The plugin is installed into it", "2. Устанавливаем плагин")
    run([str(PROJECT / "install.sh"), "install", "--root", str(sandbox.root)])
    plugin(sandbox, "settings", "set", "provider", "1")
    plugin(sandbox, "settings", "set", "panel_url", sandbox.url)

    say("3. 20 January: what would change", "3. 20 января: что изменится")
    before = price(sandbox, "advance@example.com")
    plugin(sandbox, "plan", lines=16)
    say(
        "4. It is started; a second preview has nothing to change",
        "4. Запускаем; во втором предварительном расчёте менять нечего",
    )
    plugin(sandbox, "start", "--yes", lines=1)
    plugin(sandbox, "plan")
    after = price(sandbox, "advance@example.com")
    say(
        f"   A month of VPS for client {advance}: {money(before)} before, {money(after)} now",
        f"   Месяц VPS для клиента {advance}: было {money(before)}, стало {money(after)}",
    )
    expect(sandbox, advance, vds=19, certificate=3)
    expect(sandbox, falling, vds=19, certificate=3)

    say(
        "5. The clock is moved to 21 January: one pays RUB 50,000, the other nothing; RUB 3,000 leave the period",
        "5. Часы переведены на 21 января: один вносит аванс 50 000 ₽, другой ничего, и 3 000 ₽ выходят из периода",
    )
    sandbox.now = datetime(2025, 1, 21, 12)
    sandbox.world.add_payment(advance, 50_000, SECOND)
    for account in (advance, falling):
        plugin(sandbox, "apply", "--account", str(account))
    expect(sandbox, advance, vds=21, certificate=5)
    expect(sandbox, falling, vds=17, certificate=3)
    say("6. Why? Anyone can look it up", "6. Почему так? Это можно посмотреть")
    plugin(sandbox, "explain", str(falling))
    say("Everything came out as published.", "Всё вышло, как опубликовано.")
    at_once(sandbox)


def at_once(sandbox: Sandbox) -> None:
    """On the same day the panel's own events start the plugin."""
    today = sandbox.today()
    say(
        f"7. {day(today).en}: nobody starts anything. A payment of RUB 52,000 is credited in the panel",
        f"7. {day(today).ru}: никто ничего не запускает. В панели зачисляется платёж на 52 000 ₽",
    )
    account = sandbox.world.add_account(
        text("Reseller of today", "Сегодняшний реселлер"), email="today@example.com", password=PASSWORD
    )
    agreed = sandbox.world.add_discount(account, 40, "it_1", text("Agreed by hand", "По договорённости"))
    payment = sandbox.world.add_payment(account, 52_000, None, status=1, created_on=today)
    started = time.monotonic()
    sandbox.set_payment_status("payment.setpaid", payment)
    while any(each["id"] == agreed for each in sandbox.world.discounts(account)) and time.monotonic() < started + 60:
        time.sleep(0.02)
    seconds = f"{time.monotonic() - started:.1f}"
    said = f"   The discount was there after {seconds} s", f"   Скидка появилась через {seconds.replace('.', ',')} с"
    print(text(*said), flush=True)
    expect(sandbox, account, vds=19, certificate=3)
    plugin(sandbox, "set-aside")
    say("8. The promo code is refused", "8. Промокод отклонён: действует статус")
    sandbox.world.add_promotion(
        text("Sale", "Распродажа"), 90, "vds", today, today + timedelta(days=30), promocode="SALE"
    )
    for user in ("today@example.com", "advance@example.com"):
        basket = sandbox.mgrctl("basket", promocode="SALE", sok="ok", su=user, lang="ru" if RUSSIAN else "en")
        print(f"   {user}: {basket.findtext('error/msg') or basket.findtext('promocode')}", flush=True)
        refused = basket.find("error") is not None
        if not refused:
            sys.exit(text("the promo code was taken", "промокод принят"))
    say("9. What the reseller reads in the client area", "9. Что видит реселлер в личном кабинете")
    mine = sandbox.mgrctl("resellerprogram.my", su="today@example.com", lang="ru" if RUSSIAN else "en")
    for name in ("state", "words", "change"):
        print("\n".join(f"   {line}" for line in mine.findtext(name, "").splitlines()), flush=True)
    if mine.find("turnover").get("orig") != "52000":  # type: ignore[union-attr]
        sys.exit(text("the reseller sees something else", "реселлер видит другое"))


def stay(sandbox: Sandbox) -> None:
    say(
        f"The panel stays up: {sandbox.url}\n"
        f"  administrator: admin / {PASSWORD} (with full access: chief), reseller: today@example.com / {PASSWORD}\n"
        f"  command: {sandbox.root}/sbin/resellerprogram\n  In the menu: Reseller program. Credit a payment and "
        "look at the client there. Ctrl-C ends it.",
        f"Панель работает: {sandbox.url}\n"
        f"  администратор: admin / {PASSWORD} (с полным доступом: chief), реселлер: today@example.com / {PASSWORD}\n"
        f"  команда: {sandbox.root}/sbin/resellerprogram\n  В меню: «Реселлерская программа». Зачислите платёж и "
        "посмотрите там на клиента. Завершить: Ctrl-C.",
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print()


def plugin(sandbox: Sandbox, *words: str, lines: int = 0) -> None:
    """Run the installed command; with `lines` show only so many of a long answer's."""
    print("   $ resellerprogram " + " ".join(words), flush=True)
    done = run([str(sandbox.root / "sbin" / "resellerprogram"), *words], capture=True)
    shown = done.splitlines()
    if lines and len(shown) > lines + 2:
        shown = [*shown[:lines], "…", *shown[-2:]]
    print("\n".join(f"   {line}" for line in shown), flush=True)


def price(sandbox: Sandbox, user: str) -> Decimal:
    return Decimal(sandbox.mgrctl("vds.order.param", su=user).findtext("cost", ""))


def expect(sandbox: Sandbox, account: int, **wanted: int) -> None:
    """The demo shows what is true, or it fails."""
    found = sandbox.world.percents(account)
    print(
        f"   {account}: " + ", ".join(f"{service(name)} {found[name]} %" for name in in_order(found)),
        flush=True,
    )
    if any(found[name] != percent for name, percent in wanted.items()):
        sys.exit(text(f"client {account}: {found} instead of {wanted}", f"клиент {account}: {found} вместо {wanted}"))


def run(command: list[str], capture: bool = False) -> str:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE if capture else None, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.returncode}")
    return done.stdout or ""
