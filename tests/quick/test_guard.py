"""Promo codes are refused for an account with a tier, and everybody else passes untouched (R9)."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from lxml import etree
from resellerprogram.panel.assumptions import GUARD_ERROR, PROMO_CODE_FUNCTIONS
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.decision import leave_out
from resellerprogram.programme.ids import AccountId
from resellerprogram.quick import guard
from resellerprogram.store import Store
from resellerprogram.store.users import ClientUser

from tests.programme.builders import decided, paid

PROJECT = Path(__file__).resolve().parents[2]
NOW = datetime(2025, 1, 20, 12)
HOLDER, FORMER, NOBODY = AccountId(27), AccountId(28), AccountId(29)
DOCUMENT = b'<?xml version="1.0" encoding="UTF-8"?>\n<doc lang="ru" func="basket"><a>&amp; \xd0\xb0</a><!-- x --></doc>'


@pytest.fixture
def root(store: Store) -> Path:
    """A client with a tier, one whose tier has ended, one who never had any."""
    decision = decided([paid(52_000, "2025-01-05")], "2025-01-20")
    store.decisions.record(decision, "apply", NOW)
    store.decisions.record(decided([paid(52_000, "2025-01-05")], "2025-01-20"), "apply", NOW)
    store.users.add(
        [
            ClientUser("4", "holder@example.com", HOLDER),
            ClientUser("5", "former@example.com", FORMER),
            ClientUser("6", "nobody@example.com", NOBODY),
        ],
        NOW,
    )
    connection = store.connection
    connection.execute("UPDATE decision SET account = ? WHERE id = 2", (FORMER,))
    store.decisions.record(leave_out(FORMER, date(2025, 1, 20), Basis.EXCLUDED), "apply", NOW)
    return store.folder.parents[1]


def ask(root: Path, given: bytes = DOCUMENT, **environment: str) -> bytes:
    submitted = {"PARAM_func": "basket", "PARAM_promocode": "SALE", "PARAM_sok": "ok"}
    asked = {"AUTH_LEVEL": "16", "AUTH_USER": "4", **submitted, **environment}
    return guard.handle(str(root), asked, given)


def told(answer: bytes) -> tuple[str | None, str | None, str]:
    error = etree.fromstring(answer).find("error")
    assert error is not None
    return error.get("type"), error.get("object"), error.findtext("msg", "")


@pytest.mark.parametrize("user", ["4", "holder@example.com"])
def test_an_account_with_a_tier_is_told_why_in_its_language(root: Path, user: str) -> None:
    kind, field, text = told(ask(root, AUTH_USER=user))
    assert (kind, field) == (GUARD_ERROR, "promocode")
    assert text.startswith("Промокод не применён: у вас статус партнёра «Partner #8», ")
    english = told(ask(root, DOCUMENT.replace(b'"ru"', b'"en"'), AUTH_USER=user))[2]
    assert english.startswith("Promo code not applied: you have the tier “Partner #8” of the reseller program, ")


@pytest.mark.parametrize(
    "other",
    [
        {"AUTH_USER": "5"},
        {"AUTH_USER": "6"},
        {"AUTH_USER": "7"},
        {"AUTH_USER": ""},
        {"AUTH_USER": "4' OR '1'='1"},
        {"AUTH_USER": "4 "},
        {"AUTH_LEVEL": "29"},
        {"AUTH_LEVEL": "30", "AUTH_USER": "root"},
        {"AUTH_LEVEL": ""},
        {"PARAM_promocode": ""},
        {"PARAM_promocode": "  "},
    ],
    ids=str,
)
def test_everyone_else_passes_with_the_document_as_it_came(root: Path, other: dict[str, str]) -> None:
    assert ask(root, DOCUMENT, **other) == DOCUMENT


@pytest.mark.parametrize("button", ["setpromocode", "", "order", "finish", "DELETE", "delete ", "unheard of"])
def test_r9_a_code_is_refused_where_it_is_submitted_by_whatever_button(root: Path, button: str) -> None:
    assert told(ask(root, PARAM_func="cart", PARAM_clicked_button=button))[0] == GUARD_ERROR


@pytest.mark.parametrize("button", ["delete", "clear", "back", "refresh"])
def test_r9_a_line_is_removed_though_the_forms_code_goes_along(root: Path, button: str) -> None:
    assert ask(root, PARAM_func="cart", PARAM_clicked_button=button, PARAM_id="7") == DOCUMENT


@pytest.mark.parametrize("button", ["", "setpromocode", "delete"])
def test_r9_the_cart_is_read_though_a_code_stands_in_it(root: Path, button: str) -> None:
    read = {"AUTH_LEVEL": "16", "AUTH_USER": "4", "PARAM_func": "cart", "PARAM_promocode": "SALE"}
    assert guard.handle(str(root), {**read, "PARAM_clicked_button": button}, DOCUMENT) == DOCUMENT
    assert guard.handle(str(root), {**read, "PARAM_sok": ""}, DOCUMENT) != DOCUMENT, "whoever says it, submits"


def test_a_login_of_two_clients_is_nobodys_and_an_id_comes_before_a_login(root: Path, store: Store) -> None:
    """R10: a client who takes another's id as a login is not them."""
    store.users.add([ClientUser("8", "holder@example.com", NOBODY), ClientUser("9", "4", NOBODY)], NOW)
    assert ask(root, AUTH_USER="holder@example.com") == DOCUMENT
    assert ask(root, AUTH_USER="4") != DOCUMENT


