"""The last thing that a client was told is true, whatever came between (F12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import event, given
from hypothesis import strategies as st
from resellerprogram.programme.decision import Decision, decide
from resellerprogram.programme.forecast import Forecast, Outlook
from resellerprogram.programme.notices import (
    Kind,
    Notice,
    Telling,
    is_told,
    joined,
    notices,
    overtakes,
    still_true,
)

from tests.programme.builders import ACCOUNT, RULES, TABLE, day, decided, paid

TODAY = day("2025-01-20")
MOVES = Telling(frozenset({Kind.ROSE, Kind.FELL}), 3)
amounts = st.sampled_from([0, 600, 3_500, 6_000, 12_000])


def stands(amount: int, on: date = TODAY) -> Decision:
    return decide(ACCOUNT, on, [paid(amount, on)] if amount else [], TABLE, RULES)


def forecast(decision: Decision) -> Forecast:
    return Forecast(Outlook.of(decision), lambda _: TABLE)


def put(waiting: list[Notice], told: Sequence[Notice], notice: Notice) -> None:
    """As the store does."""
    if is_told(notice, [*told, *waiting]):
        return
    overtaken = [each for each in waiting if overtakes(notice, each)]
    waiting[:] = [each for each in waiting if each not in overtaken]
    new = joined(overtaken[0], notice) if overtaken else notice
    waiting += [new] if new else []


@given(amounts, st.lists(st.tuples(amounts, st.booleans()), max_size=12))
def test_the_last_thing_told_is_the_state_at_the_end(first: int, steps: list[tuple[int, bool]]) -> None:
    """Between two decisions what waits is sent, or the panel does not take it just then."""
    before, waiting, told = stands(first), list[Notice](), list[Notice]()
    for number, (amount, sends) in enumerate([*steps, (steps[-1][0] if steps else first, True)]):
        after = stands(amount)
        for notice in notices(before, after, forecast(after), MOVES):
            put(waiting, told, notice)
        before = after
        assert len(waiting) <= 1
        if sends:
            told += [each for each in waiting if still_true(each, forecast(after))]
            waiting.clear()
            known = told[-1].tier if told else stands(first).tier
            assert known == after.tier, number
    event(f"{min(len(told), 3)} told")
    for one, following in zip(told, told[1:]):
        assert one.tier == following.before, "each goes on from what was told before"
    assert all(each.before != each.tier for each in told)


def test_two_moves_of_which_the_first_was_not_told_are_told_as_one() -> None:
    high, middle, low = stands(12_000), stands(6_000), stands(600)
    (rose,) = notices(low, high, forecast(high), MOVES)
    (fell,) = notices(high, middle, forecast(middle), MOVES)
    one = joined(rose, fell)
    assert one is not None
    assert (one.kind, one.before, one.tier) == (Kind.ROSE, low.tier, middle.tier)
    (back,) = notices(high, low, forecast(low), MOVES)
    assert joined(rose, back) is None


def test_a_warning_is_told_again_only_when_what_was_named_is_not_enough_any_more() -> None:
    made = [paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")]
    warning = Telling(frozenset({Kind.WILL_FALL}), 3)

    def warned(*more: int) -> Notice:
        decision = decided([*made, *(paid(amount, "2025-01-18") for amount in more)], "2025-01-18")
        (notice,) = notices(None, decision, forecast(decision), warning)
        return notice

    first, less, more = warned(), warned(400), warned()
    assert first.keep is not None
    more = replace(more, keep=replace(first.keep, amount=Decimal(2_000)))
    assert [is_told(each, [first]) for each in (first, less, more)] == [True, True, False]
    assert overtakes(more, first)
    decision = decided([*made, paid(400, "2025-01-18")], "2025-01-18")
    current = still_true(first, forecast(decision))
    assert current is not None
    assert current.keep is not None
    assert current.keep.amount == 600, "one that waited names what is missing now"
    kept = decided([*made, paid(1_000, "2025-01-18")], "2025-01-18")
    assert still_true(first, forecast(kept)) is None


def test_what_other_settings_change_is_told_to_nobody() -> None:
    """U5: months, provider, currency and excluded methods; a decision of before rules were kept is compared as ever."""
    made = [paid(600, "2025-01-18"), paid(5_000, "2024-12-01")]
    one, two = (decided(made, "2025-01-20", rules=replace(RULES, months=months)) for months in (1, 2))
    assert one.tier != two.tier
    assert list(notices(one, two, forecast(two), MOVES)) == list(notices(two, one, forecast(one), MOVES)) == []
    assert [each.kind for each in notices(replace(one, rules=""), two, forecast(two), MOVES)] == [Kind.ROSE]
    without = decide(ACCOUNT, TODAY, [paid(600, "2025-01-18", method_excluded=True)], TABLE, RULES, None, ["3"])
    counted = decide(ACCOUNT, TODAY, [paid(600, "2025-01-18")], TABLE, RULES)
    assert list(notices(counted, without, forecast(without), MOVES)) == []
