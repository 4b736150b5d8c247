"""Handlers run as root and get whatever a client sends: the answer is the panel's document, or a clear error."""

from __future__ import annotations

import os
import subprocess
from datetime import date

import pytest
from lxml import etree

from tests.live.conftest import Live

pytestmark = pytest.mark.slow

HANDLERS = ("resellerprogram_event", "resellerprogram_guard", "resellerprogram")
DOCUMENTS = {
    "nothing": b"",
    "a document": b'<?xml version="1.0" encoding="UTF-8"?>\n<doc lang="ru"><elem>\xd0\xb0 &amp;</elem></doc>',
    "broken": b"<doc><a></doc",
    "external entity": b'<!DOCTYPE doc [<!ENTITY x SYSTEM "file:///etc/passwd">]><doc lang="en"><name>&x;</name></doc>',
    "entity bomb": b'<!DOCTYPE doc [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><doc>&b;&b;</doc>',
    "ten megabytes": b"<doc>" + b"<elem><id>1</id></elem>" * 480_000 + b"</doc>",
    "invalid utf-8": b'<doc lang="\xff\xfe"><a>\xc3\x28</a></doc>',
    "not xml": bytes(range(256)),
}
PARAMETERS = {
    "none": {},
    "shell": {b"PARAM_elid": b"$(touch /tmp/owned); `id` | cat", b"PARAM_promocode": b"$(reboot)"},
    "sql": {b"PARAM_elid": b"1'; DROP TABLE queue; --", b"PARAM_promocode": b"' OR 1=1 --", b"AUTH_USER": b"' OR 1=1"},
    "bytes": {b"PARAM_elid": b"\xff\xfe", b"PARAM_promocode": b"\xff\xfe\x01\x1b[31m", b"AUTH_USER": b"\xff"},
    "long": {b"PARAM_elid": b"9," * 60_000, b"PARAM_promocode": b"<" * 120_000},
    "numbers": {b"PARAM_elid": b"-1, 0, 99999999999999999999999, 1e9, 0x1F", b"AUTH_LEVEL": b"16.0"},
    "xml": {b"PARAM_promocode": b"</msg></error><ok/>]]>&x;", b"PARAM_lang": b'ru"><ok/>', b"PARAM_func": b"<x/>"},
    "paths": {b"PARAM_func": b"../../../etc/passwd", b"PARAM_lang": b"../..", b"HTTP_COOKIE": b"billmgrlang5=:" * 5000},
    "many lines": {b"PARAM_elid": b"1\n2\r\n3", b"PARAM_promocode": b"a\nb"},
}


@pytest.fixture(scope="module")
def holder(one_live: Live) -> str:
    """The user id of a client with a tier."""
    account = one_live.client("Holder")
    one_live.sandbox.world.add_payment(account, 52_000, date.today())
    assert one_live.cli("apply").returncode == 0
    with one_live.store() as store:
        return str(store.connection.execute("SELECT id FROM client_user WHERE account = ?", (account,)).fetchone()[0])


def ask(live: Live, handler: str, given: bytes, parameters: dict[bytes, bytes]) -> bytes:
    environment = {
        b"PATH": b"/usr/bin:/bin",
        b"PARAM_func": b"payment.setpaid" if handler.endswith("event") else b"basket",
        b"AUTH_LEVEL": b"16",
        b"PARAM_sok": b"ok",
        **parameters,
    }
    done = subprocess.run(
        [str(live.root / "addon" / handler)], input=given, capture_output=True, env=environment, timeout=30, check=False
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("given", DOCUMENTS)
@pytest.mark.parametrize("handler", HANDLERS)
def test_whatever_document_comes(live: Live, holder: str, handler: str, given: str) -> None:
    answer = ask(live, handler, DOCUMENTS[given], {b"AUTH_USER": holder.encode()})
    if handler.endswith("guard") and DOCUMENTS[given]:
        assert answer == DOCUMENTS[given]
    else:
        document = etree.fromstring(answer)
        assert document.tag == "doc"
        assert b"root:" not in answer
        assert (document.find("error") is not None) is (handler == "resellerprogram")
    if handler.endswith("guard"):
        refused = ask(live, handler, DOCUMENTS[given], {b"AUTH_USER": holder.encode(), b"PARAM_promocode": b"SALE"})
        assert etree.fromstring(refused).find("error") is not None


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("handler", HANDLERS)
def test_whatever_parameters_come(live: Live, holder: str, handler: str, parameters: str) -> None:
    given = {b"AUTH_USER": holder.encode(), **PARAMETERS[parameters]}
    document = etree.fromstring(ask(live, handler, DOCUMENTS["a document"], given))
    assert document.tag == "doc"
    with live.store() as store:
        ids = {row.payment for row in store.queue.all()} - {None}
        assert ids <= {0, 9}
        assert store.connection.execute("SELECT count(*) FROM owned_discount").fetchone()[0] >= 3
    assert not os.path.exists("/tmp/owned")  # noqa: S108  what a shell would have done


@pytest.mark.parametrize("handler", HANDLERS)
def test_without_standard_streams(live: Live, handler: str) -> None:
    """The panel closes what it does not need."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" <&- 2>&-', str(live.root / "addon" / handler)],
        stdout=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "PARAM_func": "basket", "AUTH_LEVEL": "16"},
        timeout=30,
        check=False,
    )
    assert etree.fromstring(done.stdout).tag == "doc"


@pytest.mark.parametrize("function", ["payment.setpaid", "payment.edit", "account.discount.edit", "basket", "cart"])
@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_panel_answers_the_same_with_and_without_us(live: Live, function: str, parameters: str) -> None:
    """Whatever is wrong with a request, it is the panel that says so."""
    sent = {
        name[6:].decode("utf-8", "replace"): value.decode("utf-8", "replace")[:5000]
        for name, value in PARAMETERS[parameters].items()
        if name.startswith(b"PARAM_") and name not in (b"PARAM_func", b"PARAM_lang")
    }
    account = live.client("Stranger")
    su = live.sandbox.world.user_of(account) if function in ("basket", "cart") else "admin"
    with_us = live.sandbox.mgrctl(function, su=su, **sent).find("error")
    assert with_us is None or with_us.get("type") != "plugin"
