"""Who may read the board (docs/board.md): anyone on this machine, else whoever knows the token.

A page of a stranger's site that a browser on this machine shows could reach a board without a token under a name of
its own (DNS rebinding), so then only this machine's own names are answered to. With a token that page has no cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from typing import NamedTuple

COOKIE = "swyx-cdr-board"
_COOKIE_SECONDS = 30 * 86400
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?")


class Access(NamedTuple):
    """How the board is protected: a token, a reverse proxy in front, or neither, which only loopback may be."""

    token: str = ""
    behind_proxy: bool = False

    def allows_host(self, host: str) -> bool:
        """Whether to answer under this name of the request's `Host` header."""
        if self.token or self.behind_proxy:
            return True
        found = _HOST.fullmatch(host)
        return found is not None and is_loopback((found[1] or found[2]).lower())

    def is_token(self, offered: str) -> bool:
        """Whether this is the token; takes as long for any text of the same length."""
        return hmac.compare_digest(_digest(offered), _digest(self.token))

    def allows(self, cookie: str, authorization: str) -> bool:
        """Whether a request with this value of `COOKIE` or this header may read; `Bearer` is for programs."""
        if not self.token:
            return True
        kind, _, offered = authorization.partition(" ")
        if kind.lower() == "bearer" and self.is_token(offered.strip()):
            return True
        return hmac.compare_digest(_digest(cookie), _digest(self._pass()))

    def cookie(self) -> str:
        """The `Set-Cookie` header of one who has shown the token. It does not hold the token itself."""
        flags = "; Secure" if self.behind_proxy else ""
        return f"{COOKIE}={self._pass()}; Path=/; HttpOnly; SameSite=Strict; Max-Age={_COOKIE_SECONDS}{flags}"

    def _pass(self) -> str:
        return hmac.new(self.token.encode(), b"swyx-cdr board", hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether a host name or address, in lower case, means this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()  # headers may hold any bytes
