"""What `doctor` says of the copy in the panel's database."""

from __future__ import annotations

import pytest
from resellerprogram.doctor.checks import Check, doctor
from resellerprogram.mirror.keeping import keep
from resellerprogram.programme.outcomes import Finding

from tests import servers
from tests.mirror.conftest import NOW, forget
from tests.operator import TODAY, Operator
from tests.servers import MariaDB

pytestmark = pytest.mark.slow


@pytest.fixture
def kept(operator: Operator, server: MariaDB) -> Operator:
    server.configure(operator.sandbox.root)
    operator.store.settings.set("mirror", "panel")
    keep(operator.sandbox.root, operator.store)
    return operator


def of_the_mirror(operator: Operator) -> list[Check]:
    checks = doctor(operator.sandbox.root, operator.store, TODAY, NOW)
    return [each for each in checks if each.name == "mirror"]


def found(operator: Operator, finding: Finding) -> str:
    (check,) = of_the_mirror(operator)
    assert (check.finding, check.matters) == (finding, True)
    return check.detail.en


def test_without_a_mirror_it_says_nothing_of_one(operator: Operator) -> None:
    assert of_the_mirror(operator) == []


def test_what_waits_to_be_carried_is_no_difference(kept: Operator, server: MariaDB) -> None:
    kept.store.notes.write("small", 1)
    kept.store.notes.write("small", 2)
    assert kept.store.outbox.waits()
    told = found(kept, Finding.HOLDS)
    ((count, version),) = server.ask("SELECT COUNT(*), VERSION() FROM resellerprogram_row", schema=servers.SCHEMA)
    assert told == f"rows: {count}; database billmgr as billmgr, server {version}"


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE resellerprogram_row SET content = CONCAT(content, ' ') WHERE what = 'setting'", "setting: {0}, {0}"),
        ("DELETE FROM resellerprogram_row WHERE what = 'setting'", "setting: {0}, 0"),
        (
            "INSERT INTO resellerprogram_row SELECT generation, 'member', 'x', '[]' FROM resellerprogram_mirror",
            "member: 0, 1",
        ),
    ],
)
def test_what_differs_is_named(kept: Operator, server: MariaDB, harm: str, told: str) -> None:
    server.ask(harm, schema=servers.SCHEMA)
    (count,) = kept.store.connection.execute("SELECT count(*) FROM setting").fetchone()
    assert found(kept, Finding.DIFFERS) == (
        f"it differs (table: rows here, rows there): {told.format(count)}. "
        "`resellerprogram mirror --replace` makes it anew"
    )
    kept.store.outbox.replace(None)
    keep(kept.sandbox.root, kept.store)
    assert of_the_mirror(kept)[0].finding is Finding.HOLDS


def test_tables_that_take_nothing_back(kept: Operator, server: MariaDB) -> None:
    server.ask("ALTER TABLE resellerprogram_row ENGINE=MyISAM", schema=servers.SCHEMA)
    assert found(kept, Finding.DIFFERS).startswith("its tables are kept by MyISAM; ")


def test_another_machine_a_dropped_table_and_a_server_that_is_away(kept: Operator, server: MariaDB) -> None:
    server.ask("UPDATE resellerprogram_mirror SET holder = 'other (1)'", schema=servers.SCHEMA)
    assert "other (1)" in found(kept, Finding.DIFFERS)
    forget(server)
    assert "mirror --replace" in found(kept, Finding.DIFFERS)
    (kept.sandbox.root / "etc" / "billmgr.conf.d" / "db.conf").write_text("DBSocket /nonexistent/s\n")
    assert found(kept, Finding.DIFFERS).startswith("the mirror is not available")


def test_while_changes_come_faster_than_they_are_read_nothing_is_claimed(
    kept: Operator, server: MariaDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(kept.store.outbox), "follows_on", lambda self, change: False)
    assert found(kept, Finding.UNKNOWN) == "changes come too fast to compare; try again later"


def test_a_panels_database_that_was_put_back_is_no_other_machines(kept: Operator, server: MariaDB) -> None:
    kept.store.outbox.replace(kept.store.outbox.term())
    keep(kept.sandbox.root, kept.store)
    server.ask("UPDATE resellerprogram_mirror SET generation = 1", schema=servers.SCHEMA)
    assert "carried anew" in found(kept, Finding.DIFFERS)
