"""What a command raises when it cannot go on for a reason that its user can mend.

`pipeline.cli.main` prints every line of such an error on standard error and exits with its `exit_code`;
any other exception is a bug and keeps its traceback. Messages name file, key or address, what was found,
what was expected and what to do (contract 2).
"""

from __future__ import annotations


class CommandError(Exception):
    """The command was used well and still failed: a server is away, a file vanished, a difference was found."""

    exit_code = 1


class UsageError(Exception):
    """The command line or the configuration is wrong."""

    exit_code = 2
