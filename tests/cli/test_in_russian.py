"""A Russian administrator reads no English: what commands say, their help, and what doctor saw, whatever goes wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from resellerprogram.cli.parser import parser_in
from resellerprogram.cli.speaking import speaking
from resellerprogram.doctor.checks import doctor
from resellerprogram.doctor.vocabulary import NAMES as NAMES_OF_THE_PANEL
from resellerprogram.programme.effects import WAY_NAMES
from resellerprogram.programme.settings import SETTINGS
from resellerprogram.store import Store

from tests.cli.test_commands import NOON, TODAY, Shell, romashka, shell
from tests.cli.test_help import commands
from tests.sandbox import Sandbox
from tests.sandbox.state import READINGS

__all__ = ["romashka", "shell"]

pytestmark = pytest.mark.slow

NAMES = {
    *("BILLmanager", "CSV", "DIR", "HTML", "HTTPS", "ID", "ISO", "JSON", "OK", "Partner", "PATH", "RUB", "SSL"),
    *("Starter", "UTF", "VPS", "WARNING", "CRITICAL", "bash", "cron", "e-mail", "mgrctl", "resellerprogram", "root"),
}
"""Products, currencies, formats, and what a monitoring system reads."""
FOR_THE_PANEL = {"cart", "currencyrate", "db", "func", "missed"}
"""Kinds of its errors, and functions that are called like a word."""
CODES = {"vps", "current"}
LOGIN = {"admin"}
OPENING_LIST = frozenset({"client", "amount", "until", "day", "reason"})
"""Columns of a list that is read."""
FOR_PROGRAMS = re.compile(
    r"`[^`]*`"  # a command
    r"|\[вызов: [^\]]*\]"  # what was asked of the panel
    r"|\$ .*|^  resellerprogram .*"  # an example
    r"|--?[a-z][a-z-]*(?:[ =][A-Z#0-9a-z,.|:{}-]+)?"  # an option with its value
    r"|\{[a-z,_-]+\}"  # its choices
    r"|[\w.*:-]*[._=/*][\w.=/*-]*",  # functions, fields, files
    re.MULTILINE,
)
SAID_BY_THE_PANEL = re.compile(r"Lost connection to database|(?:func|promocode) '[^']*' does not exist")


PLAYED = (
    *("pricelist_itemtype", "price_list", "discount_list_columns", "refund_row_status", "has_discount", "id_wildcard"),
    *("payment_project", "before_error_blocks", "mgrctl_environment", "employee_list", "missing_elid", "list_cap"),
    *("expense_filter", "expense_discount", "payment_form", "user_form", "promotional_module"),
)
"""Readings of which doctor tells something."""


def english(text: str) -> set[str]:
    """The Latin words of a text that are nobody's name."""
    left = SAID_BY_THE_PANEL.sub(" ", FOR_PROGRAMS.sub(" ", text))
    return {*re.findall(r"[A-Za-z]{2,}(?:-[A-Za-z]+)*", left)} - NAMES - NAMES_OF_THE_PANEL - FOR_THE_PANEL - LOGIN


def names_of_commands() -> set[str]:
    with speaking("ru"):
        return {word for each in commands(parser_in("ru")) for word in re.findall(r"[a-z]+", each.prog)}


def test_what_commands_say_is_russian(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    sandbox.world.add_discount(romashka, 40, "it_1", "По договорённости")
    shown = ("status", "queue list", "notices", "changes", "set-aside", "tiers show", "overview", "corrections", "undo")
    said: dict[str, str] = {}

    def listen(*lines: str) -> None:
        for line in lines:
            _, out, err = shell.run(*line.split(), language="ru")
            said[f"{line}, {len(said)}"] = out + err

    listen("status", "plan", "apply", f"explain {romashka}", "trial", "sweep", "opening list", "members list", *shown)
    shell.move(NOON + timedelta(days=1))
    sandbox.fault("refuse", "account.discount.edit")
    listen("plan", "apply", "daily", f"explain {romashka}", *shown)
    values = {"members"}
    assert {line: found for line, text in said.items() if (found := english(text) - values)} == {}


@pytest.mark.parametrize("reading", ["as it is", "refused", *PLAYED])
def test_what_doctor_saw_is_russian(shell: Shell, sandbox: Sandbox, romashka: int, reading: str) -> None:
    shell.run("apply")
    if reading == "refused":
        sandbox.fault("refuse")
    elif reading != "as it is":
        sandbox.read_as(**{reading: READINGS[reading][-1]})
    with Store(sandbox.root, NOON) as store:
        checks = list(doctor(sandbox.root, store, TODAY, NOON))
    assert {each.name: found for each in checks if (found := english(f"{each.about.ru}: {each.detail.ru}"))} == {}


def test_the_help_of_every_command_is_russian() -> None:
    known = names_of_commands() | OPENING_LIST | CODES | {*SETTINGS} | {*WAY_NAMES.values()}
    with speaking("ru"):
        told = {each.prog: english(each.format_help()) - known for each in commands(parser_in("ru"))}
    assert {prog: words for prog, words in told.items() if words} == {}


@pytest.mark.parametrize(
    ("text", "found"), [("панель: 3 rows of it", {"rows", "of", "it"}), ("список `queue list`", set())]
)
def test_english_is_noticed(text: str, found: set[str]) -> None:
    assert english(text) == found
