"""Where the session key of root may go: to this host and nowhere else."""

from __future__ import annotations

import pytest
from resellerprogram.programme.hosts import is_of_this_host


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost:1500/billmgr",
        "http://127.0.0.1:8080/billmgr",
        "https://127.1.2.3/billmgr",
        "https://[::1]:1500/billmgr",
        "HTTPS://LOCALHOST/billmgr",
    ],
)
def test_addresses_of_this_host(url: str) -> None:
    assert is_of_this_host(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost",
        "https://",
        "https://[",
        "https://attacker.example/billmgr",
        "http://127.0.0.1.attacker.example/billmgr",
        "http://localhost.attacker.example/billmgr",
        "http://localhost@attacker.example/billmgr",
        "http://127.0.0.1:80@attacker.example/billmgr",
        "http://attacker.example\\@localhost/billmgr",
        "http://localhost:99999/billmgr",
        "http://localhost:x/billmgr",
        "http://lоcalhost/billmgr",
        "http://local\thost/billmgr",
        "http://0.0.0.0/billmgr",
        "http://10.0.0.1/billmgr",
        "http://[::ffff:10.0.0.1]/billmgr",
        "ftp://localhost/billmgr",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_lead_elsewhere_or_nowhere(url: str) -> None:
    assert not is_of_this_host(url)
