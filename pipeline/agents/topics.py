"""Names that the worker has in Kafka: its consumer group and its table's changelog."""

from __future__ import annotations

from schemas.topics import Topic

GROUP = "swyx-cdr-worker"
TABLE = "legs"
CHANGELOG = Topic(f"{GROUP}-{TABLE}-changelog", "partition:offset of cdr.lifecycle", (bytes,), "compact")
