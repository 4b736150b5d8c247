"""The example that the provider publishes (spec, section 1). Start reading here."""

from __future__ import annotations

from tests.programme.builders import decided, paid, percents


def test_52_000_paid_in_the_month_up_to_20_january_gives_19_percent_on_vps_and_3_on_ssl() -> None:
    decision = decided([paid(30_000, "2024-12-27"), paid(22_000, "2025-01-09")], "2025-01-20")

    assert decision.turnover.amount == 52_000
    assert decision.tier is not None
    assert decision.tier.name == "Partner #8"
    assert percents(decision) == {"vps": 19, "dedicated": 7, "ssl": 3}


def test_an_advance_of_50_000_on_21_january_gives_21_percent_and_5_the_same_day() -> None:
    advance = [paid(30_000, "2024-12-27"), paid(22_000, "2025-01-09"), paid(50_000, "2025-01-21")]

    decision = decided(advance, "2025-01-21")

    assert decision.turnover.amount == 102_000
    assert percents(decision) == {"vps": 21, "dedicated": 8, "ssl": 5}


def test_without_a_payment_the_3_000_of_20_december_leave_on_21_january_and_17_percent_remain() -> None:
    payments = [paid(3_000, "2024-12-20"), paid(49_000, "2025-01-09")]

    assert percents(decided(payments, "2025-01-20")) == {"vps": 19, "dedicated": 7, "ssl": 3}
    the_day_after = decided(payments, "2025-01-21")
    assert the_day_after.turnover.amount == 49_000
    assert percents(the_day_after) == {"vps": 17, "dedicated": 6, "ssl": 3}


def test_had_that_second_reseller_paid_the_advance_they_would_keep_19_percent() -> None:
    payments = [paid(3_000, "2024-12-20"), paid(49_000, "2025-01-09"), paid(50_000, "2025-01-21")]

    decision = decided(payments, "2025-01-21")

    assert decision.turnover.amount == 99_000
    assert percents(decision)["vps"] == 19
