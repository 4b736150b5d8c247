"""What a night, a payment or a refund changed: whose tier, whose discounts; and why a payment changed none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from resellerprogram.programme.basis import Basis, Because
from resellerprogram.programme.figures import day, money
from resellerprogram.programme.forecast import NEXT_DAY
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.standing import Standing
from resellerprogram.words.labels import BASES, BECAUSE, MOVES
from resellerprogram.words.tables import NO_TIER, clients

from .speech import in_order, said, step, text

SHOWN = 12
WAYS = {
    "start": ("began", "появился"),
    "rise": ("rose", "вырос"),
    "fall": ("dropped", "снизился"),
    "end": ("ended", "закончился"),
}
"""Which way a tier may go, and how that is told."""

Percents = Mapping[str, Decimal]


@dataclass(frozen=True)
class State:
    """Who there is, where each stands by the program's records, and each one's discounts by product type as the panel's
    database has them."""

    names: Mapping[int, str]
    standings: Mapping[int, Standing]
    percents: Mapping[int, Percents]

    def standing(self, account: int) -> Standing:
        return self.standings.get(account) or Standing(AccountId(account))

    def has(self, account: int) -> Percents:
        return self.percents.get(account, {})


def verdict(before: State, after: State) -> str:
    """'Tiers: 1 rose, 2 dropped. Discounts changed for 4 clients.'"""
    ways = [_way(before.standing(each).threshold, after.standing(each).threshold) for each in after.names]
    counts = [(ways.count(way), words) for way, words in WAYS.items() if way in ways]
    english = ", ".join(f"{count} {en}" for count, (en, _) in counts)
    russian = ", ".join(f"{ru} у {count if at else clients(count).ru}" for at, (count, (_, ru)) in enumerate(counts))
    changed_for = sum(before.has(each) != after.has(each) for each in after.names)
    whom = clients(changed_for)
    return " ".join(
        (
            text(f"Tiers: {english}.", f"Статус {russian}.")
            if counts
            else text("Nobody's tier changed.", "Ничей статус не изменился."),
            text(f"Discounts changed for {whom.en}.", f"Скидки изменились у {whom.ru}.")
            if changed_for
            else text("Nobody's discounts changed.", "Ничьи скидки не изменились."),
        )
    )


def _way(before: Decimal | None, after: Decimal | None) -> str:
    """By what the tiers begin at."""
    if before == after:
        return ""
    if before is None or after is None:
        return "start" if before is None else "end"
    return "rise" if after > before else "fall"


def changed(before: State, after: State) -> list[int]:
    """Whose tier or discounts are others now."""
    return [
        each
        for each in after.names
        if before.has(each) != after.has(each) or before.standing(each).tier != after.standing(each).tier
    ]


def changes(before: State, after: State) -> Iterator[str]:
    """The first of those, with the tier and what moved it, and below that the discounts."""
    found = changed(before, after)
    for account in found[:SHOWN]:
        was, now = before.standing(account), after.standing(account)
        told = ", ".join(each for each in (_tiers(was, now), _why(was, now)) if each)
        yield f"  {account} {after.names[account]}: {told}"
        steps = _steps(before.has(account), after.has(account))
        if steps:
            yield f"    {steps}"
    if len(found) > SHOWN:
        yield text(f"  and {len(found) - SHOWN} more", f"  и ещё {len(found) - SHOWN}")


def _tiers(was: Standing, now: Standing) -> str:
    """'Partner #8 → Partner #7'; where nothing changed, the tier alone."""
    names = [each.tier or said(NO_TIER) for each in (was, now)]
    return " → ".join(dict.fromkeys(names))


def _why(was: Standing, now: Standing) -> str:
    """What moved the tier; or that somebody had changed a discount by hand."""
    move = now.move
    if move and move != was.move:
        amount = "" if move.amount is None else money(move.amount, "RUB")
        moved = MOVES[move.mover](day="", amount=amount, credited_on=day(move.credited_on or move.day))
        return said(moved).removeprefix(": ")
    return said(BECAUSE[Because.BY_HAND]) if now.put_right_at != was.put_right_at else ""


def unchanged(before: State, after: State, account: int) -> str:
    """Why a payment or refund of the client changed no discount: what of their tier follows from it all the same."""
    was, now = before.standing(account), after.standing(account)
    if now.basis is None or not now.basis.counts_payments:
        why = said(BASES[now.basis or Basis.NOT_A_MEMBER])
        return text(f"Discounts have not changed: client {why}.", f"Скидки не изменились: клиент {why}.")
    return " ".join(each for each in (_kept(was, now), _missing(now)) if each)


def _kept(was: Standing, now: Standing) -> str:
    if now.tier is None:
        return text("Discounts have not changed: no tier yet.", "Скидки не изменились: статуса пока нет.")
    if now.change_day is None:
        return text(f"Discounts have not changed: the tier is {now.tier}.", f"Скидки не изменились: статус {now.tier}.")
    through = day(now.change_day - NEXT_DAY)
    if was.change_day is None or was.change_day >= now.change_day:
        return text(
            f"Discounts have not changed: {now.tier} is kept through {through.en}.",
            f"Скидки не изменились: {now.tier} сохранится по {through.ru} включительно.",
        )
    without = day(was.change_day - NEXT_DAY)
    return text(
        f"Discounts have not changed: the payment keeps {now.tier} through {through.en}; without it, "
        f"through {without.en}.",
        f"Скидки не изменились: платёж сохранил {now.tier} по {through.ru} включительно, без него — по {without.ru}.",
    )


def _missing(now: Standing) -> str:
    """As the client's page says it."""
    if now.missing is None:
        return ""
    missing = money(now.missing, "RUB")
    return text(f"{said(missing)} more to reach {now.next_tier}.", f"До {now.next_tier} не хватает {said(missing)}.")


def _steps(had: Percents, has: Percents) -> str:
    steps = [(name, had.get(name), has.get(name)) for name in in_order({*had, *has})]
    return ", ".join(step(name, old, new) for name, old, new in steps if old != new)
