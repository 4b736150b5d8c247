"""What a panel may do about one client: it spoils the answers on their way, about that client alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lxml import etree
from resellerprogram.panel.errors import Call

from .truth import Client

REASONS = {
    "unknown status": "status=",
    "no currency": "can't be read",
    "shared symbol": "can't be read",
    "somebody else's row": "account_name",
    "our own exception": "stumbled",
    "no such list": "refused",
    "rows without an id": "id",
    "refuses writes": "the panel did not",
    "form lacks its scope": "pricelist_tree",
}
"""Every oddity, and what the reason in the queue must speak of."""
READS = frozenset(list(REASONS)[:7])
"""With these nothing of the client can be known for sure."""
_REFUSAL = (
    b'<?xml version="1.0"?><doc><error type="db" object="" lang="en"><param name="object"/>'
    b"<msg>Lost connection to database</msg></error></doc>"
)


class Oddities:
    """Who is odd today, and how the panel's answers about them look."""

    def __init__(self, clients: dict[int, Client]) -> None:
        self.clients, self.day, self.asleep = clients, date(2000, 1, 1), False

    def odd(self, account: int | None) -> str:
        found = self.clients.get(account or 0)
        return found.odd if found and not self.asleep and found.is_odd(self.day) else ""

    def spoil(self, call: Call, answer: bytes) -> bytes:
        about = self._about(call)
        kind = self.odd(about)
        if call.function == "payment" and about is None:
            return self._everybody(answer)
        if call.function == "payment":
            if kind == "our own exception":
                raise ArithmeticError("stumbled over this client")
            return self._payments(kind, answer)
        if call.function == "payment.info":
            return self._payment(call, answer)
        if call.function == "account.discount" and kind == "no such list":
            return _REFUSAL
        if call.function == "account.discount" and kind == "rows without an id":
            return answer.replace(b"</doc>", b"<elem><name>?</name></elem></doc>")
        if kind == "form lacks its scope" and call.function == "account.discount.edit" and not _writes(call):
            return _without(answer, "pricelist_tree")
        return answer

    def stops_before(self, call: Call) -> bytes | None:
        """What never reaches the panel."""
        return _REFUSAL if _writes(call) and self.odd(self._about(call)) == "refuses writes" else None

    def _about(self, call: Call) -> int | None:
        name = {"payment": "account_id", "account.discount": "elid"}.get(call.function, "plid")
        value = call.params.get(name, "")
        return int(value) if value.isdecimal() else None

    def _everybody(self, answer: bytes) -> bytes:
        spoilers = {
            number: _ROWS[client.odd]
            for client in self.clients.values()
            if self.odd(client.id) in _ROWS and client.odd != "somebody else's row"
            for number in client.rows
        }
        if not spoilers:
            return answer
        document = etree.fromstring(answer)
        for row in document.iterfind("elem"):
            spoiler = spoilers.get(int(row.findtext("id") or 0))
            if spoiler:
                spoiler(row)
        return etree.tostring(document)

    def _payments(self, kind: str, answer: bytes) -> bytes:
        if kind not in _ROWS:
            return answer
        document = etree.fromstring(answer)
        rows = document.findall("elem")
        for row in rows[:1] if kind == "somebody else's row" and len(rows) > 1 else rows:
            _ROWS[kind](row)
        return etree.tostring(document)

    def _payment(self, call: Call, answer: bytes) -> bytes:
        number = int(call.params["elid"])
        owner = next((client.id for client in self.clients.values() if number in client.rows), None)
        kind = self.odd(owner)
        if kind not in ("unknown status", "no currency", "shared symbol"):
            return answer
        document = etree.fromstring(answer)
        payment = document.find("payment")
        if payment is not None:
            if kind == "unknown status":
                _set(payment, "status", "42")
            else:
                _set(payment, "paymethodamount", "1.0000")
        return etree.tostring(document)


def _set(parent: etree._Element, name: str, value: str) -> None:
    for cell in parent.findall(name):
        if not len(cell):
            cell.text = value
            if cell.get("orig") is not None:
                cell.set("orig", value)


def _unknown_status(row: etree._Element) -> None:
    _set(row, "real_status", "42")
    _set(row, "status", "42")


def _no_currency(row: etree._Element) -> None:
    _set(row, "subaccountamount_iso", (row.findtext("subaccountamount_iso") or "").split(" ")[0])


def _shared_symbol(row: etree._Element) -> None:
    _set(row, "subaccountamount_iso", (row.findtext("subaccountamount_iso") or "").split(" ")[0] + " $")


def _another_name(row: etree._Element) -> None:
    _set(row, "account_name", "Somebody else")


_ROWS: dict[str, Callable[[etree._Element], None]] = {
    "unknown status": _unknown_status,
    "no currency": _no_currency,
    "shared symbol": _shared_symbol,
    "somebody else's row": _another_name,
}


def _writes(call: Call) -> bool:
    changes = bool(call.params.get("sok")) or call.function.endswith(".delete")
    return call.function.startswith("account.discount") and changes


def _without(answer: bytes, name: str) -> bytes:
    document = etree.fromstring(answer)
    for cell in document.findall(name):
        document.remove(cell)
    return etree.tostring(document)
