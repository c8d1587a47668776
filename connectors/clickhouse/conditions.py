"""Conditions in the words of the trade, which reports, board and dashboards share: one meaning everywhere."""

from __future__ import annotations

# Nobody took an incoming call; one that only a script took is counted by itself.
MISSED = "direction = 'incoming' AND disposition IN ('busy', 'no_answer', 'rejected', 'abandoned', 'failed')"

# Of legs. The result of a transfer repeats the channels that its two legs hold to the end (CDR spec 3.2).
NO_RESULT = "transferred_call_id_1 IN ('', '0') AND transferred_call_id_2 IN ('', '0')"
