"""What Hypothesis draws from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from resellerprogram.programme.ids import ProviderId
from resellerprogram.programme.payments import Payment, PaymentStatus
from resellerprogram.programme.tiers import PUBLISHED_CLASSES, Tier, TierTable

from tests.programme.builders import US, paid

amounts = st.decimals(Decimal("0.01"), Decimal(300_000), places=2)
days = st.dates(date(2024, 1, 15), date(2024, 4, 15))
percents = st.decimals(0, 100, places=2)


@st.composite
def tables(draw: st.DrawFn) -> TierTable:
    thresholds = sorted(
        draw(st.sets(st.decimals(Decimal("0.02"), Decimal(1_000_000), places=2), min_size=1, max_size=6))
    )
    apart = [
        threshold
        for before, threshold in zip((Decimal(-1), *thresholds), thresholds)
        if threshold - before > Decimal("0.01")
    ] or thresholds[:1]
    return TierTable(
        tuple(
            Tier(f"Tier {number}", threshold, {each: draw(percents) for each in PUBLISHED_CLASSES})
            for number, threshold in enumerate(apart)
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
