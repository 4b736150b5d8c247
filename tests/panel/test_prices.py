"""The panel's price list, which is no list as others are (D.7)."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from resellerprogram.panel.answers import parse
from resellerprogram.panel.calls import Panel
from resellerprogram.panel.directory import ServiceTypeId
from resellerprogram.panel.errors import Call, MissingObject
from resellerprogram.panel.prices import price_list
from resellerprogram.programme.ids import ProviderId
from resellerprogram.programme.text import Text

from tests.sandbox import Sandbox

TYPES = {ServiceTypeId(2): "vds", ServiceTypeId(3): "dedic"}
US = ProviderId(1)


def tariff(number: Any, *prices: str, **columns: str) -> str:
    told = {"id": str(number), "name": f"T{number}", "itemtype": "2", **columns}
    cells = "".join(f"<{name}>{text}</{name}>" for name, text in told.items())
    return f"<pricelist>{cells}<price currency='RUB'>{''.join(prices)}</price></pricelist>"


def period(cost: str, length: str = "1", unit: str = "month") -> str:
    return f"<period cost='{cost}' type='{unit}' length='{length}'>as the panel calls it</period>"


def told_by(*tariffs: str) -> list[tuple[int, list[tuple[str, Decimal, str]]]]:
    def call(function: str, params: dict[str, str]) -> Any:
        return parse(f"<doc>{''.join(tariffs)}</doc>".encode(), Call(function, params))

    found = price_list(cast(Panel, SimpleNamespace(call=call)), ["vds"], TYPES, US)
    return [(each.id, [(p.period.iso, p.amount.amount, p.amount.currency) for p in each.prices]) for each in found]


def test_prices_are_exact_by_period_and_a_trial_or_nothing_is_no_price() -> None:
    found = told_by(
        tariff(7, period("0.0000", "-100"), period("490.0000"), period("4900.1234", "12"), period("3.5", "1", "day")),
        tariff(8, period("0.0000")),
    )
    assert found == [
        (7, [("P1M", Decimal(490), "RUB"), ("P12M", Decimal("4900.1234"), "RUB"), ("P1D", Decimal("3.5"), "RUB")]),
        (8, []),
    ]


@pytest.mark.parametrize("cost", ["", "1e3", "-5", "NaN", "1 000", "1.23456", "9" * 30])
def test_a_price_that_cannot_be_read_takes_no_other_with_it(cost: str) -> None:
    assert told_by(tariff(7, period(cost), period("4900", "12"))) == [(7, [("P12M", Decimal(4900), "RUB")])]


@pytest.mark.parametrize(
    "columns",
    [
        {"active": "off"},
        {"hideinorder": "on"},
        {"archived": "on"},
        {"project": "2"},
        {"id": "none"},
        {"itemtype": "44"},
    ],
    ids=str,
)
def test_what_clients_cannot_order_is_not_told_them(columns: dict[str, str]) -> None:
    assert told_by(tariff(7, period("1"), **columns), tariff(8, period("1"), project="1", active="on")) == [
        (8, [("P1M", Decimal(1), "RUB")])
    ]


@pytest.mark.parametrize(("reading", "calls"), [("by_type", 2), ("whole", 1)])
def test_a_call_a_service_type_or_one_for_all(sandbox: Sandbox, panel: Panel, reading: str, calls: int) -> None:
    sandbox.read_as(price_list=reading)
    sandbox.reset_calls()
    found = price_list(panel, ["vds", "dedic"], TYPES, US)
    assert [(each.name, [str(p.amount.amount) for p in each.prices]) for each in found] == [
        (Text("Virtual server 1", "Виртуальный сервер 1"), ["1000.0000", "12000.0000"]),
        (Text("Dedicated server 1", "Выделенный сервер 1"), ["10000.0000", "120000.0000"]),
    ]
    assert [call["func"] for call in sandbox.calls()] == ["pricelist.export"] * calls
    sandbox.read_as(price_list="absent")
    with pytest.raises(MissingObject):
        price_list(panel, ["vds"], TYPES, US)
