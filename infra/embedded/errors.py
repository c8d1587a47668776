"""What stops the embedded servers."""

from __future__ import annotations


class ServiceError(Exception):
    """An embedded server cannot start or has ended.

    One line that names the directory, the process or the package and says what to do.
    """
