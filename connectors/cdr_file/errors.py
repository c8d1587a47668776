"""What can go wrong between a cdr.txt and Kafka."""

from __future__ import annotations


class UnreadableError(Exception):
    """A line cannot be read as a CDR; caught where the line becomes a `Reject` (contract 4).

    `reason` is one of the contract's words, `detail` says what was expected and found.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class TailError(Exception):
    """Following cannot begin or go on; the message names file or key, what was found and what to do."""
