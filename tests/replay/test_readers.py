"""Every reader of the gateway against every report: it reads, or says clearly what is missing, and never crashes."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resellerprogram.doctor.shapes import Shape
from resellerprogram.panel import assumptions, directory, discounts, expenses, notices, payments
from resellerprogram.panel.assumptions import ASSUMPTIONS, Specimen, examine
from resellerprogram.panel.calls import Employee, Panel, find_employee
from resellerprogram.panel.errors import IncompleteAnswer, PanelError
from resellerprogram.panel.expenses import DiscountedExpense
from resellerprogram.panel.payments import PaymentReader
from resellerprogram.programme.ids import AccountId, DiscountId, PaymentId
from resellerprogram.programme.outcomes import Finding
from resellerprogram.programme.payments import PaymentStatus
from resellerprogram.programme.window import Window

from .played import REPORTS, Replay, Report, Told

FIRST = AccountId(1)
DAY = date(2025, 1, 20)
WINDOW = Window.of(DAY)
KNOWN = {name: Report.named(name) for name in ("sandbox", "reference")}


def panel_of(report: Report) -> Panel:
    return Panel(Replay(report), Employee("admin"))


def reader(panel: Panel) -> PaymentReader:
    return PaymentReader(panel, directory.providers(panel), directory.currency_signs(panel))


def all_rates(panel: Panel) -> object:
    return directory.rates(panel, "RUB").read()


def all_expenses(panel: Panel) -> list[DiscountedExpense]:
    return expenses.discounted(panel, date(2025, 1, 1), DAY, directory.currency_signs(panel))


READERS: dict[str, Callable[[Panel], object]] = {
    "employee": find_employee,
    "providers": directory.providers,
    "clients": directory.clients,
    "client": lambda panel: directory.client(panel, FIRST),
    "client by form": lambda panel: directory.client_by_form(panel, FIRST),
    "client is gone": lambda panel: directory.client_is_gone(panel, assumptions.NOBODY),
    "users": directory.users,
    "users of a client": lambda panel: directory.users_of(panel, FIRST),
    "account of a user": lambda panel: directory.account_of_user(panel, "1"),
    "user as seen": lambda panel: directory.user_as_seen(panel, "1"),
    "language": lambda panel: notices.language_of(panel, "1"),
    "employees": directory.employees,
    "group": lambda panel: directory.client_group(panel, 1),
    "service types": directory.service_types,
    "tariffs": directory.tariffs,
    "types and tariffs": lambda panel: directory.types_and_tariffs(panel, {}, "ru"),
    "currency signs": directory.currency_signs,
    "rates": all_rates,
    "payment methods": lambda panel: directory.payment_methods(panel, ["text 1", "nothing"]),
    "choices": lambda panel: directory.choices(panel, "ru", None, None),
    "payments": lambda panel: reader(panel).of_account(FIRST, WINDOW),
    "payments not credited": lambda panel: reader(panel).not_credited(FIRST, WINDOW),
    "payments of everybody": lambda panel: reader(panel).of_everybody(date(2025, 1, 1), DAY),
    "payment filter": lambda panel: reader(panel).check_filter(),
    "origin of a payment": lambda panel: payments.origin(panel, PaymentId(1)),
    "discounts": lambda panel: discounts.listed(panel, FIRST),
    "discount": lambda panel: discounts.read(panel, FIRST, DiscountId(1)),
    "expenses": all_expenses,
}


@pytest.mark.parametrize("report", KNOWN)
@pytest.mark.parametrize("what", READERS)
def test_a_reader_reads_what_a_panel_of_these_shapes_answers(report: str, what: str) -> None:
    READERS[what](panel_of(KNOWN[report]))


def test_of_the_panel_in_the_reference_payments_are_told_apart() -> None:
    """C.3: a credited one; C.5: cashback without a method, a refund under return/; and one that is only new."""
    found = {payment.id: payment for payment in reader(panel_of(KNOWN["reference"])).of_account(FIRST, WINDOW)}
    assert [found[PaymentId(number)].promotional for number in (1, 5, 6)] == [False, True, False]
    assert [found[PaymentId(number)].is_refund for number in (1, 5, 6)] == [False, False, True]
    assert (found[PaymentId(1)].amount.amount, found[PaymentId(5)].amount.amount) == (
        Decimal("12.34"),
        Decimal("12.3456"),
    )
    assert {payment.amount.currency for payment in found.values()} == {"RUB"}
    assert found[PaymentId(7)].status is PaymentStatus.NEW
    assert found[PaymentId(7)].credited_on is None


def test_of_the_panel_in_the_reference_everything_else_is_understood() -> None:
    panel = panel_of(KNOWN["reference"])
    assert directory.providers(panel) == {1: "text 1", 2: "text 2"}
    assert list(directory.service_types(panel).values()) == ["vds", "dedic", "certificate"]
    assert {tariff.service_type for tariff in directory.tariffs(panel)} == {1}
    assert directory.client_group(panel, 1).members == {1, 2}
    assert directory.currency_signs(panel)["₽"] == "RUB"
    assert directory.client_is_gone(panel, assumptions.NOBODY)
    assert directory.user_as_seen(panel, "1") == directory.User("1", "text 1", FIRST)
    assert [user.id for user in directory.users_of(panel, FIRST)] == ["1", "2", "3", "4", "5"]
    assert notices.language_of(panel, "1") == "ru"
    assert payments.origin(panel, PaymentId(1)).credited_on == date(2025, 1, 10)
    rate = directory.rates(panel, "RUB").in_force("USD", DAY)
    assert rate is not None
    assert rate.value == Decimal("12.3456")
    form = discounts.read(panel, FIRST, DiscountId(1))
    assert (form.scope, form.percent) == ("it_1", 1)


def test_a_credited_payment_whose_day_is_no_day_is_told_as_incomplete() -> None:
    text = (REPORTS / "reference.txt").read_text(encoding="utf-8")
    panel = panel_of(Report(text.replace("paydate YYYY-MM-DD hh:mm:ss", "paydate text")))
    with pytest.raises(IncompleteAnswer, match="pay_date='text 1'"):
        payments.origin(panel, PaymentId(1))


def test_by_the_older_page_on_expenses_what_a_discount_saved_is_read() -> None:
    """panel-2, D3: there `discount` is an id."""
    text = (REPORTS / "reference.txt").read_text(encoding="utf-8").replace("discount personal", "discount 9")
    found = all_expenses(panel_of(Report(text)))
    assert [(each.discount, each.saved.currency) for each in found if each.discount] == [(1, "RUB")]


@pytest.mark.parametrize("report", KNOWN)
@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda each: each.name)
def test_a_probe_finds_something_out_or_says_that_it_could_not(report: str, assumption: assumptions.Assumption) -> None:
    specimen = Specimen((FIRST, 1), FIRST, "1", promo_codes_refused=False, group=1, day=DAY)
    finding, _ = examine(Panel(Replay(KNOWN[report], lacks=True), Employee("admin")), assumption, specimen)
    assert finding in Finding


FORMS = (
    "empty",
    "text",
    "word",
    "9",
    "-9",
    "0",
    "9.99",
    "9.99 XXX",
    "9 text",
    "9 999.99 XXX",
    "YYYY-MM-DD",
    "DD.MM.YYYY",
)


def damaged(shape: Shape, chance: random.Random, harm: float) -> Shape:
    """The shape of a panel that differs: names missing, values of another format; long lists are short."""
    children = tuple(
        (times if len(times) == 1 else "3", damaged(child, chance, harm))
        for times, child in shape.children
        if chance.random() > harm / 2
    )
    form = chance.choice(FORMS) if shape.form and chance.random() < harm else shape.form
    attributes = tuple(
        (name, chance.choice(FORMS) if chance.random() < harm else form)
        for name, form in shape.attributes
        if chance.random() > harm / 2
    )
    return Shape(shape.name, form, attributes, children)


@pytest.mark.slow
@settings(max_examples=50)
@given(st.integers(0, 10**9), st.sampled_from([0.02, 0.1, 0.4]), st.sampled_from(sorted(KNOWN)))
def test_of_a_panel_that_differs_a_reader_reads_or_says_what_is_missing_and_never_crashes(
    seed: int, harm: float, name: str
) -> None:
    chance, report = random.Random(seed), Report("")
    report.functions = KNOWN[name].functions
    report.calls = [
        Told(told.function, told.params, damaged(told.answer, chance, harm)) if isinstance(told.answer, Shape) else told
        for told in KNOWN[name].calls
    ]
    panel, specimen = (
        Panel(Replay(report, lacks=True), Employee("admin")),
        Specimen((FIRST, 1), FIRST, "1", False, 1, DAY),
    )
    for read in READERS.values():
        with suppress(PanelError):
            read(panel)
    for assumption in ASSUMPTIONS:
        with suppress(PanelError):
            examine(panel, assumption, specimen)
