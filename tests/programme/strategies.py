"""What Hypothesis draws from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from resellerprogram.programme.payments import Payment, PaymentStatus, ProviderId
from resellerprogram.programme.tiers import ServiceClass, Tier, TierTable

from tests.programme.builders import US, paid, refunded

amounts = st.decimals(Decimal("0.01"), Decimal(300_000), places=2)
days = st.dates(date(2024, 1, 15), date(2024, 4, 15))
percents = st.decimals(0, 100, places=2)
printable = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
names = st.one_of(printable, st.text("A;,\"'\n я", min_size=1, max_size=6)).map(str.strip).filter(bool)


@st.composite
def tables(draw: st.DrawFn, any_names: bool = False) -> TierTable:
    """Random tables whose thresholds lie more than a cent apart."""
    thresholds = sorted(
        draw(st.sets(st.decimals(Decimal("0.02"), Decimal(1_000_000), places=2), min_size=1, max_size=6))
    )
    apart = [
        threshold
        for before, threshold in zip((Decimal(-1), *thresholds), thresholds)
        if threshold - before > Decimal("0.01")
    ]
    called = [f"Tier {number}" for number in range(len(apart))]
    if any_names:
        called = draw(st.lists(names, min_size=len(apart), max_size=len(apart), unique=True))
    return TierTable(
        tuple(
            Tier(name, threshold, {each: draw(percents) for each in ServiceClass})
            for name, threshold in zip(called, apart)
        )
    )


@st.composite
def payments(draw: st.DrawFn) -> Payment:
    """A payment of any kind, mostly credited ones to us."""
    return paid(
        draw(amounts),
        draw(days),
        status=draw(st.sampled_from([PaymentStatus.CREDITED] * 6 + list(PaymentStatus))),
        provider=draw(st.sampled_from([US] * 6 + [ProviderId(2)])),
        promotional=draw(st.sampled_from([False] * 6 + [True])),
        method_excluded=draw(st.sampled_from([False] * 6 + [True])),
    )


payment_lists = st.lists(payments(), max_size=15)

few_amounts = st.sampled_from([Decimal(100), Decimal("250.50"), Decimal(3000)])
few_days = st.dates(date(2024, 2, 28), date(2024, 3, 2))


@st.composite
def histories(draw: st.DrawFn) -> list[Payment]:
    """Payments to us and their refunds in every shape, with amounts and days that often coincide."""
    rows: list[Payment] = []
    for amount, paid_on in draw(st.lists(st.tuples(few_amounts, few_days), max_size=8)):
        payment = paid(amount, paid_on)
        way = draw(st.sampled_from(["kept", "part", "row", "status", "status and row"]))
        rows.append(replace(payment, status=PaymentStatus.REFUNDED) if "status" in way else payment)
        if way in ("part", "row", "status and row"):
            part = Decimal("40.001") if way == "part" else amount
            rows.append(refunded(payment, draw(st.dates(paid_on, date(2024, 3, 4))), part, named=draw(st.booleans())))
    return rows