def test_where_promo_codes_are_allowed_everybody_passes(root: Path, store: Store) -> None:
    store.settings.set("promo_codes", "allow")
    assert ask(root) == DOCUMENT
    store.settings.set("promo_codes", "refuse")
    assert ask(root) != DOCUMENT


@pytest.mark.parametrize(
    ("environment", "given", "language"),
    [
        ({}, b"<doc lang='en'/>", "en"),
        ({"PARAM_lang": "ru"}, b"<doc/>", "ru"),
        ({"HTTP_COOKIE": "a=b; billmgrlang5=dragon:ru; c=d"}, b"", "ru"),
        ({"PARAM_lang": "de"}, b'<doc lang="de"/>', "en"),
        ({"PARAM_lang": "../../x"}, b"\xff\xfe", "en"),
    ],
)
def test_the_language_is_the_documents_the_requests_or_the_browsers(
    environment: dict[str, str], given: bytes, language: str
) -> None:
    assert guard.language_of(environment, given) == language


@pytest.mark.parametrize("code", ["<x>&'\"", "\x00\x08", "\udcff\udcfe", "x" * 100_000, "]]>", "Ω" * 70])
def test_whatever_is_typed_as_a_code_the_answer_is_a_document(root: Path, code: str) -> None:
    kind, _, text = told(ask(root, PARAM_promocode=code))
    assert kind == GUARD_ERROR
    assert "Partner #8" in text


@pytest.mark.parametrize("trouble", ["missing", "not a database", "no tables"])
def test_whatever_fails_the_order_goes_on_and_the_log_tells(
    root: Path, store: Store, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    for file in store.folder.glob("resellerprogram.db*"):
        file.unlink()
    if trouble != "missing":
        (store.folder / "resellerprogram.db").write_bytes(b"" if trouble == "no tables" else b"something else" * 99)
    monkeypatch.setattr("sys.argv", ["-c", "site", str(root)])
    monkeypatch.setattr(
        "os.environ", {"AUTH_LEVEL": "16", "AUTH_USER": "4", "PARAM_promocode": "SALE", "PARAM_sok": "ok"}
    )
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DOCUMENT)))
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", io.TextIOWrapper(written))
        guard.main()
        assert written.getvalue() == DOCUMENT
    log = root / "var" / "resellerprogram.log"
    assert log.exists() is (trouble != "missing")
    assert trouble == "missing" or "ERROR guard:" in log.read_text()


def test_the_description_hooks_the_functions_that_take_promo_codes_and_says_what_the_guard_says() -> None:
    description = etree.parse(str(PROJECT / "xml" / "billmgr_mod_resellerprogram_events.xml"))
    hooked = {each.get("name") for each in description.iterfind("handler[@name='resellerprogram_guard']/event")}
    assert hooked == set(PROMO_CODE_FUNCTIONS)
    for language, text in guard.MESSAGES.items():
        (message,) = description.iterfind(
            f"lang[@name='{language}']/messages[@name='msgerror']/msg[@name='msg_error_{GUARD_ERROR}']"
        )
        assert message.text == text.format(tier="__tier__")
    assert guard.ERROR_TYPE == GUARD_ERROR
