"""The gateway's part for clients: who a session is, which language they read, what a discount took off an expense."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.panel import directory, notices
from resellerprogram.panel.calls import Panel, TooManyRows, by_days
from resellerprogram.panel.errors import Call, IncompleteAnswer
from resellerprogram.panel.expenses import discounted
from resellerprogram.programme.ids import ProviderId
from resellerprogram.programme.text import Text

from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)
SIGNS = {"RUB": "RUB", "₽": "RUB", "USD": "USD"}


def test_a_session_is_told_by_the_user_id_or_the_login(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("Romashka", email="romashka@example.com")
    for asked in ("2", "romashka@example.com"):
        found = directory.user_as_seen(panel, asked)
        assert found is not None
        assert (found.id, found.name, found.account) == ("2", "romashka@example.com", account)


def test_who_takes_anothers_id_as_a_login_is_not_them(sandbox: Sandbox, panel: Panel) -> None:
    """R10, as the store has it: digits are an id, whatever the panel makes of them in `su`."""
    victim = sandbox.world.add_account("Victim", email="victim@example.com")
    attacker = sandbox.world.add_account("Attacker")
    for login in ("2", "4711"):
        sandbox.world.add_user(attacker, login)
    found = directory.user_as_seen(panel, "2")
    assert found is not None
    assert found.account == victim
    assert directory.user_as_seen(panel, "4711") is None


@pytest.mark.parametrize("user", ["1", "admin", "root", "4711", "nobody@example.com", ""])
def test_staff_and_strangers_are_no_clients(sandbox: Sandbox, panel: Panel, user: str) -> None:
    sandbox.world.add_account("Romashka")
    assert directory.user_as_seen(panel, user) is None


@pytest.mark.parametrize(("reading", "language", "told"), [("language", "en", "en"), ("absent", "en", None)])
def test_the_language_of_a_user_is_known_where_the_form_tells_it(
    sandbox: Sandbox, panel: Panel, reading: str, language: str, told: str | None
) -> None:
    sandbox.read_as(user_form=reading)
    user = sandbox.world.add_user(sandbox.world.add_account("Romashka"), "a@example.com", language=language)
    assert notices.language_of(panel, str(user)) == told
    notices.notify(panel, str(user), ProviderId(1), Text("Rose", "Вырос"), Text("More", "Больше"), told)
    (sent,) = sandbox.notifications()
    assert (sent["user"], sent["subject"]) == (str(user), "Rose" if told else "Вырос / Rose")


def test_a_user_who_is_gone_reads_both(panel: Panel) -> None:
    assert notices.language_of(panel, "4711") is None


def test_what_discounts_took_off_is_read_with_day_and_currency(sandbox: Sandbox, panel: Panel) -> None:
    account = sandbox.world.add_account("Romashka")
    sandbox.world.add_expense(account, 810, TODAY, 7, 190)
    sandbox.world.add_expense(account, 500, TODAY)
    sandbox.world.add_expense(account, 810, TODAY - timedelta(days=9), 7, 190)
    (found,) = discounted(panel, TODAY - timedelta(days=1), TODAY, SIGNS)
    assert (found.day, found.discount, found.saved.amount, found.saved.currency) == (TODAY, 7, Decimal(190), "RUB")


def test_an_amount_without_a_currency_is_taken_only_where_there_is_one_currency(sandbox: Sandbox, panel: Panel) -> None:
    sandbox.read_as(expense_amounts="plain")
    sandbox.world.add_expense(sandbox.world.add_account("Romashka"), 810, TODAY, 7, 190)
    (found,) = discounted(panel, TODAY, TODAY, {"RUB": "RUB", "₽": "RUB"})
    assert (found.saved.amount, found.saved.currency) == (Decimal(190), "RUB")
    with pytest.raises(IncompleteAnswer):
        discounted(panel, TODAY, TODAY, SIGNS)


def test_an_expense_that_cannot_be_read_hides_no_other(sandbox: Sandbox, panel: Panel) -> None:
    """Cases V1, U4: roubles are told by a symbol of their own, dollars by one that two currencies share."""
    account = sandbox.world.add_account("Romashka")
    sandbox.world.add_expense(account, 810, TODAY, 7, 190)
    sandbox.world.add_expense(sandbox.world.add_account("Dollars"), 10, TODAY, 8, 2, currency="USD")
    assert [found.discount for found in discounted(panel, TODAY, TODAY, {"RUB": "RUB", "EUR": "EUR"})] == [7]


def test_days_are_halved_until_the_panel_lists_them_whole() -> None:
    asked: list[int] = []

    def read(first: date, last: date) -> list[int]:
        days = (last - first).days + 1
        asked.append(days)
        if days > 2:
            raise TooManyRows(Call("expense"))
        return [0] * days

    assert len(by_days(read, TODAY, TODAY + timedelta(days=6))) == 7
    assert asked[0] == 7

    def never(first: date, last: date) -> list[int]:
        raise TooManyRows(Call("expense"))

    with pytest.raises(TooManyRows):
        by_days(never, TODAY, TODAY + timedelta(days=6))
