"""What becomes of an account, against the decisions that later days really bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import event, given
from hypothesis import strategies as st
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.decision import Decision, decide, leave_out
from resellerprogram.programme.figures import KOPECK
from resellerprogram.programme.forecast import Ahead, Forecast, Outlook, payable
from resellerprogram.programme.members import Account
from resellerprogram.programme.notices import Kind, Telling, notices, still_true
from resellerprogram.programme.payments import Payment, PaymentStatus
from resellerprogram.programme.standing import stand
from resellerprogram.programme.tiers import VPS, ServiceClass, Tier, TierTable
from resellerprogram.programme.turnover import CountingRules

from tests.programme.builders import ACCOUNT, RULES, TABLE, day, decided, paid
from tests.programme.strategies import amounts, payments, tables

BEYOND = 45
"""Days that are walked after the last payment has left the window."""


def forecast_of(decision: Decision, table: TierTable = TABLE) -> Forecast:
    return Forecast(Outlook.of(decision), lambda _: table)


def told(changes: Iterator[Ahead]) -> list[tuple[str, str | None]]:
    return [(str(each.day), each.tier.name if each.tier else None) for each in changes]


def test_the_published_example_falls_on_the_day_after_its_payment_leaves_the_window() -> None:
    """R7: 3 000 of 20 December count for the last time on 20 January, the rest for the last time on 5 February."""
    forecast = forecast_of(decided([paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")], "2025-01-20"))
    assert told(forecast.changes()) == [("2025-01-21", "Partner #7"), ("2025-02-06", None)]


def test_the_published_example_is_kept_by_a_thousand_on_the_day_before() -> None:
    """49 000 remain, Partner #8 begins at 50 000."""
    forecast = forecast_of(decided([paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")], "2025-01-20"))
    first, second = (forecast.keep(change) for change in forecast.changes())
    assert first is not None
    assert second is not None
    assert (first.tier.name, first.amount, str(first.last_day)) == ("Partner #8", 1_000, "2025-01-20")
    assert (second.tier.name, second.amount, str(second.first_day), str(second.last_day)) == (
        "Partner #7",
        40_000,
        "2025-01-20",
        "2025-02-05",
    )


def test_the_published_advance_of_50_000_holds_partner_9_for_a_month() -> None:
    """The worked example: 52 000 and then 50 000 on 21 January make 102 000."""
    decision = decided([paid(52_000, "2025-01-05")], "2025-01-20")
    advanced = Outlook.of(decision).with_payment(Decimal(50_000), day("2025-01-21"))
    forecast = Forecast(advanced, lambda _: TABLE)
    assert told(forecast.changes()) == [
        ("2025-01-21", "Partner #9"),
        ("2025-02-06", "Partner #8"),
        ("2025-02-22", None),
    ]


def test_what_is_missing_counts_what_was_given_back() -> None:
    """A refund for which there is no payment takes away from what is paid next (R4)."""
    refund = paid(-700, "2025-01-10", is_refund=True)
    forecast = forecast_of(decided([refund], "2025-01-20"))
    assert forecast.turnover(day("2025-01-20")) == 0
    assert forecast.missing(TABLE.tiers[0], day("2025-01-20")) == 1_200


def test_nobody_is_asked_for_less_than_a_cent() -> None:
    assert [str(payable(Decimal(text))) for text in ("0.0001", "1000", "-5", "2.345")] == [
        "0.01",
        "1000.00",
        "0.00",
        "2.35",
    ]


def test_a_pin_holds_until_its_last_day() -> None:
    """R10"""
    pin = Pin("Partner #8", day("2025-01-25"), "contract")
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(600, "2025-01-20")], TABLE, RULES, pin)
    assert told(forecast_of(decision).changes()) == [("2025-01-26", "Starter"), ("2025-02-21", None)]


def test_another_table_changes_the_tier_on_its_first_day() -> None:
    other, first = TierTable(TABLE.tiers[3:]), day("2025-02-01")
    decision = decided([paid(600, "2025-01-20")], "2025-01-20")
    forecast = Forecast(Outlook.of(decision), lambda on: other if on >= first else TABLE, [first])
    changes = list(forecast.changes())
    assert told(iter(changes)) == [("2025-02-01", None)]
    assert forecast.keep(changes[0]) is None


def test_no_payment_keeps_what_another_table_takes_from_the_same_tier() -> None:
    lower = TierTable(tuple(replace(tier, percents=dict.fromkeys(tier.percents, Decimal(0))) for tier in TABLE.tiers))
    first = day("2025-02-01")
    pin = Pin("Partner #8", day("2025-03-01"), "contract")
    decision = decide(ACCOUNT, day("2025-01-20"), [], TABLE, RULES, pin)
    forecast = Forecast(Outlook.of(decision), lambda on: lower if on >= first else TABLE, [first])
    change = next(forecast.changes())
    assert (change.day, change.falls, forecast.keep(change)) == (first, True, None)


def with_later_table(decision: Decision, later: TierTable, first: str) -> Forecast:
    return Forecast(Outlook.of(decision), lambda on: later if on >= day(first) else TABLE, [day(first)])


def raised(*, by: int) -> TierTable:
    """The published table with more for every tier."""
    return TierTable(
        tuple(
            replace(tier, percents={name: percent + by for name, percent in tier.percents.items()})
            for tier in TABLE.tiers
        )
    )


def test_a_table_that_leaves_the_client_alone_is_no_change_and_hides_none() -> None:
    """It moves the threshold of the top tier, on the very day on which this client falls."""
    *others, top = TABLE.tiers
    later = TierTable((*others, replace(top, threshold=top.threshold + 1)))
    decision = decided([paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")], "2025-01-20")
    for first in ("2025-01-21", "2025-01-25", "2025-02-06"):
        changes = list(with_later_table(decision, later, first).changes())
        assert told(iter(changes)) == [("2025-01-21", "Partner #7"), ("2025-02-06", None)]
        assert [(each.is_own, each.is_by_table) for each in changes] == [(True, False)] * 2


def test_a_new_class_without_a_discount_for_this_tier_is_no_change() -> None:
    ssd = ServiceClass("ssd")
    more = TierTable(tuple(replace(tier, percents={**tier.percents, ssd: Decimal(0)}) for tier in TABLE.tiers))
    forecast = with_later_table(decided([paid(52_000, "2025-01-05")], "2025-01-20"), more, "2025-01-25")
    assert told(forecast.changes()) == [("2025-02-06", None)]


def test_what_a_table_changes_is_told_from_what_the_clients_own_payments_change() -> None:
    decision = decided([paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")], "2025-01-20")
    change = next(with_later_table(decision, raised(by=1), "2025-01-21").changes())
    assert (change.is_own, change.falls_by_itself, change.is_by_table) == (True, True, True)
    assert [tier and (tier.name, tier.percents[VPS]) for tier in (change.before, change.own, change.tier)] == [
        ("Partner #8", 19),
        ("Partner #7", 17),
        ("Partner #7", 18),
    ]
    apart = list(with_later_table(decision, raised(by=1), "2025-01-25").changes())
    sooner = with_later_table(decision, raised(by=1), "2025-01-20")
    standing = stand(Account(ACCOUNT, ""), decision, sooner, None, None, None, None, None)
    assert (str(standing.change_day), standing.change_tier) == ("2025-01-21", "Partner #7"), "whatever a table does"
    assert [(str(each.day), each.is_own, each.is_by_table) for each in apart] == [
        ("2025-01-21", True, False),
        ("2025-01-25", False, True),
        ("2025-02-06", True, False),
    ]


def test_the_warning_of_an_own_fall_does_not_wait_for_a_table_of_the_same_day() -> None:
    """It is told with the payment that prevents it; what the table alone lowers is told by the page."""
    made = [paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")]
    decision = decided(made, "2025-01-20")
    telling = Telling(frozenset(Kind), 3)
    forecast = with_later_table(decision, raised(by=1), "2025-01-21")
    (notice,) = notices(decision, decision, forecast, telling)
    assert (notice.kind, notice.keep and notice.keep.amount, still_true(notice, forecast)) == (
        Kind.WILL_FALL,
        1_000,
        notice,
    )
    higher = TierTable(tuple(replace(tier, threshold=tier.threshold * 2) for tier in TABLE.tiers))
    steady = decided([paid(52_000, "2025-01-05")], "2025-01-20")
    assert list(notices(steady, steady, with_later_table(steady, higher, "2025-01-21"), telling)) == []


def test_who_takes_no_part_has_nothing_ahead() -> None:
    assert told(forecast_of(leave_out(ACCOUNT, day("2025-01-20"), Basis.EXCLUDED)).changes()) == []


# --- against the clock ---


@dataclass(frozen=True)
class History:
    """An account `today`, its payments so far, and how it goes on: each later day by a decision of its own."""

    today: date
    made: tuple[Payment, ...]
    rules: CountingRules
    pin: Pin | None
    table_on: Callable[[date], TierTable]
    table_days: tuple[date, ...]

    def decide(self, on: date, *more: Payment) -> Decision:
        return decide(ACCOUNT, on, [*self.made, *more], self.table_on(on), self.rules, self.pin)

    @property
    def outlook(self) -> Outlook:
        return Outlook.of(self.decide(self.today))

    def forecast(self, outlook: Outlook | None = None) -> Forecast:
        return Forecast(outlook or self.outlook, self.table_on, self.table_days)

    def days(self) -> Iterator[date]:
        for offset in range(31 * self.rules.months + BEYOND):
            yield self.today + timedelta(days=offset)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Payments of every kind, refunds among them, some credited with a day to come; perhaps a pin of either kind,
    perhaps another table to come."""
    today = draw(st.dates(date(2024, 2, 20), date(2024, 4, 20)))
    drawn = draw(st.lists(payments(), max_size=8))
    made = [each for each in drawn if each.credited_on and each.credited_on <= today]
    coming = [each for each in drawn if each.credited_on and each.credited_on > today]
    for source in made[: draw(st.integers(0, 2))]:
        refunded_on = draw(st.dates(source.credited_on or today, today))
        made.append(paid(-source.amount.amount / 2, refunded_on, is_refund=True, refund_of=source.id))
    now, later = draw(tables()), draw(tables())
    first = today + timedelta(days=draw(st.integers(1, 60)))
    changes = draw(st.booleans())
    pinned = draw(st.none() | st.integers(-5, 50))
    tier = draw(st.sampled_from([*now.tiers, *later.tiers]))
    pin = None if pinned is None else Pin(tier.name, today + timedelta(days=pinned), "", draw(st.booleans()))
    return History(
        today,
        (*made, *coming),
        replace(RULES, months=draw(st.integers(1, 3))),
        pin,
        lambda on: later if changes and on >= first else now,
        (first,) if changes else (),
    )


def held(tier: Tier | None) -> object:
    """What an account has of a tier; another table may give it another threshold meanwhile."""
    return tier and (tier.name, tier.percents)


@given(histories())
def test_every_forecast_is_what_the_daily_run_later_decides(history: History) -> None:
    """R7: day by day, turnover and tier, and no change that was not foretold."""
    forecast = history.forecast()
    ahead = {each.day: each for each in forecast.changes()}
    event("changes" if ahead else "no changes")
    tier = history.decide(history.today).tier
    for on in history.days():
        real = history.decide(on)
        assert (forecast.turnover(on), forecast.tier(on)) == (real.turnover.amount, real.tier)
        if on in ahead:
            assert (held(ahead[on].before), ahead[on].turnover) == (held(tier), real.turnover.amount)
            tier = ahead[on].tier
        assert held(tier) == held(real.tier), on


@given(histories(), amounts, st.integers(0, 40))
def test_the_calculator_tells_what_such_a_payment_later_brings(history: History, amount: Decimal, after: int) -> None:
    """If I pay X on day D: what I have then, and until when."""
    paid_on = history.today + timedelta(days=after)
    payment = paid(amount, paid_on)
    forecast = history.forecast(history.outlook.with_payment(amount, paid_on))
    ahead = {each.day: each.tier for each in forecast.changes()}
    tier = history.decide(history.today).tier
    for on in history.days():
        real = history.decide(on, payment) if on >= paid_on else history.decide(on)
        assert (forecast.turnover(on), forecast.tier(on)) == (real.turnover.amount, real.tier)
        tier = ahead.get(on, tier)
        assert held(tier) == held(real.tier), on


@given(histories(), st.data())
def test_what_keeps_a_tier_is_enough_and_a_cent_less_is_not(history: History, data: st.DataObject) -> None:
    """On every day on which it may be paid, the amount keeps the tier on the day of the fall; a cent less does not."""
    forecast = history.forecast()
    for change in forecast.changes():
        keep = forecast.keep(change)
        if keep is None:
            continue
        event("kept")
        paid_on = data.draw(st.dates(keep.first_day, keep.last_day))
        kept = history.decide(change.day, paid(keep.amount, paid_on))
        assert kept.tier is not None
        assert kept.tier.name == keep.tier.name
        less = keep.amount - KOPECK
        lost = history.decide(change.day, *([paid(less, paid_on)] if less else []))
        assert lost.tier is None or lost.tier.threshold < keep.tier.threshold


@given(histories())
def test_what_is_missing_reaches_the_next_tier_and_a_cent_less_does_not(history: History) -> None:
    now = history.decide(history.today)
    following = history.table_on(history.today).next_after(now.turnover.amount)
    if following is None or history.forecast().next_tier(history.today) != following:
        return
    missing = history.forecast().missing(following, history.today)
    reached = history.decide(history.today, paid(missing, history.today)).tier
    assert reached is not None
    assert reached.threshold >= following.threshold
    less = history.decide(history.today, paid(missing - KOPECK, history.today)) if missing > KOPECK else now
    assert less.tier is None or less.tier.threshold < following.threshold


def test_the_histories_are_about_what_counts() -> None:
    """A guard against histories whose payments no window ever holds."""
    made = paid(600, "2024-03-01", status=PaymentStatus.CREDITED)
    history = History(date(2024, 3, 10), (made,), RULES, None, lambda _: TABLE, ())
    assert [str(each.day) for each in history.forecast().changes()] == ["2024-04-02"]


# --- a pin: at least, or exactly (R10) ---


def by_hand(history: History, on: date) -> Tier | None:
    """What R10 says, written down a second time: the table, the money of that day, and what the pin makes of it."""
    table, pin = history.table_on(on), history.pin
    money = decide(ACCOUNT, on, history.made, table, history.rules).turnover.amount
    earned = [tier for tier in table.tiers if tier.threshold <= money]
    held = [tier for tier in table.tiers if pin and on <= pin.until and tier.name == pin.tier]
    if held and pin and pin.exactly:
        return held[0]
    return max([*earned, *held], key=lambda tier: tier.threshold, default=None)


@given(histories())
def test_r10_a_pin_is_the_least_or_exactly_what_a_client_has_on_every_day(history: History) -> None:
    forecast = history.forecast()
    for on in history.days():
        decision = history.decide(on)
        assert decision.tier == by_hand(history, on) == forecast.tier(on)
        earned = decide(ACCOUNT, on, history.made, history.table_on(on), history.rules).tier
        event(f"{decision.basis.value}, {'exactly' if history.pin and history.pin.exactly else 'at least'}")
        assert decision.basis is Basis.PINNED or decision.tier == earned


@given(histories())
def test_r10_the_next_tier_is_shown_where_money_moves_it_and_not_under_an_exact_pin(history: History) -> None:
    now, forecast = history.decide(history.today), history.forecast()
    following = forecast.next_tier(history.today)
    if now.basis is Basis.PINNED and now.pin and now.pin.exactly:
        assert following is None
        return
    above = [
        tier
        for tier in history.table_on(history.today).tiers
        if tier.threshold > now.turnover.amount and (now.tier is None or tier.threshold > now.tier.threshold)
    ]
    assert following == (above[0] if above else None)
    if following:
        missing = forecast.missing(following, history.today)
        assert history.decide(history.today, paid(missing, history.today)).tier == following


def test_r10_money_that_earns_more_than_the_pin_still_does() -> None:
    """52 000 earn Partner #8: a pin on Starter lowers nobody, unless it says exactly."""
    made, on = [paid(52_000, "2025-01-10")], day("2025-01-20")
    least, exact = (Pin("Starter", day("2025-01-25"), "x", exactly) for exactly in (False, True))
    held = decide(ACCOUNT, on, made, TABLE, RULES, least)
    assert (held.tier and held.tier.name, held.basis, held.pin) == ("Partner #8", Basis.TURNOVER, least)
    assert told(forecast_of(held).changes()) == [("2025-02-11", None)]
    lowered = decide(ACCOUNT, on, made, TABLE, RULES, exact)
    assert (lowered.tier and lowered.tier.name, lowered.basis) == ("Starter", Basis.PINNED)
    assert told(forecast_of(lowered).changes()) == [("2025-01-26", "Partner #8"), ("2025-02-11", None)]


def test_r10_what_is_earned_may_fall_to_the_pin_and_the_pin_may_end_after_it() -> None:
    pin = Pin("Partner #3", day("2025-02-20"), "x")
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(52_000, "2025-01-10")], TABLE, RULES, pin)
    forecast = forecast_of(decision)
    assert told(forecast.changes()) == [("2025-02-11", "Partner #3"), ("2025-02-21", None)]
    assert [(keep.tier.name, keep.amount) for keep in map(forecast.keep, forecast.changes()) if keep] == [
        ("Partner #8", 50_000),
        ("Partner #3", 10_000),
    ]


def test_no_payment_keeps_a_tier_that_an_exact_pin_is_going_to_replace() -> None:
    """The pinned tier exists only in the table to come."""
    first, low = day("2025-02-01"), TierTable(TABLE.tiers[:1])
    without = TierTable(TABLE.tiers[1:])
    pin = Pin("Starter", day("2025-03-01"), "x", exactly=True)
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(52_000, "2025-01-10")], without, RULES, pin)
    forecast = Forecast(
        Outlook.of(decision), lambda on: TierTable((*low.tiers, *without.tiers)) if on >= first else without, [first]
    )
    change = next(forecast.changes())
    assert (change.day, change.tier and change.tier.name, forecast.keep(change)) == (first, "Starter", None)


# --- days to come, and the last ones of the calendar ---


def test_a_payment_dated_tomorrow_is_known_to_the_forecast() -> None:
    """It is credited already: what tomorrow brings is Partner #2, and no fall to nothing a month later."""
    made = [paid(600, "2025-01-20"), paid(5_000, "2025-01-21")]
    decision = decided(made, "2025-01-20")
    assert decision.tier == TABLE.tiers[0]
    assert told(forecast_of(decision).changes()) == [("2025-01-21", "Partner #2"), ("2025-02-22", None)]


def test_a_payment_dated_tomorrow_that_does_not_count_is_not_foretold() -> None:
    made = [paid(5_000, "2025-01-21", promotional=True), paid(5_000, "2025-01-21", status=PaymentStatus.FRAUD)]
    decision = decided([paid(600, "2025-01-20"), *made], "2025-01-20")
    assert told(forecast_of(decision).changes()) == [("2025-02-21", None)]


@given(
    st.dates(min_value=date(9999, 10, 1)) | st.dates(max_value=date(1, 3, 1)) | st.sampled_from([date.max, date.min]),
    st.dates(min_value=date(9999, 10, 1)) | st.just(date.max),
    st.dates(min_value=date(9999, 10, 1)) | st.dates(max_value=date(1, 3, 1)),
    st.integers(1, 12),
    st.booleans(),
)
def test_no_day_of_the_calendar_is_too_far(on: date, until: date, paid_on: date, months: int, exactly: bool) -> None:
    """A pin "for ever" is typed as 9999-12-31."""
    pin, rules = Pin("Partner #8", until, "for ever", exactly), replace(RULES, months=months)
    decision = decide(ACCOUNT, on, [paid(52_000, paid_on)], TABLE, rules, pin)
    forecast = forecast_of(decision)
    changes = list(forecast.changes())
    assert [each.day for each in changes] == sorted({each.day for each in changes})
    for change in changes:
        forecast.keep(change)
    if until == date.max:
        assert changes == []
    list(notices(decision, decision, forecast, Telling(frozenset(Kind), 30)))


def test_a_pin_without_end_has_no_end_ahead() -> None:
    pin = Pin("Partner #8", date.max, "for ever")
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(700, "2025-01-15")], TABLE, RULES, pin)
    assert decision.tier == TABLE.by_name("Partner #8")
    assert told(forecast_of(decision).changes()) == []


def test_an_amount_of_any_size_can_be_missing() -> None:
    assert payable(Decimal(10) ** 40 + Decimal("0.001")) == Decimal(10) ** 40 + KOPECK
