"""The plugin installed into a sandbox, for every test of the installer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import put_into
from tests.sandbox import Sandbox


@pytest.fixture
def installed(sandbox: Sandbox, wheels: Path) -> Sandbox:
    put_into(sandbox, wheels)
    return sandbox
