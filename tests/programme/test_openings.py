"""Opening turnover counts like a payment of its day, from the day on which it was given (R4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme import figures
from resellerprogram.programme.account import Found, Known, consider, vanished
from resellerprogram.programme.corrections import Held, History, Version, corrections, held_by_returned
from resellerprogram.programme.decision import decide
from resellerprogram.programme.errors import BadInput
from resellerprogram.programme.forecast import Forecast, Outlook
from resellerprogram.programme.ids import ProviderId
from resellerprogram.programme.members import Account, MemberNote
from resellerprogram.programme.moves import Mover, what_moved
from resellerprogram.programme.opening_lists import read
from resellerprogram.programme.openings import Opening, State, amount_of, day_of, day_until, reason_of
from resellerprogram.programme.payments import Money, Payment, Rate
from resellerprogram.programme.replay import Replay, Stage
from resellerprogram.programme.tiers import TierTable
from resellerprogram.programme.turnover import Reason, count
from resellerprogram.programme.window import Window, last_counting_day

from tests.programme.builders import ACCOUNT, RULES, TABLE, brought, day, decided, paid, reasons, verdict_of
from tests.programme.on_paper import OnPaper, rules_of
from tests.programme.strategies import amounts, days, payment_lists, tables
from tests.programme.test_replay import FIRST, LAST, version_of

TODAY = date(2025, 1, 20)
some_days = st.dates(date(2023, 12, 1), date(2025, 12, 31))


# --- until when, of which day ---


@pytest.mark.parametrize(
    ("until", "counts_as", "last"),
    [
        ("2025-01-20", "2024-12-20", "2025-01-20"),
        ("2025-02-15", "2025-01-15", "2025-02-15"),
        ("2025-02-20", "2025-01-20", "2025-02-20"),
    ],
)
def test_r3_until_a_day_it_is_of_the_day_whose_window_ends_there(until: str, counts_as: str, last: str) -> None:
    found = day_until(day(until), TODAY)
    assert (found, last_counting_day(found)) == (day(counts_as), day(last))


def test_r3_where_a_months_end_leaves_no_such_day_it_counts_at_least_that_long() -> None:
    """What is of 27 February counts through 27 March, what is of the 28th through the 31st."""
    found = day_until(day("2025-03-29"), day("2025-03-01"))
    assert (found, last_counting_day(found)) == (day("2025-02-28"), day("2025-03-31"))


@given(some_days, st.integers(0, 400), st.sampled_from([1, 1, 2, 3, 12]))
def test_every_last_day_that_a_payment_of_today_reaches_is_reached(today: date, ahead: int, months: int) -> None:
    until = today + timedelta(days=ahead)
    if until > last_counting_day(today, months):
        with pytest.raises(BadInput, match=f"through {figures.day(last_counting_day(today, months)).en} at the latest"):
            day_until(until, today, months)
        return
    found = day_until(until, today, months)
    assert found in Window.of(today, months), "it counts today already"
    assert last_counting_day(found, months) >= until
    assert last_counting_day(found - timedelta(days=1), months) < until, "no earlier day would do"


@pytest.mark.parametrize(
    ("until", "of_day", "field", "says"),
    [
        ("2025-01-19", "", "until", "19 Jan 2025 is over already; choose a last day from 20 Jan 2025 to 20 Feb 2025"),
        ("2025-02-21", "", "until", "through 20 Feb 2025 at the latest; for longer, pin a tier"),
        ("", "2025-01-21", "day", "the last possible one is today, 20 Jan 2025, which counts through 20 Feb 2025"),
        (
            "",
            "2024-12-19",
            "day",
            "counts no more: its last day was 19 Jan 2025; the first possible day is 20 Dec 2024",
        ),
        ("", " ", "until", "say until which day it counts, or of which day it is"),
        ("2025-02-14", "2025-01-15", "until", "counts through 15 Feb 2025, not through 2025-02-14"),
        ("soon", "", "until", "not “soon”"),
    ],
)
def test_a_day_that_can_not_be_is_refused_with_what_can(until: str, of_day: str, field: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        day_of(until, of_day, TODAY)
    assert says in str(refused.value)
    assert refused.value.field == field


def test_both_days_may_be_given_where_they_agree() -> None:
    assert day_of("15.02.2025", "2025-01-15", TODAY) == day("2025-01-15")


@pytest.mark.parametrize("text", ["0", "-5", "0.00", "much", "1,500", "1e5", "2000000000000"])
def test_an_amount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        amount_of(text)


def test_what_was_given_has_a_reason() -> None:
    assert reason_of(" other panel ") == "other panel"
    with pytest.raises(BadInput, match="Enter a reason"):
        reason_of("  ")


def test_it_counts_is_over_or_was_ended() -> None:
    opening = Opening(7, ACCOUNT, Money(Decimal(5), "RUB"), day("2025-01-15"), "other panel", TODAY)
    assert opening.state(day("2025-02-15"), 1) is State.COUNTS
    assert opening.state(day("2025-02-16"), 1) is State.OVER
    assert opening.state(day("2025-02-16"), 2) is State.COUNTS
    assert replace(opening, ended_on=TODAY).state(TODAY, 1) is State.ENDED


# --- like a payment of that day ---


def test_r4_it_counts_and_is_told_apart() -> None:
    opening, payment = brought(20_000, "2025-01-15"), paid(600, "2025-01-10")
    turnover = decided([opening, payment], "2025-01-20").turnover
    assert (turnover.amount, reasons(turnover)) == (20_600, [Reason.COUNTED, Reason.OPENING])
    assert decided([opening], "2025-02-15").turnover.amount == 20_000
    assert decided([opening], "2025-02-16").turnover.amount == 0


def test_r5_it_is_the_programmes_whichever_provider_that_is_and_follows_its_currency() -> None:
    opening = brought(60_000, "2025-01-15")
    assert count([opening], Window.of(TODAY), replace(RULES, provider=ProviderId(2))).amount == 60_000
    dollars = replace(RULES, currency="USD")
    assert reasons(count([opening], Window.of(TODAY), dollars)) == [Reason.NO_RATE]
    rates = {(opening.id, "RUB"): Rate("RUB", day("2025-01-01"), Decimal("0.01"))}
    assert count([opening], Window.of(TODAY), replace(dollars, known_rates=rates)).amount == 600


@pytest.mark.parametrize("named", [True, False])
def test_r4_no_refund_is_placed_on_it(named: bool) -> None:
    opening, early = brought(20_000, "2025-01-15"), paid(600, "2025-01-10")
    refund = paid(
        -500, "2025-01-18", is_refund=True, refund_of=opening.id if named else None, provider=opening.provider
    )
    turnover = decided([opening, early, refund], "2025-01-20").turnover
    assert (verdict_of(turnover, opening).counted, verdict_of(turnover, opening).taken_back) == (20_000, 0)
    refund = replace(refund, provider=early.provider)
    turnover = decided([opening, early, refund], "2025-01-20").turnover
    assert (verdict_of(turnover, early).counted, verdict_of(turnover, opening).counted) == (100, 20_000)


@given(payment_lists, amounts, days, days, tables())
def test_it_is_worth_what_a_payment_of_its_day_is_worth(
    payments: list[Payment], amount: Decimal, of_day: date, today: date, table: TierTable
) -> None:
    """In turnover, tier and forecast; there are no refunds among these."""
    window = Window.of(today)
    mine = [each for each in payments if each.credited_on and each.credited_on >= window.first]
    kept, same = ([brought(amount, of_day)], [paid(amount, of_day)]) if of_day in window else ([], [])
    one, other = (decide(ACCOUNT, today, [*mine, *each], table, RULES) for each in (kept, same))
    assert (one.turnover.amount, one.tier) == (other.turnover.amount, other.tier)
    forecasts = [Forecast(Outlook.of(each), lambda _: table) for each in (one, other)]
    first, second = (list(each.changes()) for each in forecasts)
    assert first == second
    assert [forecasts[0].keep(each) for each in first] == [forecasts[1].keep(each) for each in second]
    assert forecasts[0].outlook.brought == ({of_day: amount} if kept else {})


def test_how_much_of_a_turnover_it_is_and_until_when() -> None:
    outlook = Outlook.of(
        decided([brought(100, "2025-01-10"), brought(50, "2025-01-15"), paid(9, "2025-01-18")], "2025-01-20")
    )
    assert outlook.opening == (150, day("2025-02-15"))
    assert replace(outlook, day=day("2025-02-11")).opening == (50, day("2025-02-15"))
    assert replace(outlook, day=day("2025-02-16")).opening is None
    assert outlook.with_payment(Decimal(5), TODAY).opening == (150, day("2025-02-15"))


@pytest.mark.parametrize(("given_back", "left"), [(30, (120, "2025-02-15")), (200, None)])
def test_r4_no_more_of_a_turnover_is_told_of_than_a_refund_without_a_payment_leaves(
    given_back: int, left: tuple[int, str] | None
) -> None:
    refund = paid(given_back, "2025-01-18", is_refund=True)
    outlook = Outlook.of(decided([brought(100, "2025-01-10"), brought(50, "2025-01-15"), refund], "2025-01-20"))
    assert outlook.opening == (left and (left[0], day(left[1])))


def test_what_moved_the_tier_is_told_as_what_it_was() -> None:
    opening, nothing = brought(20_000, "2025-01-15"), decided([], "2025-01-20")
    given_to = decided([opening], "2025-01-20")
    assert (what_moved(nothing, given_to).mover, what_moved(nothing, given_to).amount) == (Mover.OPENING, 20_000)
    assert what_moved(given_to, nothing).mover is Mover.OPENING_ENDED
    assert what_moved(decided([opening], "2025-02-15"), decided([opening], "2025-02-16")).mover is Mover.OPENING_OVER


# --- falls ---


def ended(payments: list[Payment], left: list[Payment]) -> int:
    """How many falls are unforetold when only these are left."""
    person = OnPaper(note=MemberNote(ACCOUNT), payments=payments)
    rules = rules_of(TODAY)
    person.day(rules)
    person.payments = left
    return person.day(rules).unforetold


def test_what_an_administrator_ended_is_no_unforetold_fall() -> None:
    """Section 3: a payment that is gone is one."""
    opening, payment = brought(20_000, "2025-01-15"), paid(20_000, "2025-01-15")
    assert ended([opening], []) == 0
    assert ended([payment], []) > 0
    assert ended([opening, payment], [payment]) == 0
    assert ended([opening, payment], [opening]) > 0


def test_r10_what_is_on_record_of_the_account_counts_beside_what_the_panel_says() -> None:
    """Of another client who had the id nothing is known, and so nothing counts."""
    found, opening = Found(Account(ACCOUNT, "A client"), payments=(paid(600, "2025-01-15"),)), brought(20_000, TODAY)
    with_it = Known(MemberNote(ACCOUNT), openings=(opening,))
    counted = [consider(found, each, rules_of(TODAY)).decision for each in (with_it, Known(MemberNote(ACCOUNT)))]
    assert [each.turnover.amount for each in counted] == [20_600, 600]


def test_the_panel_is_not_asked_what_became_of_it() -> None:
    opening, payment = brought(20_000, "2025-01-15"), paid(600, "2025-01-15")
    known = Known(MemberNote(ACCOUNT), decided([opening, payment], "2025-01-19"), day("2025-01-19"))
    assert vanished(known, [], rules_of(TODAY)) == [payment]


# --- days that are over ---


def given_on(opening: Payment, given: str, ended: str | None = None, number: int = 5) -> list[Version]:
    first = Version(number, opening, day(given))
    if ended is None:
        return [first]
    following = Version(number + 1, opening, day(ended), gone=True)
    return [replace(first, until=following.number, ended_on=following.seen_on), following]


HELD = [Held(day("2025-01-10"), 1, TABLE.tier_for(Decimal(600)), "1 1 RUB", by_night=True)]


def past(versions: list[Version], held: list[Held] = HELD) -> History:
    return History(held, versions, lambda currency: {}, lambda each: TABLE)


@pytest.mark.parametrize("given", ["2025-01-16", "2025-01-13"])
def test_given_later_it_changes_no_day_before(given: str) -> None:
    payment = Version(1, paid(600, "2025-01-10"), day("2025-01-10"))
    books = past([payment, *given_on(brought(20_000, "2025-01-05"), given)])
    assert corrections(books, day("2025-01-10"), day("2025-01-15")) == []


def test_taken_away_later_it_counted_by_right_until_then() -> None:
    payment = Version(1, paid(600, "2025-01-10"), day("2025-01-10"))
    opening = given_on(brought(20_000, "2025-01-05"), "2025-01-10", "2025-01-14", number=2)
    held = [
        Held(day("2025-01-10"), 2, TABLE.tier_for(Decimal(20_600)), "1 1 RUB"),
        Held(day("2025-01-14"), 3, TABLE.tier_for(Decimal(600)), "1 1 RUB"),
    ]
    books = past([payment, *opening], held)
    assert corrections(books, day("2025-01-10"), day("2025-01-19")) == []
    assert held_by_returned(books, day("2025-01-10"), day("2025-01-19")) == []


def test_a_correction_beside_it_is_what_it_is_without_it_with_that_much_more() -> None:
    """3 000 of 12 January were heard of on the 16th: 23 600 instead of 20 600."""
    opening = brought(20_000, "2025-01-05")
    first, late = paid(600, "2025-01-10"), paid(10_000, "2025-01-12")
    versions = [
        Version(1, first, day("2025-01-10")),
        *given_on(opening, "2025-01-10", number=2),
        Version(3, late, day("2025-01-16")),
    ]
    held = [Held(day("2025-01-10"), 2, TABLE.tier_for(Decimal(20_600)), "1 1 RUB")]
    (found,) = corrections(past(versions, held), day("2025-01-10"), day("2025-01-15"))
    assert (found.first_day, found.other) == (day("2025-01-12"), TABLE.tier_for(Decimal(30_600)))
    assert [each.payment for each in found.causes] == [late.id]


# --- the past played again ---


@given(payment_lists, amounts, days, days, tables())
def test_it_is_played_as_a_payment_that_was_heard_of_when_it_was_given(
    payments: list[Payment], amount: Decimal, of_day: date, given: date, table: TierTable
) -> None:
    credited = [version_of(each, each.credited_on) for each in payments if each.credited_on]
    replay, stages = Replay(FIRST, LAST, lambda _: table), [Stage(FIRST, None, RULES)]
    opening, payment = (version_of(each(amount, of_day), given) for each in (brought, paid))
    one, other, without = (replay.of(stages, [*credited, *more]) for more in ([opening], [payment], []))
    assert one.steps == other.steps
    assert one.counted == without.counted, "nobody has paid it in"


def test_a_refund_in_the_past_takes_nothing_of_it() -> None:
    payment, refund = paid(700, "2024-01-20"), paid(-700, "2024-01-25", is_refund=True)
    versions = [version_of(each, each.credited_on or FIRST) for each in (payment, refund)]
    played = Replay(FIRST, LAST, lambda _: TABLE).of(
        [Stage(FIRST, None, RULES)], [*versions, version_of(brought(600, "2024-01-22"), day("2024-01-24"))]
    )
    assert [(str(step.day), step.tier and step.tier.name) for step in played.steps] == [
        ("2024-01-10", None),
        ("2024-01-20", "Starter"),
        ("2024-02-23", None),
    ]


# --- a list of it ---

LIST = """Клиент;Сумма;По;Причина;Тел.
27;"20 000,50";15.02.2025;Другая панель;1
Ромашка;3000;2025-02-20;'=moved;2

