"""`addon/resellerprogram_guard`: before a promo code is taken, refuse it for an account with a tier (R9).

A client waits for this in the middle of an order: it asks our own database and nobody else. Whoever has no tier, and
whatever goes wrong, passes with the panel's document as it came, byte for byte; what went wrong is in the log.

Whose login that is, it reads where the last sweep or page has written it, however long ago. An old row calls nobody: a
login that has moved to another client since may be refused a code or keep one, until a sweep succeeds; nothing is taken
from anybody, and nobody's payments are shown.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

STAFF_LEVEL = 29
ERROR_TYPE = "resellerprogram_promo_code"
TAKES_NO_CODE = frozenset({"delete", "clear", "back", "refresh"})
"""Buttons that bring a code along and do something else with the cart (B.5)."""
HEAD = 4096
_LONGEST_CODE = 64
_NO_DOCUMENT = b'<?xml version="1.0" encoding="UTF-8"?>\n<doc/>\n'

MESSAGES = {
    "en": "Promo code not applied: you have the tier “{tier}” of the reseller program, and promo codes can't be "
    "combined with its discounts. Remove the code to continue your order.",
    "ru": "Промокод не применён: у вас статус партнёра «{tier}», вместе с его скидками промокоды "
    "не действуют. Уберите промокод, чтобы продолжить заказ.",
}


class Order:
    """Who orders, with which promo code, under which name the panel knows that field."""

    def __init__(self, user: str, field: str, code: str) -> None:
        self.user, self.field, self.code = user, field, code


def main() -> None:
    """`python -c … SITE ROOT`: the environment is the panel's request, standard input its document."""
    root = sys.argv[2]
    given = b""
    try:
        given = sys.stdin.buffer.read() if sys.stdin else b""
        answer = handle(root, os.environ, given)
    except Exception as error:
        from .log import log

        log(root, "guard", error, "the order went on")
        answer = given
    sys.stdout.buffer.write(answer or _NO_DOCUMENT)
    sys.stdout.buffer.flush()


def handle(root: str, environment: Mapping[str, str], given: bytes) -> bytes:
    """The refusal for an account with a tier, otherwise what was `given`. Raises whatever goes wrong."""
    order = order_of(environment)
    tier = tier_of(root, order.user) if order else None
    return refusal(order, tier, language_of(environment, given)) if order and tier else given


def order_of(environment: Mapping[str, str]) -> Order | None:
    """The client and the promo code that a request submits; None without one, or for staff. The cart's form sends the
    code that stands in it along with everything: who removes a line, reads or pays must not be stopped by it (R9)."""
    if "PARAM_sok" not in environment or environment.get("PARAM_clicked_button", "") in TAKES_NO_CODE:
        return None
    level = environment.get("AUTH_LEVEL", "")
    if not (level.isascii() and level.isdigit()) or int(level[:9]) >= STAFF_LEVEL:
        return None
    for name, value in environment.items():
        if name.startswith("PARAM_") and "promocode" in name.lower() and value.strip():
            return Order(environment.get("AUTH_USER", ""), name[6:], value.strip())
    return None


def tier_of(root: str, user: str) -> str | None:
    """The tier of the user's account by its last decision; None without one, while promo codes are allowed, and before
    the programme is started."""
    import sqlite3

    path = os.path.join(root, "var", "resellerprogram", "resellerprogram.db")
    if not os.path.exists(path):
        return None
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        started, promo_codes = connection.execute(
            "SELECT (SELECT 1 FROM note WHERE name = 'started'), (SELECT value FROM setting WHERE name = 'promo_codes')"
        ).fetchone()
        if not started or promo_codes == "allow":
            return None
        accounts = (
            connection.execute("SELECT account FROM client_user WHERE id = ?", (user,)).fetchall()
            or connection.execute("SELECT DISTINCT account FROM client_user WHERE name = ?", (user,)).fetchall()
        )
        if len(accounts) != 1:
            return None  # nobody we know, or a login that two clients have
        found = connection.execute(
            "SELECT tier FROM decision WHERE account = ? ORDER BY id DESC LIMIT 1", accounts[0]
        ).fetchone()
    finally:
        connection.close()
    return str(found[0]) if found and found[0] else None


def language_of(environment: Mapping[str, str], given: bytes) -> str:
    """The language of the panel's document, of the request, or of the browser's cookie; English otherwise."""
    import re

    in_document = re.search(rb"<doc\b[^>]*?\blang=[\"'](\w\w)[\"']", given[:HEAD])
    cookie = re.search(r"billmgrlang\d=[^;]*?:(\w\w)", environment.get("HTTP_COOKIE", ""))
    found = (
        in_document and in_document[1].decode("ascii", "replace"),
        environment.get("PARAM_lang"),
        cookie and cookie[1],
    )
    return next((language for language in found if language in MESSAGES), "en")


def refusal(order: Order, tier: str, language: str) -> bytes:
    """The error document. The panel may find the text itself by the error's type; it is the same (F.4)."""
    from xml.etree import ElementTree

    document = ElementTree.Element("doc")
    error = ElementTree.SubElement(document, "error", {"type": ERROR_TYPE, "object": order.field, "lang": language})
    for name, value in (("tier", tier), ("value", order.code[:_LONGEST_CODE])):
        ElementTree.SubElement(error, "param", {"name": name}).text = _printable(value)
    ElementTree.SubElement(error, "msg").text = MESSAGES[language].format(tier=_printable(tier))
    return bytes(ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True))


def _printable(text: str) -> str:
    """What XML can carry: no control characters, no halves of characters."""
    return "".join(character for character in text if character.isprintable())
