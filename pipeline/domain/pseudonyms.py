"""What stands in the place of an extension and its user's name where a site has a key for it (docs/privacy.md)."""

from __future__ import annotations

import hashlib
import hmac
import re

# A letter in front, so that it is no number (contract 5), and no X, so that it hides no digits. Of 10,000 extensions
# two get the same one with a probability of one in five million.
_PSEUDONYM = re.compile(r"u[0-9a-f]{12}\Z")


def pseudonym_of(extension: str, key: bytes) -> str:
    """The pseudonym of an extension: the same at all sites with the same key, and not to be undone without it."""
    return f"u{hmac.new(key, extension.encode(), hashlib.sha256).hexdigest()[:12]}"


def is_pseudonym(number: str) -> bool:
    """Whether a number has the form of a pseudonym."""
    return _PSEUDONYM.match(number) is not None
