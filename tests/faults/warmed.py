"""To be imported by a process that others are forked from: what a tail makes at its first message is made here."""

from __future__ import annotations

import watchfiles._rust_notify  # noqa: F401 - imported late by the tail

from schemas.cdr import Lifecycle
from schemas.codec import decode, encode
from tests.cdr_lines import leg, line

decode(encode(Lifecycle("dortmund", "", 1, (leg(line()),))))
