"""status, doctor, backup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .. import __version__
from ..doctor import health
from ..doctor import report as reports
from ..doctor.checks import Check
from ..doctor.checks import doctor as examine
from ..programme import figures
from ..programme.figures import plain
from ..programme.health import gravest
from ..programme.outcomes import Finding
from ..programme.text import Text, same
from ..store.promo_orders import PromoOrder
from ..words import health as words
from ..words.labels import FINDINGS
from ..words.people import called
from .output import EXIT_FAILED, Command

_YES = Text("yes", "да")
_PROMO_ORDERS = Text(
    "orders in which a promotion or promo code acted on a day with a tier: {count}, the newest:",
    "заказов, где в день со статусом подействовала промоакция или промокод: {count}, последние:",
)
_ORDER = Text("client {whom}, {tier}: {what}, {taken} off", "клиент {whom}, {tier}: {what}, скидка {taken}")
SHOWN_ORDERS = 20
_HOLDS = Text(
    "holds: {holds}, not checked: {later} (which and why: `resellerprogram doctor`)",
    "совпадает: {holds}, не проверено: {later} (что и почему — `resellerprogram doctor`)",
)
_MARKS = {Finding.DIFFERS: "!", Finding.UNKNOWN: "?"}
"""Before what is told of a check: what asks for somebody, and what only time or eyes can tell."""


def status(command: Command) -> int:
    now = command.now
    found = health.health(command.store, now)
    accounts = found.last_good.accounts if found.last_good else 0
    told = words.sentence_of(gravest(list(found.found)), accounts, found.discounts)
    if command.options.json:
        orders = command.store.promo_orders.newest(SHOWN_ORDERS)
        verdict = _verdict_values(found, told, command.language)
        values = {**_status_values(found, now, command.language), "verdict": verdict}
        command.json({**values, "promo_orders": list(map(_order_values, orders))})
        return int(found.state)
    command.say(Text("{state}: {says}", "{state}: {says}")(state=found.state.name, says=told.says))
    command.say(told.follows)
    good = found.last_good
    last = Text("no successful recalculation yet", "успешных пересчётов ещё не было")
    if good and good.finished_at:
        last = Text(
            "last successful recalculation {at}, {accounts} clients, {written} discounts changed",
            "последний успешный пересчёт {at}, клиентов {accounts}, изменено скидок {written}",
        )(at=figures.moment(good.finished_at), accounts=good.accounts, written=good.written)
    command.say(
        Text(
            "{last}; discounts {discounts}, suspended {set_aside}, queue {queued}, retries stopped {given_up}; "
            "version {version}",
            "{last}; скидок {discounts}, приостановлено {set_aside}, в очереди {queued}, попытки прекращены {given_up}"
            "; версия {version}",
        )(
            last=last,
            discounts=found.discounts,
            set_aside=found.set_aside,
            queued=found.queued,
            given_up=found.given_up,
            version=__version__,
        )
    )
    if found.promo_orders:
        command.say(_PROMO_ORDERS(count=found.promo_orders))
        orders = command.store.promo_orders.newest(SHOWN_ORDERS)
        names = command.store.standings.names(each.account for each in orders)
        command.lines(
            f"  {figures.day(each.day).say(command.language)} "
            + _ORDER(
                whom=called(each.account, names),
                tier=each.tier,
                what=each.what or figures.NOTHING,
                taken=figures.money(each.taken.amount, each.taken.currency),
            ).say(command.language)
            for each in orders
        )
    command.lines("! " + problem.say(command.language) for problem in found.problems)
    return int(found.state)


def doctor(command: Command) -> int:
    if command.options.report:
        return _report(command, command.options.report)
    checks = list(examine(command.root, command.store, command.today, command.now, command.options.try_on))
    language = command.language
    if command.options.json:
        command.json([_check_values(check, language) for check in checks])
    elif command.options.brief:
        _brief(command, checks)
    else:
        command.table(
            Text("check|finding|matters|what", "проверка|итог|важно|что"),
            (
                (
                    check.name,
                    FINDINGS[check.finding].say(language),
                    _YES.say(language) if check.matters else "",
                    check.about.say(language),
                )
                for check in checks
            ),
        )
        for finding in _MARKS:
            command.lines(_details(checks, finding, language))
    return EXIT_FAILED if any(check.finding is Finding.DIFFERS and check.matters for check in checks) else 0


def _brief(command: Command, checks: list[Check]) -> None:
    """What differs, and of the rest how much."""
    found = Counter(check.finding for check in checks)
    command.lines(_details(checks, Finding.DIFFERS, command.language))
    command.say(_HOLDS(holds=found[Finding.HOLDS], later=found[Finding.UNKNOWN]))


def _details(checks: list[Check], finding: Finding, language: str) -> Iterator[str]:
    """'! differs: …' or '? not checked: …' of each check with that finding."""
    for check in checks:
        if check.finding is finding:
            told = (FINDINGS[finding], check.about, check.detail)
            yield f"{_MARKS[finding]} {': '.join(text.say(language) for text in told)}"


def _report(command: Command, target: str) -> int:
    path = None if target == "-" else reports.new_file(target)
    text, trouble = reports.report(command.root, command.store, command.today, command.now, command.options.try_on)
    if trouble:
        command.warn(
            Text(
                "not everything could be tried; see that client {id} has no discount left of it: {why}",
                "попробовать удалось не всё; проверьте, не осталась ли скидка у клиента {id}: {why}",
            )(id=command.options.try_on, why=trouble)
        )
    if path is None:
        command.lines(text.splitlines())
        return 0
    reports.write(path, text)
    command.say(
        Text(
            "{path} is written: what the panel looks like, nothing about anybody. Read it, then send it.",
            "Записан файл {path}: как устроена панель, ни о ком ничего. Прочитайте и отправьте.",
        )(path=path)
    )
    return 0


def _status_values(found: health.Health, now: datetime, language: str) -> dict[str, Any]:
    finished = found.last_good and found.last_good.finished_at
    last = found.last
    return {
        "version": __version__,
        "state": found.state.name,
        "problems": [problem.say(language) for problem in found.problems],
        "last_good_run": finished and finished.isoformat(),
        "age_seconds": finished and int((now - finished).total_seconds()),
        "last_run": last and {"cause": last.cause, "outcome": last.outcome, "error": last.error.say(language)},
        "queue": found.queued,
        "given_up": found.given_up,
        "discounts": found.discounts,
        "set_aside": found.set_aside,
        "stands_still": found.stands_still,
        "started": found.started and found.started.isoformat(),
        "promo_orders_count": found.promo_orders,
    }


def _verdict_values(found: health.Health, told: words.Sentence, language: str) -> dict[str, Any]:
    """The one sentence, with its colour and the page's function that helps."""
    return {
        "color": words.COLORS[found.state],
        "says": told.says.say(language),
        "follows": told.follows.say(language),
        "button": told.button,
    }


def _order_values(order: PromoOrder) -> dict[str, Any]:
    return {
        "account": order.account,
        "day": order.day.isoformat(),
        "what": order.what,
        "tier": order.tier,
        "taken": plain(order.taken.amount),
        "currency": order.taken.currency,
    }


def _check_values(check: Check, language: str) -> dict[str, Any]:
    return {
        "name": check.name,
        "about": check.about.say(language),
        "finding": check.finding.value,
        "matters": check.matters,
        "detail": check.detail.say(language),
    }


def backup(command: Command) -> int:
    command.say(same(str(command.store.backup(command.now, command.options.file))))
    return 0
