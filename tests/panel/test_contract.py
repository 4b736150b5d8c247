"""The gateway against the sandbox panel: real mgrctl processes, real HTTP, assumed facts read both ways."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from resellerprogram.panel import directory, discounts, filters
from resellerprogram.panel.answers import Document
from resellerprogram.panel.assumptions import payment_filter
from resellerprogram.panel.calls import Panel, TooManyRows, find_employee
from resellerprogram.panel.connection import Access, https_problem, open_panel
from resellerprogram.panel.directory import PaymentMethods
from resellerprogram.panel.discounts import Made
from resellerprogram.panel.errors import (
    AccessDenied,
    IncompleteAnswer,
    MissingObject,
    PanelRefusal,
    TransportError,
    UnreadableRow,
)
from resellerprogram.panel.payments import PaymentReader
from resellerprogram.programme.ids import AccountId, DiscountId, ProviderId, Scope
from resellerprogram.programme.members import Account
from resellerprogram.programme.ownership import name_of
from resellerprogram.programme.payments import Money, Payment, PaymentStatus
from resellerprogram.programme.text import Text
from resellerprogram.programme.window import Window
from sqlalchemy.orm import Session
from urllib3.connection import HTTPConnection

from tests.sandbox import Sandbox
from tests.sandbox.models import Currency

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)
WINDOW = Window.of(TODAY)
VDS = Scope("it_2")


def reader(panel: Panel, excluded: PaymentMethods | None = None) -> PaymentReader:
    return PaymentReader(
        panel, directory.providers(panel), directory.currency_signs(panel), excluded or PaymentMethods()
    )


@pytest.fixture
def cap(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> int:
    """Lists are cut at a tenth of what the panel allows, and so they are known to be; the true cap has tests, too."""
    sandbox.read_as(list_cap="500")
    for name in ("LIST_CAP", "PAGE_ROWS"):
        monkeypatch.setattr(f"resellerprogram.panel.calls.{name}", 500)
    return 500


def read(panel: Panel, account: int, window: Window = WINDOW) -> dict[int, Payment]:
    return {payment.id: payment for payment in reader(panel).of_account(AccountId(account), window)}


# --- payments ---


def test_payments_of_the_account_credited_in_the_window_or_to_come_are_whole_and_no_others(
    sandbox: Sandbox, panel: Panel
) -> None:
    """A payment that is credited with a day to come is known to the forecast from the day on which it is read."""
    account, other = sandbox.world.add_account("One"), sandbox.world.add_account("Two")
    days = (WINDOW.first, TODAY, date(2025, 1, 1), TODAY + timedelta(days=1))
    inside = [sandbox.world.add_payment(account, 100, day) for day in days]
    sandbox.world.add_payment(account, 100, WINDOW.first - timedelta(days=1))
    sandbox.world.add_payment(other, 100, TODAY)

    found = read(panel, account)

    assert sorted(found) == sorted(inside)
    assert found[inside[0]].credited_on == WINDOW.first
    assert found[inside[0]].amount.amount == 100
    assert found[inside[0]].status is PaymentStatus.CREDITED


@pytest.mark.parametrize("filter_on", ["replaces", "merges"])
def test_a_filter_that_the_employee_saved_hides_no_payment(sandbox: Sandbox, panel: Panel, filter_on: str) -> None:
    sandbox.read_as(filter_on=filter_on)
    account = sandbox.world.add_account("One")
    payment = sandbox.world.add_payment(account, 100, TODAY)
    panel.call(
        "payment.filter",
        {"status": "1", "number": "zzz", "createdate": "other", "createdatestart": "2030-01-01", "sok": "ok"},
    )
    assert sorted(read(panel, account)) == [payment]


@pytest.mark.parametrize("filter_off", ["bypasses", "clears"])
@pytest.mark.parametrize("saved", [{}, {"status": "1", "number": "pfx"}])
def test_the_employees_filter_is_as_it_was_after_we_have_read(
    sandbox: Sandbox, panel: Panel, saved: dict[str, str], filter_off: str
) -> None:
    sandbox.read_as(filter_off=filter_off)
    account = sandbox.world.add_account("One")
    if saved:
        panel.call("payment.filter", {**saved, "sok": "ok"})
        panel.call("account.filter", {"name": "One", "sok": "ok"})
    before = sandbox.filters()

    remembered: list[filters.SavedFilters] = []
    filters.FilterKeeper(panel, remembered.append)
    read(panel, account)
    directory.client(panel, AccountId(account))
    assert sandbox.filters() != before
    filters.put_back(panel, remembered[-1])

    assert sandbox.filters() == before


def test_a_month_with_more_payments_than_the_panel_lists_is_read_in_parts(sandbox: Sandbox, panel: Panel) -> None:
    (account,) = sandbox.world.add_many(1, 5200, TODAY, amount=1)
    found = read(panel, account)
    assert len(found) == 5200
    assert sum(payment.amount.amount for payment in found.values()) == 5200


def test_a_day_with_more_payments_than_the_panel_lists_is_read_by_the_ends_of_their_ids(
    sandbox: Sandbox, panel: Panel, cap: int
) -> None:
    """Case V4"""
    sandbox.read_as(list_cut="own_order")
    (account,) = sandbox.world.add_many(1, cap * 25, TODAY, amount=1)
    of_day = len(reader(panel).of_account(AccountId(account), Window(TODAY, TODAY)))
    assert of_day >= cap
    assert len(reader(panel).of_everybody(TODAY, TODAY).readable) == of_day


def test_a_day_beyond_the_cap_is_an_error_and_no_part_where_the_wildcard_is_not_obeyed(
    sandbox: Sandbox, panel: Panel, cap: int
) -> None:
    """Case V4"""
    sandbox.read_as(id_wildcard="ignored")
    (account,) = sandbox.world.add_many(1, cap * 25, TODAY, amount=1)
    with pytest.raises(TooManyRows):
        reader(panel).of_account(AccountId(account), Window(TODAY, TODAY))


def test_a_page_size_that_the_panel_does_not_obey_loses_no_row(
    sandbox: Sandbox, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    (account,) = sandbox.world.add_many(1, 2400, TODAY)
    monkeypatch.setattr("resellerprogram.panel.calls.PAGE_ROWS", "")
    sandbox.reset_calls()
    assert len(read(panel, account)) == 2400
    assert [call["params"]["p_num"] for call in sandbox.calls() if call["func"] == "payment"] == ["1", "2", "3"] * 2


@pytest.mark.parametrize("sign", ["iso", "symbol"])
def test_amounts_are_read_with_code_or_symbol(sandbox: Sandbox, panel: Panel, sign: str) -> None:
    sandbox.read_as(amount_sign=sign)
    account = sandbox.world.add_account("One")
    rouble = sandbox.world.add_payment(account, "12.3456", TODAY)
    dollar = sandbox.world.add_payment(account, "5", TODAY, currency="USD")
    found = read(panel, account)
    assert (found[rouble].amount.amount, found[rouble].amount.currency) == (Decimal("12.3456"), "RUB")
    assert found[dollar].amount.currency == "USD"


def test_the_status_is_read_raw_in_any_language(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    payments = {status: sandbox.world.add_payment(account, 1, TODAY, status=status) for status in (3, 4, 5, 6, 7, 9)}
    found = read(panel, account)
    assert {status: int(found[payment].status) for status, payment in payments.items()} == {
        each: each for each in payments
    }


@pytest.mark.parametrize("module", ["absent", "empty"])
def test_cashback_and_certificates_are_told_from_money(sandbox: Sandbox, panel: Panel, module: str) -> None:
    sandbox.read_as(promotional_module=module)
    account = sandbox.world.add_account("One")
    promotional = {sandbox.world.add_cashback(account, 10, TODAY), sandbox.world.add_certificate(account, 10, TODAY)}
    sandbox.world.add_payment(account, 10, TODAY)
    assert {payment.id for payment in read(panel, account).values() if payment.promotional} == promotional


@pytest.mark.parametrize("column", ["name", "id", "absent"])
def test_the_provider_of_a_payment_is_found_however_the_panel_tells_it(
    sandbox: Sandbox, panel: Panel, column: str
) -> None:
    sandbox.read_as(payment_project=column)
    account, other = sandbox.world.add_account("One"), sandbox.world.add_project("Second Brand")
    ours = sandbox.world.add_payment(account, 10, TODAY)
    theirs = sandbox.world.add_payment(account, 10, TODAY, project=other)
    assert {payment.id: payment.provider for payment in read(panel, account).values()} == {ours: 1, theirs: other}


@pytest.mark.parametrize("flag", ["on", "off"])
@pytest.mark.parametrize("source", ["present", "absent"])
def test_a_refund_row_is_known_and_brings_the_earlier_payments_along(
    sandbox: Sandbox, panel: Panel, flag: str, source: str
) -> None:
    sandbox.read_as(refund_flag=flag, refund_source=source)
    account = sandbox.world.add_account("One")
    earlier = sandbox.world.add_payment(account, 1000, date(2024, 10, 1))
    refund = sandbox.world.refund(earlier, TODAY)
    found = read(panel, account)
    assert found[refund].is_refund
    assert found[refund].refund_of == (earlier if source == "present" else None)
    assert found[earlier].status is PaymentStatus.REFUNDED


def test_two_providers_of_the_same_name_are_told_apart(sandbox: Sandbox, panel: Panel) -> None:
    account, other = sandbox.world.add_account("One"), sandbox.world.add_project("Example Hosting")
    ours, theirs = (
        sandbox.world.add_payment(account, 10, TODAY),
        sandbox.world.add_payment(account, 10, TODAY, project=other),
    )
    assert {payment.id: payment.provider for payment in read(panel, account).values()} == {ours: 1, theirs: other}


def test_a_payment_that_the_panel_shows_twice_counts_once(
    sandbox: Sandbox, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refund makes us read the earlier payments, too; a panel that overlooks the dates shows all of them again."""
    account = sandbox.world.add_account("One")
    refund = sandbox.world.refund(sandbox.world.add_payment(account, 100, TODAY), TODAY, 40)

    def dateless(number: AccountId, conditions: dict[str, str]) -> dict[str, str]:
        return payment_filter(number, {})

    monkeypatch.setattr("resellerprogram.panel.assumptions.payment_filter", dateless)
    found = reader(panel).of_account(AccountId(account), WINDOW)
    assert sorted(payment.id for payment in found) == [refund - 1, refund]


