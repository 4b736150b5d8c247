"""Which addresses are this host's own."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit


def is_of_this_host(url: str) -> bool:
    """Whether an http or https address leads to this host and nowhere else: localhost, 127.0.0.0/8, ::1."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " @\\"):
        return False
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
        if address.scheme not in ("http", "https") or not host:
            return False
        return host == "localhost" or _is_loopback(host)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    found = ip_address(host)
    return found == IPv6Address("::1") or (found.version == 4 and found.is_loopback)
