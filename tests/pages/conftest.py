"""Fixtures of the pages' tests."""

from __future__ import annotations

from datetime import date

import pytest
from resellerprogram.store import Store

from tests.operator import Operator
from tests.pages.desk import Desk


@pytest.fixture(autouse=True)
def _no_processes(no_processes: None) -> None:
    """They are about what is asked for and shown."""


@pytest.fixture
def desk(store: Store) -> Desk:
    """An employee at a panel where nothing runs: whatever asks the panel fails loudly."""
    return Desk(store.folder.parents[1], store)


@pytest.fixture
def office(operator: Operator) -> Desk:
    """The same at a sandbox panel that runs, with one reseller on Partner #8, as a full administrator."""
    account = operator.sandbox.world.add_account("Ромашка")
    operator.sandbox.world.add_payment(account, 52_000, date(2025, 1, 20))
    operator.apply()
    return Desk(operator.sandbox.root, operator.store, level=30)