def test_where_providers_are_not_listed_payment_info_tells_them_once_each(sandbox: Sandbox, panel: Panel) -> None:
    sandbox.read_as(project_list="absent")
    account, other = sandbox.world.add_account("One"), sandbox.world.add_project("Second Brand")
    ours = [sandbox.world.add_payment(account, 10, TODAY) for _ in range(3)]
    theirs = sandbox.world.add_payment(account, 10, TODAY, project=other)
    sandbox.reset_calls()
    found = {payment.id: payment.provider for payment in read(panel, account).values()}
    assert found == {**dict.fromkeys(ours, 1), theirs: other}
    assert [call["func"] for call in sandbox.calls()].count("payment.info") == 2


def test_a_refund_without_a_payment_method_is_a_refund_and_no_promotion(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    refund = sandbox.world.refund(sandbox.world.add_payment(account, 100, TODAY), TODAY, 40)
    sandbox.world.set_payment(refund, paymethod=None)
    found = read(panel, account)[refund]
    assert (found.is_refund, found.promotional) == (True, False)


def test_excluded_methods_are_known_by_id_name_in_either_language_or_module(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    bonus, bank = (sandbox.world.add_payment(account, 10, TODAY, method=method) for method in (3, 1))
    for pick in ("3", "Bonus", "Бонус", "pmbonus"):
        methods, unknown = directory.payment_methods(panel, [pick])
        found = {
            payment.id: payment.method_excluded
            for payment in reader(panel, methods).of_account(AccountId(account), WINDOW)
        }
        assert (found, unknown) == ({bonus: True, bank: False}, [])
    assert directory.payment_methods(panel, ["Gold"])[1] == ["Gold"]


def test_a_filter_by_account_that_is_not_obeyed_is_an_error(
    sandbox: Sandbox, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = sandbox.world.add_account("One")
    for each in (account, sandbox.world.add_account("Two")):
        sandbox.world.add_payment(each, 10, TODAY)
    reader(panel).check_filter()

    def disobeyed(number: AccountId, conditions: dict[str, str]) -> dict[str, str]:
        return {**payment_filter(number, conditions), "account_id": ""}

    monkeypatch.setattr("resellerprogram.panel.assumptions.payment_filter", disobeyed)
    with pytest.raises(IncompleteAnswer):
        reader(panel).check_filter()
    with pytest.raises(IncompleteAnswer, match="account_name"):
        reader(panel).of_account(AccountId(account), WINDOW)


def test_payments_that_were_never_credited_are_read_by_the_day_they_were_placed(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    promised = sandbox.world.add_payment(account, 10, None, status=3, created_on=TODAY)
    sandbox.world.add_payment(account, 10, None, status=1, created_on=date(2024, 1, 1))
    sandbox.world.add_payment(account, 10, TODAY)
    assert [payment.id for payment in reader(panel).not_credited(AccountId(account), WINDOW)] == [promised]


def test_only_payments_that_the_panel_still_calls_credited_on_that_day_are_still_credited(
    sandbox: Sandbox, panel: Panel
) -> None:
    account = sandbox.world.add_account("One")
    same, moved, refunded, deleted = (sandbox.world.add_payment(account, 10, TODAY) for _ in range(4))
    known = list(read(panel, account).values())
    sandbox.world.set_payment(moved, paydate=date(2025, 1, 2))
    sandbox.world.set_payment(refunded, status=6)
    sandbox.world.delete_payment(deleted)
    assert [payment.id for payment in reader(panel).still_credited(known)] == [same]


# --- odd rows ---


def odd(panel: Panel, monkeypatch: pytest.MonkeyPatch, payment: int, **cells: str) -> None:
    """One payment's row comes with other texts than the panel would give it, in its list and, with `info_…`, in
    payment.info."""
    call = panel.call

    def altered(function: str, *arguments: Any, **more: Any) -> Document:
        document = call(function, *arguments, **more)
        root = etree.fromstring(document.text().encode())
        if function == "payment":
            for row in root.iterfind("elem"):
                if row.findtext("id") == str(payment):
                    for name, text in cells.items():
                        if not name.startswith("info_"):
                            cell = row.find(name)
                            assert cell is not None
                            cell.text = text
        elif function == "payment.info" and root.findtext("payment/id") == str(payment):
            for name, text in cells.items():
                cell = root.find(f"payment/{name.removeprefix('info_')}")
                if name.startswith("info_") and cell is not None:
                    cell.text = text
        return Document(root, document.call)

    monkeypatch.setattr(panel, "call", altered)


@pytest.mark.parametrize(
    "cells",
    [
        {"subaccountamount_iso": "77.00"},
        {"subaccountamount_iso": "1 000.00 RUB"},
        {"subaccountamount_iso": "1\u00a0000.00 RUB"},
        {"subaccountamount_iso": ""},
        {"real_status": "credited"},
        {"pay_date": "20.01.2025"},
    ],
)
def test_what_a_row_does_not_tell_payment_info_does(
    sandbox: Sandbox, panel: Panel, monkeypatch: pytest.MonkeyPatch, cells: dict[str, str]
) -> None:
    """Cases V1, U4"""
    account = sandbox.world.add_account("One")
    payment = sandbox.world.add_payment(account, 1000, TODAY)
    odd(panel, monkeypatch, payment, **cells)
    found = read(panel, account)[payment]
    assert (found.amount, found.status, found.credited_on) == (
        Money(Decimal(1000), "RUB"),
        PaymentStatus.CREDITED,
        TODAY,
    )


@pytest.mark.parametrize(
    "cells",
    [
        {"real_status": "10", "info_status": "10"},
        {"subaccountamount_iso": "77.00 ¤"},
        {"subaccountamount_iso": "77.00", "info_paymethodamount": "76.0000"},
        {"pay_date": "soon", "info_paydate": "soon"},
    ],
)
def test_a_row_that_stays_unreadable_is_its_accounts_trouble_and_keeps_no_other_back(
    sandbox: Sandbox, panel: Panel, monkeypatch: pytest.MonkeyPatch, cells: dict[str, str]
) -> None:
    """Cases V1, U4"""
    account, other = sandbox.world.add_account("One"), sandbox.world.add_account("Two")
    payment, sound = sandbox.world.add_payment(account, 77, TODAY), sandbox.world.add_payment(other, 100, TODAY)
    odd(panel, monkeypatch, payment, **cells)
    with pytest.raises(UnreadableRow) as raised:
        read(panel, account)
    assert (raised.value.payment, raised.value.account) == (payment, account)
    assert not isinstance(raised.value, TransportError)
    assert sorted(read(panel, other)) == [sound]
    swept = reader(panel).of_everybody(TODAY, TODAY)
    assert [sketch.id for sketch in swept.readable] == [sound]
    assert [row.payment for row in swept.unreadable] == [payment]


def test_a_symbol_that_two_currencies_share_is_told_apart_by_payment_info(sandbox: Sandbox, panel: Panel) -> None:
    """Case U4"""
    with Session(sandbox.world.engine) as session:
        session.add(
            Currency(id=78, iso="CAD", symbol="$", code="124", name="Canadian dollar", name_ru="Канадский доллар")
        )
        session.commit()
    sandbox.read_as(amount_sign="symbol")
    canadian, roubles = sandbox.world.add_account("Canadian"), sandbox.world.add_account("Roubles")
    payment = sandbox.world.add_payment(canadian, 100, TODAY, currency="CAD")
    sound = sandbox.world.add_payment(roubles, 600, TODAY)
    assert read(panel, roubles)[sound].amount == Money(Decimal(600), "RUB")
    assert read(panel, canadian)[payment].amount == Money(Decimal(100), "CAD")
    assert [sketch.id for sketch in reader(panel).of_everybody(TODAY, TODAY).readable] == [sound]


# --- directory ---


def test_clients_are_listed_and_groups_are_none_of_them(sandbox: Sandbox, panel: Panel) -> None:
    ids = [sandbox.world.add_account(f"Client {number}") for number in range(60)]
    sandbox.world.add_group("Resellers", ids[:3])
    assert [account.id for account in directory.clients(panel)] == ids


def test_more_clients_users_and_group_members_than_the_panel_lists_are_all_found(
    sandbox: Sandbox, panel: Panel
) -> None:
    """Cases M7, V6"""
    sandbox.read_as(list_cut="own_order")
    ids = sandbox.world.add_many(5_200, 0, TODAY)
    group = sandbox.world.add_group("Resellers", ids[4990:5010])
    sandbox.reset_calls()
    assert [account.id for account in directory.clients(panel)] == ids
    listed = directory.users(panel)
    assert (listed.complete, {user.account for user in listed.users}) == (True, set(ids))
    assert directory.client_group(panel, group).members == set(ids[4990:5010])
    assert len(sandbox.calls()) < 60


@pytest.mark.parametrize("wildcard", ["literal", "ignored"])
def test_users_beyond_the_cap_are_known_to_be_incomplete_where_the_wildcard_is_not_obeyed(
    sandbox: Sandbox, panel: Panel, cap: int, wildcard: str
) -> None:
    """Case M7"""
    sandbox.read_as(id_wildcard=wildcard, list_cut="sorted")
    ids = sandbox.world.add_many(cap + 200, 0, TODAY)
    listed = directory.users(panel)
    assert not listed.complete
    assert {ids[0], ids[-1]} <= {user.account for user in listed.users}
    with pytest.raises(TooManyRows):
        directory.clients(panel)
    with pytest.raises(TooManyRows):
        directory.client_group(panel, sandbox.world.add_group("Resellers", ids[cap - 10 : cap + 10]))


@pytest.mark.parametrize("shape", ["members_only", "all_with_status"])
def test_the_members_of_a_group_are_found_in_either_shape_of_its_list(
    sandbox: Sandbox, panel: Panel, shape: str
) -> None:
    sandbox.read_as(group_list=shape)
    ids = [sandbox.world.add_account(f"Client {number}") for number in range(5)]
    group = sandbox.world.add_group("Resellers", ids[1:3])
    found = directory.client_group(panel, group)
    assert (found.members, found.tells) == (set(ids[1:3]), shape == "all_with_status")
    sandbox.reset_calls()
    one_by_one = [directory.is_in_group(panel, group, AccountId(each), found.tells) for each in (*ids[:3], 999)]
    assert one_by_one == [False, True, True, None if found.tells else False]
    assert len(sandbox.calls()) == 4
    for missing in (
        lambda: directory.client_group(panel, 999),
        lambda: directory.is_in_group(panel, 999, AccountId(ids[0]), found.tells),
    ):
        with pytest.raises(MissingObject):
            missing()


@pytest.mark.parametrize("shown", ["yes", "no"])
def test_service_types_are_known_by_internal_name_dots_included(sandbox: Sandbox, panel: Panel, shown: str) -> None:
    sandbox.read_as(itemtype_list_has_intname=shown)
    assert directory.service_types(panel) == {
        1: "vhost",
        2: "vds",
        3: "dedic",
        4: "certificate",
        5: "domain",
        6: "vds.vps",
    }


def test_rates_are_those_in_force_on_a_day(sandbox: Sandbox, panel: Panel) -> None:
    sandbox.world.add_rate("USD", date(2025, 1, 3), "90.5")
    sandbox.world.add_rate("USD", date(2025, 1, 10), "95")
    rates = directory.rates(panel, "RUB")
    assert rates.in_force("USD", date(2025, 1, 2)) is None
    assert rates.in_force("EUR", date(2025, 1, 9)) is None
    rate = rates.in_force("USD", date(2025, 1, 9))
    assert rate is not None
    assert (rate.value, rate.since) == (Decimal("90.5"), date(2025, 1, 3))


@pytest.mark.parametrize("rate", ["0", "-1"])
def test_a_rate_that_cannot_be_used_is_no_rate_and_is_warned_of(sandbox: Sandbox, panel: Panel, rate: str) -> None:
    """Cases V3, U2"""
    sandbox.world.add_rate("USD", date(2025, 1, 3), "90.5")
    sandbox.world.add_rate("EUR", date(2025, 1, 4), rate)
    warnings: list[Text] = []
    rates = directory.rates(panel, "RUB", warnings.append)
    usable = rates.in_force("USD", TODAY)
    assert usable is not None
    assert usable.value == Decimal("90.5")
    assert rates.in_force("EUR", TODAY) is None
    (warning,) = warnings
    assert "EUR 2025-01-04" in warning.en


@pytest.mark.parametrize("rate", ["0", "-1"])
def test_r5_an_older_rate_does_not_hold_on_where_the_panel_has_one_that_cannot_be_used(
    sandbox: Sandbox, panel: Panel, rate: str
) -> None:
    """Found by the soak: the panel's rate of that day is nothing, so the payment is left out."""
    sandbox.world.add_rate("USD", date(2025, 1, 3), "90.5")
    sandbox.world.add_rate("USD", date(2025, 1, 5), rate)
    rates = directory.rates(panel, "RUB")
    before = rates.in_force("USD", date(2025, 1, 4))
    assert before is not None
    assert before.value == Decimal("90.5")
    assert rates.in_force("USD", date(2025, 1, 5)) is None


def test_rates_are_read_when_one_is_needed_and_once(sandbox: Sandbox, panel: Panel) -> None:
    sandbox.world.add_rate("EUR", TODAY, "100")
    sandbox.reset_calls()
    rates = directory.rates(panel, "RUB")
    assert sandbox.calls() == []
    for _ in range(2):
        assert rates.in_force("USD", TODAY) is None
    assert [call["func"] for call in sandbox.calls()].count("currencyrate") == 1


@pytest.mark.parametrize("shape", ["by_iso", "nested", "nested_empty"])
def test_more_rates_than_the_panel_lists_are_all_known(sandbox: Sandbox, panel: Panel, cap: int, shape: str) -> None:
    """Case V3"""
    sandbox.read_as(currencyrate=shape)
    first = TODAY - timedelta(days=cap + 99)
    with sandbox.world.at_once():
        for day in range(cap + 100):
            sandbox.world.add_rate("USD", first + timedelta(days=day), str(50 + day % 7))
    rates = directory.rates(panel, "RUB")
    for day in (0, cap // 2, cap + 99):
        rate = rates.in_force("USD", first + timedelta(days=day))
        assert rate is not None
        assert (rate.since, rate.value) == (first + timedelta(days=day), 50 + day % 7)


def test_rates_that_are_not_all_known_convert_nothing(sandbox: Sandbox, panel: Panel, cap: int) -> None:
    """Case V3: what the panel cut off would be replaced by an older rate."""
    sandbox.read_as(id_wildcard="literal")
    with sandbox.world.at_once():
        for day in range(cap):
            sandbox.world.add_rate("USD", TODAY - timedelta(days=day), "90")
    with pytest.raises(TooManyRows):
        directory.rates(panel, "RUB").in_force("USD", TODAY)


def test_a_panel_without_rates_gives_none(sandbox: Sandbox, panel: Panel) -> None:
    sandbox.read_as(currencyrate="absent")
    assert directory.rates(panel, "RUB").in_force("USD", TODAY) is None


@pytest.mark.parametrize("kind", ["missed", "value"])
def test_a_client_is_gone_only_when_the_panel_says_so(sandbox: Sandbox, panel: Panel, kind: str) -> None:
    sandbox.read_as(missing_elid=kind)
    account = sandbox.world.add_account("One")
    assert not directory.client_is_gone(panel, AccountId(account))
    assert directory.client(panel, AccountId(account)) == Account(AccountId(account), "One", date(2024, 1, 1))
    sandbox.world.delete_account(account)
    assert directory.client_is_gone(panel, AccountId(account))
    assert directory.client(panel, AccountId(account)) is None


# --- whose name ---


@pytest.mark.parametrize("listed", ["present", "absent"])
def test_an_employee_is_found_and_used_where_the_panel_needs_one(sandbox: Sandbox, listed: str) -> None:
    sandbox.read_as(needs_su="yes", employee_list=listed)
    account = AccountId(sandbox.world.add_account("One"))
    with open_panel(sandbox.root, Access()) as panel:
        assert panel.employee == "admin"
        assert discounts.listed(panel, account) == []
        panel.employee = None
        with pytest.raises(AccessDenied, match="Try su"):
            discounts.listed(panel, account)


def test_the_panel_knows_us_by_name(sandbox: Sandbox) -> None:
    with open_panel(sandbox.root, Access()) as panel:
        find_employee(panel)
    assert "Request [resellerprogram][root] 'employee'" in (sandbox.root / "var" / "billmgr.log").read_text()


# --- HTTPS ---


def test_large_runs_use_one_session_and_it_is_renewed_when_it_ends(sandbox: Sandbox) -> None:
    with open_panel(sandbox.root, Access(url=sandbox.url), large=True) as panel:
        panel.rows("itemtype")
        sandbox.now = sandbox.now + timedelta(hours=2)
        sandbox.reset_calls()
        assert len(panel.rows("itemtype")) == 6
    assert [(call["func"], call["caller"]) for call in sandbox.calls()] == [
        ("session.newkey", "resellerprogram"),
        ("itemtype", "127.0.0.1"),
    ]


@pytest.mark.parametrize("reading", ["refused", "literal"])
def test_where_mgrctl_takes_nothing_from_its_environment_large_runs_go_by_mgrctl(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, reading: str
) -> None:
    sandbox.read_as(mgrctl_environment=reading)
    with open_panel(sandbox.root, Access(url=sandbox.url), large=True) as panel:
        assert len(panel.rows("itemtype")) == 6
    assert "going on with mgrctl" in caplog.text
    assert [call["caller"] for call in sandbox.calls() if call["func"] == "itemtype"] == ["resellerprogram"]


def test_large_runs_keep_one_connection_alive(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[HTTPConnection] = []
    connect = HTTPConnection.connect

    def counted(self: HTTPConnection) -> None:
        opened.append(self)
        connect(self)

    monkeypatch.setattr(HTTPConnection, "connect", counted)
    with open_panel(sandbox.root, Access(url=sandbox.url), large=True) as panel:
        for _ in range(5):
            panel.rows("itemtype")
    assert len(opened) == 1


def test_the_panels_session_is_roots_and_reads_what_only_root_may(sandbox: Sandbox) -> None:
    assert https_problem(sandbox.root, Access(url=sandbox.url)) is None
    problem = https_problem(sandbox.root, Access(url="https://127.0.0.1:1/billmgr"))
    assert problem is not None
    assert "nothing answers" in problem.en


def test_another_panel_at_the_address_is_not_talked_to(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The key that our mgrctl registered opens our panel alone."""
    with Sandbox.create(tmp_path_factory.mktemp("other") / "mgr5") as other:
        assert https_problem(sandbox.root, Access(url=other.url)) is not None
        with open_panel(sandbox.root, Access(url=other.url), large=True) as panel:
            other.reset_calls()
            assert len(panel.rows("itemtype")) == 6
        assert other.calls() == []


@pytest.mark.parametrize("fault", ["broken", "truncated", "empty", "html", "http_500"])
def test_a_spoilt_https_answer_is_asked_for_by_mgrctl(sandbox: Sandbox, fault: str) -> None:
    with open_panel(sandbox.root, Access(url=sandbox.url), large=True) as panel:
        panel.rows("currency")
        sandbox.fault(fault, "itemtype", count=1)
        assert len(panel.rows("itemtype")) == 6


@pytest.mark.parametrize("fault", ["broken", "truncated", "empty", "html"])
def test_a_read_that_stays_spoilt_is_an_error(sandbox: Sandbox, panel: Panel, fault: str) -> None:
    sandbox.fault(fault, "payment")
    with pytest.raises(TransportError):
        read(panel, sandbox.world.add_account("One"))


def test_a_database_error_of_the_panel_is_a_refusal(sandbox: Sandbox, panel: Panel) -> None:
    sandbox.fault("refuse", "payment")
    with pytest.raises(PanelRefusal, match="Lost connection"):
        read(panel, sandbox.world.add_account("One"))


# --- personal discounts ---


def wish(percent: str = "19") -> Made:
    return Made(VDS, name_of(Text("VPS", "VPS")), Decimal(percent))


def create(panel: Panel, account: int, percent: str = "19") -> DiscountId:
    """Create one and find it where the answer does not tell."""
    known = {row.id for row in discounts.listed(panel, AccountId(account))}
    try:
        number = discounts.create(panel, AccountId(account), wish(percent), TODAY)
    except TransportError:
        number = None
    return number or discounts.find_made(panel, AccountId(account), [wish(percent)], known)[VDS].id


@pytest.mark.parametrize("returned", ["yes", "no"])
@pytest.mark.parametrize("columns", ["full", "id_name", "id_only"])
def test_a_created_discount_is_found_whatever_the_wizard_answers(
    sandbox: Sandbox, panel: Panel, returned: str, columns: str
) -> None:
    sandbox.read_as(wizard_returns_id=returned, discount_list_columns=columns)
    account = sandbox.world.add_account("One")
    sandbox.world.add_discount(account, 50, "it_1")

    number = create(panel, account)

    made = next(each for each in sandbox.world.discounts(account) if each["id"] == number)
    assert (made["internal_name"], made["percent"], made["fromdate"], made["todate"]) == (
        "vds",
        19,
        TODAY,
        date(2099, 12, 31),
    )


@pytest.mark.parametrize("fault", ["empty", "truncated", "html", "broken"])
def test_a_creation_whose_answer_was_lost_is_found_and_not_repeated(sandbox: Sandbox, panel: Panel, fault: str) -> None:
    account = sandbox.world.add_account("One")
    sandbox.fault(fault, "account.discount.add.product", count=1)
    number = create(panel, account)
    assert [each["id"] for each in sandbox.world.discounts(account)] == [number]


def test_a_creation_that_did_not_happen_is_an_error_and_not_repeated(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    sandbox.fault("refuse", "account.discount.add.product", count=1)
    with pytest.raises(PanelRefusal):
        create(panel, account)
    assert sandbox.world.discounts(account) == []


def test_somebody_elses_new_discount_is_not_taken_for_ours(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    theirs = sandbox.world.add_discount(account, 19, "it_2")
    discounts.create(panel, AccountId(account), wish(), TODAY)
    assert discounts.find_made(panel, AccountId(account), [wish()], known=())[VDS].id != theirs


def test_a_discount_is_edited_in_place_and_keeps_its_other_fields(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    number = create(panel, account)
    sandbox.world.change_discount(number, todate=date(2025, 2, 1), pricelist_tree="it_1", fromdate=date(2024, 5, 5))

    discounts.edit(panel, AccountId(account), number, wish("21.5"), None)

    (after,) = sandbox.world.discounts(account)
    assert (after["id"], after["internal_name"], after["percent"], after["fromdate"], after["todate"]) == (
        number,
        "vds",
        Decimal("21.5"),
        date(2024, 5, 5),
        date(2099, 12, 31),
    )


def test_a_deleted_discount_may_be_deleted_again(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("One")
    number = create(panel, account)
    discounts.delete(panel, AccountId(account), number)
    discounts.delete(panel, AccountId(account), number)
    assert sandbox.world.discounts(account) == []
    with pytest.raises(MissingObject):
        discounts.edit(panel, AccountId(account), number, wish("5"), TODAY)


def test_a_discount_of_another_account_is_not_touched(sandbox: Sandbox, panel: Panel) -> None:
    account, other = sandbox.world.add_account("One"), sandbox.world.add_account("Two")
    number = create(panel, account)
    discounts.delete(panel, AccountId(other), number)
    assert [each["id"] for each in sandbox.world.discounts(account)] == [number]


def test_the_first_provider_is_number_one(panel: Panel) -> None:
    assert directory.providers(panel) == {ProviderId(1): "Example Hosting"}


def test_the_clock_of_the_panel_is_the_sandboxes(sandbox: Sandbox) -> None:
    sandbox.now = datetime(2025, 3, 1, 10)
    assert sandbox.today() == date(2025, 3, 1)