28;0;2025-02-15;x;3
29;500;2025-03-15;x;4
;500;2025-02-15;x;5
30;500;2025-02-15;;6
31;500;;x;7
"""


def test_a_list_is_read_line_by_line_and_every_bad_one_is_told() -> None:
    found = read(LIST, TODAY)
    assert [(each.line, each.client, str(each.amount), str(each.day), each.reason) for each in found.lines] == [
        (2, "27", "20000.50", "2025-01-15", "Другая панель"),
        (3, "Ромашка", "3000", "2025-01-20", "=moved"),
    ]
    assert found.left == ("Тел.",)
    assert [(each.line, each.why.en.partition(";")[0]) for each in found.bad] == [
        (5, "the amount must be above zero, not 0"),
        (6, "opening turnover counts no longer than a payment of today: through 20 Feb 2025 at the latest"),
        (7, "say which client"),
        (8, "Enter a reason"),
        (9, "say until which day it counts, or of which day it is"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_may_be_separated_as_spreadsheets_do(delimiter: str) -> None:
    text = "client,amount,day,reason\r\n27,20000.5,2025-01-15,moved\r\n".replace(",", delimiter)
    (line,) = read("\ufeff" + text, TODAY).lines
    assert (line.client, line.amount, line.until) == ("27", Decimal("20000.5"), None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing: client, amount, reason, until | day"),
        ("client;amount;reason\n27;5;x", "missing: until | day"),
        ('client;amount;until;reason\n27;5;"2025', "not CSV"),
        ("x" * 1_000_001, "too long"),
    ],
)
def test_what_is_no_list_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says.replace("|", r"\|")) as refused:
        read(text, TODAY)
    assert refused.value.field == "csv"


def test_an_amount_that_falls_into_two_cells_is_not_taken_for_its_first() -> None:
    found = read("client,until,amount,reason\n27,2025-02-15,1,000,moved\n27,2025-02-15,1,moved,,\n", TODAY)
    assert [(each.line, each.amount) for each in found.lines] == [(3, 1)]
    assert [(each.line, each.why.en.partition(";")[0]) for each in found.bad] == [(2, "more cells than headings")]
