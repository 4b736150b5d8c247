#!/usr/bin/env python3
"""For a reseller: the discounts one buys at, and a warning before they fall, from the provider's BILLmanager.

    BILLING_URL=https://billing.example.com/billmgr BILLING_LOGIN=… BILLING_PASSWORD=… ./purchase_discounts.py [DAYS]

Prints a line for each service class, for a script that sets one's own prices: `vps 19`. A fall within DAYS (7) is told
on standard error, with what prevents it, and makes the exit code 1.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.parse
import urllib.request
from datetime import date, timedelta
from decimal import Decimal
from typing import Any


def ask(function: str) -> dict[str, Any]:
    """The panel's answer. Login and password go in the body, so that no log of addresses has them."""
    login, password = os.environ["BILLING_LOGIN"], os.environ["BILLING_PASSWORD"]
    sent = {"func": function, "out": "json", "lang": "en", "authinfo": f"{login}:{password}"}
    body = urllib.parse.urlencode(sent).encode()
    with urllib.request.urlopen(os.environ["BILLING_URL"], body, 30) as answer:  # noqa: S310  one's own address
        document: dict[str, Any] = json.load(answer)["doc"]
    if "error" in document:
        sys.exit(document["error"]["msg"]["$"])
    return document


def exact(cell: dict[str, str] | None) -> str:
    """What a program reads of a cell: the exact value where the text is for people."""
    return cell.get("$orig", cell.get("$", "")) if cell else ""


def several(found: Any) -> list[Any]:
    """One element comes alone, several as a list."""
    return found if isinstance(found, list) else [found] if found else []


def main() -> int:
    within = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    my = ask("resellerprogram.my")
    tables = {table["$name"]: several(table.get("elem")) for table in several(my.get("list"))}
    for row in tables.get("discounts", []):
        print(exact(row["class"]), Decimal(exact(row["percent"])))
    falls_on = exact(my.get("change")) if exact(my.get("change_falls")) == "on" else ""
    if not falls_on or date.fromisoformat(falls_on) > date.today() + timedelta(days=within):
        return 0
    after = exact(my.get("change_tier")) or "no status"
    print(f"{falls_on}: {exact(my['tier'])} becomes {after}", file=sys.stderr)
    if "keep_amount" in my:
        amount, currency = exact(my["keep_amount"]), my["keep_amount"]["$currency"]
        print(f"pay {amount} {currency} by {exact(my['keep_last_day'])} to keep it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
