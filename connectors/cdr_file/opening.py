"""The part that differs between platforms: opening files of other programs without being in their way.

The PBX goes on writing, another program renames, empties or deletes the file while it is being read (kb4042):
files are opened for reading only, shared for reading, writing and deletion, and never locked.
"""

from __future__ import annotations

import os
import sys
from io import FileIO
from pathlib import Path
from typing import IO


def key_of(status: os.stat_result) -> tuple[int, int]:
    """What the system tells files apart by: device and inode, on Windows volume and file index."""
    return (status.st_dev, status.st_ino)


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _GENERIC_READ = 0x80000000
    _SHARE_READ_WRITE_DELETE = 0x00000007
    _OPEN_EXISTING = 3
    _INVALID_HANDLE = wintypes.HANDLE(-1).value
    # A byte far behind the text, as locked bytes cannot be read by others.
    _LOCKED_BYTE = 1 << 20

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _create_file = _kernel32.CreateFileW
    _create_file.restype = wintypes.HANDLE
    _create_file.argtypes = [
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    ]

    def open_shared(path: str | Path) -> FileIO:
        """Open a file for reading, unbuffered; others may write, rename and delete it. Raises `OSError`."""
        # open() would let others write, but neither rename nor delete.
        handle = _create_file(str(path), _GENERIC_READ, _SHARE_READ_WRITE_DELETE, None, _OPEN_EXISTING, 0, None)
        if handle == _INVALID_HANDLE:
            raise ctypes.WinError(ctypes.get_last_error())
        return FileIO(msvcrt.open_osfhandle(handle, os.O_RDONLY), "rb")

    def stays_open_unnoticed(_device: int) -> bool:
        """Whether a file of this device may be kept open without anybody noticing: never on Windows.

        The name of a deleted file cannot be used again there as long as somebody has the file open.
        """
        return False

    def take_lock(stream: IO[str]) -> bool:
        """Lock a file of this program until it is closed; false if another process holds the lock."""
        stream.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    # An open file of these keeps nobody from deleting it or creating one of its name.
    _LOCAL_FILE_SYSTEMS = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})
    _MOUNTS = Path("/proc/self/mountinfo")

    def open_shared(path: str | Path) -> FileIO:
        """Open a file for reading, unbuffered; others may write, rename and delete it. Raises `OSError`."""
        return FileIO(path, "rb")

    def stays_open_unnoticed(device: int) -> bool:
        """Whether a file of this device may be kept open without anybody noticing: on local disks of Linux only.

        On a share of Windows the name of a deleted file cannot be used again as long as somebody has the file open.
        """
        try:
            mounts = _MOUNTS.read_text("utf-8", "replace")
        except OSError:
            return False
        # … id, parent, major:minor, root, mount point, options, optional fields, "-", type … (proc(5))
        number = f"{os.major(device)}:{os.minor(device)}"
        kinds = {line.partition(" - ")[2].split(" ")[0] for line in mounts.splitlines() if line.split(" ")[2] == number}
        return bool(kinds) and kinds <= _LOCAL_FILE_SYSTEMS

    def take_lock(stream: IO[str]) -> bool:
        """Lock a file of this program until it is closed; false if another process holds the lock."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
