"""Whom somebody means who types a number, an e-mail or a name."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from resellerprogram.cli import main
from resellerprogram.office import Office
from resellerprogram.programme.errors import MemberError
from resellerprogram.programme.ids import AccountId
from resellerprogram.store import Store
from resellerprogram.store.changes import Author
from resellerprogram.store.users import ClientUser

NOW = datetime(2025, 1, 20, 12)
CLIENTS = {
    27: ("Ромашка", "info@romashka.example"),
    28: ("Ромашка Юг", "South@Romashka.example"),
    31: ("Atlas", "atlas@example.com"),
    32: ("Vector 31", ""),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A panel's folder with clients on record, and no panel."""
    (tmp_path / "var").mkdir()
    with Store(tmp_path, NOW) as store:
        for number, (name, login) in CLIENTS.items():
            store.standings.know(AccountId(number), name)
            store.users.add([ClientUser(f"u{number}", login, AccountId(number))] if login else [], NOW)
        store.users.add([ClientUser("u40", "new@example.com", AccountId(40))], NOW)
    return tmp_path


def meant(root: Path, text: str) -> int:
    with Store(root, NOW) as store:
        return Office(root, store, Author("chief", "console"), lambda: NOW, 30).clients.meant(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("28", 28),
        ("31", 31),
        (" РОМАШКА ", 27),
        ("ромашка ю", 28),
        ("INFO@romashka.example", 27),
        ("south@", 28),
        ("tlas", 31),
        ("vector 3", 32),
        ("new@example", 40),
    ],
)
def test_a_client_is_found_by_number_e_mail_or_name(root: Path, text: str, number: int) -> None:
    assert meant(root, text) == number


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("@romashka", "ru", "подходит нескольким клиентам: 2. Укажите номер одного из них:\n  27  Ромашка  info@"),
        (
            "ромаш",
            "en",
            "fits several clients: 2. Give the number of one of them:\n  27  Ромашка  info@romashka.example",
        ),
        ("Ромаха", "ru", "Клиент «Ромаха» не найден: его нет среди тех, кого программа уже рассчитала. Укажите номер"),
        ("%", "en", "has the e-mail or name “%”. Give the client's number"),
    ],
)
def test_nobody_and_several_are_told_and_several_are_listed(root: Path, text: str, language: str, says: str) -> None:
    with pytest.raises(MemberError) as refused:
        meant(root, text)
    assert says in refused.value.text.say(language)


def test_of_very_many_the_first_are_listed(root: Path) -> None:
    with Store(root, NOW) as store:
        for number in range(100, 115):
            store.standings.know(AccountId(number), f"Many {number}")
    with pytest.raises(MemberError) as refused:
        meant(root, "many")
    lines = refused.value.text.ru.splitlines()
    assert (len(lines), lines[-1]) == (12, "  … и ещё 5; уточните название")


def test_an_error_is_whole_sentences_and_gives_the_terminal_no_commands(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wording, voice 9; clients choose their names, and an error lists them."""
    with Store(root, NOW) as store:
        for number in (51, 52):
            store.standings.know(AccountId(number), "Twin\x1b[2J")
    assert main(["--root", str(root), "--lang", "ru", "members", "unpin", "31"]) == 1
    assert capsys.readouterr().err == "Клиент 31 не закреплён.\n"
    assert main(["--root", str(root), "--lang", "ru", "explain", "Twin"]) == 1
    assert capsys.readouterr().err.endswith("\n  52  Twin\ufffd[2J\n")


def test_every_command_that_is_about_a_client_finds_them_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def typed(*words: str) -> tuple[int, str, str]:
        return (main(["--root", str(root), "--lang", "ru", *words]), *capsys.readouterr())

    assert (
        "Клиент 31, Atlas, исключён из программы."
        in typed("members", "exclude", "ATLAS@example.com", "--reason", "долги")[1]
    )
    (note,) = json.loads(typed("members", "--json")[1])["accounts"]
    assert note["account"] == 31
    assert typed("corrections", "--account", "Vector")[0] == 0
    for words in (
        ("corrections", "--account", "ромаш"),
        ("explain", "ромаш"),
        ("doctor", "--try-on", "ромаш"),
        ("plan", "--account", "ромаш"),
        ("opening", "--account", "ромаш"),
    ):
        code, out, err = typed(*words)
        assert (code, out, "28  Ромашка Юг" in err) == (1, "", True)
