"""For the reseller's own software: every page as data over HTTP, with the fields that docs/api.md documents."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from tests.live.conftest import Live

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLE = PROJECT / "examples" / "purchase_discounts.py"
AMOUNTS = {
    *("turnover", "threshold", "missing", "keep_amount", "from", "amount", "counted", "result_turnover"),
    *("saved", "saved_now", "saved_next", "full", "price", "next_price"),
}
SHOWN = ("my", "my.ahead", "my.tiers", "my.history", "my.payments", "my.picture", "my.how")
SENT = {"my.ahead": {"amount": "5000"}}
DECIMALS = {
    "turnover",
    "threshold",
    "missing",
    "keep_amount",
    "percent",
    "from",
    "amount",
    "counted",
    "result_turnover",
}
DAYS = {
    "since",
    "first_day",
    "last_day",
    "change",
    "keep_first_day",
    "keep_last_day",
    "day",
    "credited",
    "result_until",
}


@pytest.fixture(scope="module")
def client(one_live: Live) -> str:
    """The login of a reseller on Partner #8 who will fall within days."""
    live, login = one_live, "software@example.com"
    account = live.sandbox.world.add_account("Software Ltd", email=login)
    live.sandbox.world.add_payment(account, 49_000, date.today() - timedelta(days=10))
    live.sandbox.world.add_payment(account, 3_000, date.today() - timedelta(days=27))
    live.sandbox.world.add_discount(account, 33, "it_1", "Agreed by hand")
    live.cli("settings", "set", "joining", "on")
    live.cli("classes", "set", "vps", "--cap", f"{live.sandbox.world.add_tariff('VDS Promo', 2)}=10")
    assert live.cli("apply").returncode == 0
    return login


def ask(live: Live, login: str, function: str, out: str = "json", **params: str) -> requests.Response:
    sent = {"func": f"resellerprogram.{function}", "out": out, "authinfo": f"{login}:client-password", **params}
    return requests.post(live.sandbox.url, sent, timeout=30)


def documented() -> dict[str, tuple[list[str], dict[str, list[str]]]]:
    """Function: its fields, and those of its lists by name ('rows' for a page that is a list)."""
    found: dict[str, tuple[list[str], dict[str, list[str]]]] = {}
    for line in (PROJECT / "docs" / "api.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("| `resellerprogram.my"):
            continue
        functions, fields, lists = (cell.strip() for cell in line.strip().strip("|").split("|"))
        names = re.findall(r"`resellerprogram\.(my[\w.]*)`", functions)
        tables: dict[str, list[str]] = {}
        for part in lists.split(";"):
            head, _, rest = part.partition(":")
            for name in re.findall(r"`(\w+)`", head) or (["rows"] if "rows" in head else []):
                tables[name] = re.findall(r"`(\w+)`", rest)
        for name in names:
            found[name] = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", fields)), tables
    return found


FOR_SOME = frozenset({"table_change", "table_change_tier", "opening", "opening_until"})
"""What is there only for a client for whom another table changes something, or who brought turnover along:
tests/pages/test_my.py, tests/pages/test_openings_page.py."""


def several(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found] if found else []


def test_the_document_tells_of_every_page() -> None:
    from resellerprogram.pages.routes import OF_CLIENTS

    assert {f"resellerprogram.{name}" for name in documented()} == set(OF_CLIENTS)


@pytest.mark.parametrize(
    "function", ["my", "my.ahead", "my.tiers", "my.prices", "my.history", "my.payments", "my.picture", "my.how"]
)
def test_what_the_readme_documents_is_there_and_exact(live: Live, client: str, function: str) -> None:
    answer = ask(live, client, function, **SENT.get(function, {})).json()["doc"]
    fields, tables = documented()[function]
    shown = {**answer, **{each["$name"]: several(each.get("elem")) for each in several(answer.get("list"))}}
    shown["rows"] = several(answer.get("elem"))
    for name in fields:
        if name in FOR_SOME and name not in shown:
            continue
        assert name in shown, name
        check(name, shown[name])
    for name, columns in tables.items():
        assert shown[name], name
        for row in shown[name]:
            for column in columns:
                assert column in row, (name, column)
                check(column, row[column])


def check(name: str, cell: dict[str, str]) -> None:
    """An exact decimal, an ISO date."""
    exact = cell.get("$orig", cell.get("$", ""))
    if name in {*AMOUNTS, "percent", "next_percent"} and exact:
        assert re.fullmatch(r"-?\d+(\.\d+)?", exact), (name, exact)
    if name in DAYS and exact:
        assert date.fromisoformat(exact)
    if name in AMOUNTS and exact:
        assert cell["$currency"] == "RUB"


def test_xml_says_the_same_as_json(live: Live, client: str) -> None:
    in_xml = etree.fromstring(ask(live, client, "my", out="xml").content)
    in_json = ask(live, client, "my").json()["doc"]
    for name in ("state", "turnover", "missing", "keep_amount", "keep_first_day", "keep_last_day"):
        assert in_xml.find(name).get("orig") == in_json[name]["$orig"]  # type: ignore[union-attr]


def test_another_accounts_id_changes_nothing_over_http(live: Live, client: str) -> None:
    usual = ask(live, client, "my").json()["doc"]
    for name in ("elid", "plid", "account", "user", "id"):
        answer = ask(live, client, "my", **{name: "1"}).json()["doc"]
        assert {**answer, "tparams": None} == {**usual, "tparams": None}, name
    refused = ask(live, client, "my", su="admin").json()["doc"]
    assert refused["error"]["$type"] in ("access", "value", "missed", "auth")


def test_the_example_reads_discounts_and_warns_before_they_fall(live: Live, client: str) -> None:
    environment = {
        **os.environ,
        "BILLING_URL": live.sandbox.url,
        "BILLING_LOGIN": client,
        "BILLING_PASSWORD": "client-password",
    }
    done = subprocess.run([sys.executable, str(EXAMPLE)], env=environment, capture_output=True, text=True, check=False)
    *classes, capped = done.stdout.splitlines()
    assert classes == ["vps 19", "dedicated 7", "ssl 3"]
    assert re.fullmatch(r"vps:\d+ 10", capped)
    assert (done.returncode, "Partner #8 becomes Partner #7" in done.stderr) == (1, True)
    assert "pay 1000 RUB between" in done.stderr
    quiet = subprocess.run(
        [sys.executable, str(EXAMPLE), "0"], env=environment, capture_output=True, text=True, check=False
    )
    assert (quiet.returncode, quiet.stderr) == (0, "")
    wrong = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        env={**environment, "BILLING_PASSWORD": "wrong"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2
    assert "Authentication" in wrong.stderr or "password" in wrong.stderr
    for name, value in (("BILLING_URL", "http://127.0.0.1:9/billmgr"), ("BILLING_LOGIN", None)):
        told = {key: each for key, each in {**environment, name: value}.items() if each is not None}
        away = subprocess.run([sys.executable, str(EXAMPLE)], env=told, capture_output=True, text=True, check=False)
        assert (away.returncode, away.stdout, "Traceback" in away.stderr) == (2, "", False)
