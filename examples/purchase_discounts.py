#!/usr/bin/env python3
"""For a reseller: the discounts one buys at, and a warning before they fall, from the provider's BILLmanager.

    BILLING_URL=https://billing.example.com/billmgr BILLING_LOGIN=… BILLING_PASSWORD=… ./purchase_discounts.py [DAYS]

Prints a line for each service category, for a script that sets one's own prices: `vps 19`, `ssl 0`; behind them what
gets less, product types by name and tariff plans by id: `vps:7 10`. A fall within DAYS (7) is told on standard error,
with what prevents it. The exit code is 0, 1 where a fall is coming, 2 where nothing is known: then prices had better
stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.parse
import urllib.request
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NoReturn


def ask(function: str) -> dict[str, Any]:
    """The panel's answer. Login and password go in the body, so that no log of addresses has them."""
    try:
        url, login, password = (os.environ[f"BILLING_{name}"] for name in ("URL", "LOGIN", "PASSWORD"))
    except KeyError as missing:
        give_up(f"{missing.args[0]} is not set")
    sent = {"func": function, "out": "json", "lang": "en", "authinfo": f"{login}:{password}"}
    body = urllib.parse.urlencode(sent).encode()
    try:
        with urllib.request.urlopen(url, body, 30) as answer:  # noqa: S310  one's own address
            document: dict[str, Any] = json.load(answer)["doc"]
    except (OSError, ValueError, KeyError) as error:
        give_up(f"{url} gives no answer: {error}")
    if "error" in document:
        give_up(document["error"]["msg"]["$"])
    return document


def days_ahead() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "days", nargs="?", type=int, default=7, metavar="DAYS", help="how far ahead a fall is told, 7 by default"
    )
    return int(parser.parse_args().days)


def give_up(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    sys.exit(2)


def exact(cell: dict[str, str] | None) -> str:
    """What a program reads of a cell: the exact value where the text is for people."""
    return cell.get("$orig", cell.get("$", "")) if cell else ""


def several(found: Any) -> list[Any]:
    """One element comes alone, several as a list."""
    return found if isinstance(found, list) else [found] if found else []


def main() -> int:
    within = days_ahead()
    my = ask("resellerprogram.my")
    if exact(my["state"]) == "uncounted":
        give_up(my["state"]["$"])
    tables = {table["$name"]: several(table.get("elem")) for table in several(my.get("list"))}
    for row in tables.get("discounts", []):
        print(exact(row["class"]), Decimal(exact(row["percent"])))
    for row in tables.get("caps", []):
        print(f"{exact(row['class'])}:{exact(row['covers'])}", Decimal(exact(row["percent"])))
    falls_on = exact(my.get("change")) if exact(my.get("change_falls")) == "on" else ""
    if not falls_on or date.fromisoformat(falls_on) > date.today() + timedelta(days=within):
        return 0
    after = exact(my.get("change_tier")) or "no tier"
    print(f"{falls_on}: {exact(my['tier'])} becomes {after}", file=sys.stderr)
    if "keep_amount" in my:
        amount, currency = exact(my["keep_amount"]), my["keep_amount"]["$currency"]
        first, last = exact(my["keep_first_day"]), exact(my["keep_last_day"])
        print(f"pay {amount} {currency} between {first} and {last} to keep it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
