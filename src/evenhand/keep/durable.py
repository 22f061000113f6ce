"""Durable: files that hold what was written once the call returns, whatever happens to the machine (fsync).

A file that grows at its end, and a file that is replaced whole. What failed is as if it had not been tried: where a
write or fsync fails, Linux may forget what was written and call it clean, so it is cut off or written again.
"""

import contextlib
import os
from pathlib import Path

from evenhand.errors import FormatError, OutputError


class AppendOnly:
    """A file that grows at its end; what `append` has returned for is on the disk, and `end` is after it.

    With `reading`, nothing is ever written: what lies past `end` stays where it is.
    """

    def __init__(self, path: Path, reading: bool = False) -> None:
        self.path = path
        self._reading = reading
        try:
            self._fd = os.open(path, os.O_RDONLY if reading else os.O_RDWR)
        except FileNotFoundError:
            raise FormatError(f"{path} is missing; restore it from a desk's copy") from None
        self.end = os.fstat(self._fd).st_size
        self._unsure = False

    def append(self, data: bytes) -> None:
        """Write at the end and wait for the disk; OutputError, and the end is where it was, when that fails."""
        self.settle()
        self._unsure = True
        try:
            _write_all(self._fd, data, self.end)
            os.fsync(self._fd)
        except OSError as error:
            self.back_to(self.end)
            raise unwritten(self.path, error) from None
        self.end += len(data)
        self._unsure = False

    @property
    def settled(self) -> bool:
        """Whether nothing lies past `end` that was not acknowledged."""
        return not self._unsure

    def back_to(self, end: int, at_once: bool = True) -> None:
        """Cut off what lies past `end`: at once where the disk lets us, and in any case before the next append."""
        self._unsure = self._unsure or end != self.end
        self.end = end
        if at_once:
            with contextlib.suppress(OutputError):
                self.settle()

    def settle(self) -> None:
        """Nothing unacknowledged lies past the end once this returns; OutputError where the disk does not let us."""
        if self._unsure and not self._reading:
            try:
                os.ftruncate(self._fd, self.end)
                os.fsync(self._fd)
            except OSError as error:
                raise unwritten(self.path, error) from None
            self._unsure = False

    def confirm(self, start: int) -> None:
        """Put on the disk what lies from `start` on: who wrote it may have been killed before it was there."""
        self.overwrite(start, self.read(start, self.end - start))
        self.sync()

    def overwrite(self, at: int, data: bytes) -> None:
        """Bytes in place of others; `sync` makes them last."""
        try:
            _write_all(self._fd, data, at)
        except OSError as error:
            raise unwritten(self.path, error) from None

    def sync(self) -> None:
        """Wait for the disk."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise unwritten(self.path, error) from None

    def read(self, at: int, length: int) -> bytes:
        """So many bytes from an offset, fewer where the file ends before."""
        parts: list[bytes] = []
        while length > 0 and (part := os.pread(self._fd, length, at)):
            parts.append(part)
            at, length = at + len(part), length - len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._fd)


def put(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Make or replace a file: a crash leaves the old one or the new one, whole. OutputError where that fails.

    `mode` is that of the file; folders that are made on the way may be entered by whoever may read it.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        make_folder(path.parent, mode | (mode & 0o444) >> 2)
        try:
            fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            try:
                _write_all(fd, data, 0)
                os.fsync(fd)
            finally:
                os.close(fd)
            new.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise unwritten(path, error) from None


def check_free(path: Path) -> None:
    """OutputError where a file that would be made is there already: it may be a key, or what others have signed."""
    if path.exists():
        raise OutputError(f"{path} is there already: choose another name")


def make_folder(path: Path, mode: int = 0o700) -> None:
    """Make a folder and those above it, each entered in its parent for good. OSError where that fails."""
    if path.is_dir():
        # who made it may have been killed before its parent had it; a parent that we may not read was made by others
        with contextlib.suppress(PermissionError):
            _sync_folder(path.parent)
        return
    make_folder(path.parent, mode)
    path.mkdir(mode, exist_ok=True)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write_all(fd: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, at)
        view, at = view[written:], at + written


def locked(path: Path) -> int:
    """The descriptor of a lock file that is ours until it is closed; OutputError where another process has it."""
    # absent on Windows, where this store is not promised
    import fcntl

    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise OutputError(
            f"{path.parent} is in use by another process, and has one writer at a time; nothing was done: try again "
            "once that one has ended"
        ) from None
    return fd


def unwritten(path: Path, error: OSError) -> OutputError:
    """What is said of a file that could not be written."""
    return OutputError(
        f"{path} could not be written ({error.strerror}); nothing was acknowledged: make room, try again"
    )
