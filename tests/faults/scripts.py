"""The faults, as scripts of `tests.faults.writer`: docs/delivery.md names each of them.

`down` and `up` are left out where the reader is to run all the time.
"""

from __future__ import annotations

from collections.abc import Mapping

GLOBS = ("cdr*.txt", "cdr.txt.*", "archive*/*.txt")

# Those that other programs were measured with too.
COMPARED = {
    "truncate": "write 1000; settled; down; empty; pause; write 500; up",
    "truncate-busy": "write 1000; settled; down; write 200; empty; pause; write 500; up",
    "truncate-longer": "write 1000; settled; down; rewrite 1500; up",
    "delete": "write 1000; settled; down; delete; pause; write 500; up",
    "delete-busy": "write 1000; settled; down; write 200; delete; pause; write 500; up",
    "rename": "write 1000; settled; down; rename cdr1.txt; pause; write 500; up",
    "rename-busy": "write 1000; settled; down; write 200; rename cdr1.txt; pause; write 500; up",
    "half-line": "write 1000; half; pause; down; pause; rest; up",
}
KILLED_ONLY = {
    "kill-half": "write 1000; settled; half; pause; down; up; rest",
    "kill-live": "others; live 400; arrived 100; down; pause; up",
    "kill-bulk": "others; write 40000; arrived 500; down; up",
    "kill-rotate": "write 1000; settled; down; write 200; rename cdr1.txt; write 500; up",
}
CASES = COMPARED | {
    "growth": "write 10; settled; down; write 10; up; settled; write 1",
    "half-character": "write 10; half-character; pause; down; rest; up; write 1",
    "half-line-end": "write 10; half-end; pause; down; rest; up; write 1",
    "half-line-renamed": "write 10; half; hold; pause; down; rename cdr1.txt; rest; let-go; write 5; up",
    "truncate-shorter": "write 100; settled; down; rewrite 30; up",
    "truncate-same-size": "write 100; settled; down; same; up; settled; write 5",
    "truncate-same-size-and-time": "write 100; settled; down; same times; up; settled; write 5",
    "truncate-same-content": "write 100; settled; down; again; up; write 5",
    "rename-suffix": "write 100; settled; down; write 20; rename cdr.txt.1; write 50; up",
    "rename-chain": (
        "write 50; settled; down; write 5; rename cdr.txt.1; write 5; file cdr.txt.1; rename cdr.txt.2; "
        "file cdr.txt; rename cdr.txt.1; write 5; up"
    ),
    "rename-writer-stays": (
        "write 50; settled; hold; down; rename cdr1.txt; write 5; up; settled; write 5; let-go; write 5"
    ),
    "rename-away": "write 50; settled; down; write 20; away; write 5; up",
    "rename-into-folder": "write 50; settled; down; write 20; rename archive/1.txt; write 5; up",
    "counter": "write 50; settled; down; write 5; file cdr0002.txt; write 50; file cdr.txt; write 5; up",
    "copy-truncate": "write 1000; settled; pause; down; write 200; copy cdr1.txt; empty; pause; write 500; up",
    "copy-truncate-at-once": "write 1000; settled; pause; down; copy cdr1.txt; rewrite 1500; up",
    "copy": "write 100; settled; pause; down; copy cdr1.txt; write 5; up; settled; file cdr1.txt; write 5",
    "put-back": "write 50; settled; keep; write 50; settled; down; put-back; pause; write 5; up; settled; write 5",
    "replace": "write 100; settled; down; write 5; replace cdr1.txt 200; up",
    "same-beginning": (
        "header; write 20; settled; down; rename cdr1.txt; header; write 20; file cdr2.txt; header; write 20; up"
    ),
    "file-later": "write 5; settled; down; file cdr-later.txt; write 5; up; settled; file archive/later.txt; write 5",
    "vanish": "write 10; settled; down; vanish; pause; write 5; come-back; up; settled; write 5",
    "vanish-renamed": (
        "write 10; settled; down; write 5; vanish; pause; rename cdr1.txt; write 5; come-back; up; write 5"
    ),
    "denied": "write 10; settled; down; write 5; deny; pause; grant; up; settled; write 5",
    "clock": "write 10; settled; touch -86400; down; write 5; touch 86400; up; settled; write 5; touch 0; write 5",
}

# A copy is read on where its original is confirmed, unless that has come further, or the copy is looked at half made.
MAY_REPEAT = ("copy", "copy-truncate", "copy-truncate-at-once")


def without_kills(scripts: Mapping[str, str]) -> dict[str, str]:
    """The same scripts for a reader that runs all the time."""
    return {name: script.replace("down; ", "").replace("; up", "") for name, script in scripts.items()}
