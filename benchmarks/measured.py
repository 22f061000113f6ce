"""What a row is, and how a command's wall time and peak memory are taken from outside it."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# `ru_maxrss` is in kibibytes on Linux (getrusage(2))
MAXRSS_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """Wall seconds and peak memory in bytes of one process and of the children it waited for."""

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `must` is the promise it is held to, empty where there is none."""

    work: str
    spent: Spent
    must: str
    kept: bool | None = None


# A row: given a folder of its own to write in, and how many rows to make if it makes any, its lines.
Row = Callable[[Path, int | None], Sequence[Line]]


def run(command: Sequence[str | Path], folder: Path) -> Spent:
    """Run a command in a process of its own, in `folder`; RuntimeError with its words when it fails.

    The kernel's account of the child (wait4) gives the peak. A child begins with the memory of whoever starts it,
    so nothing heavy is imported here.
    """
    words = folder / "words.txt"
    started = time.perf_counter()
    with words.open("wb") as file:
        child = subprocess.Popen([str(part) for part in command], cwd=folder, stdout=file, stderr=file)
        _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(
            f"{' '.join(str(part) for part in command)} ended with {child.returncode}\n{words.read_text()}"
        )
    return Spent(seconds, used.ru_maxrss * MAXRSS_BYTES)


def median(runs: Sequence[Spent]) -> Spent:
    """The run of median time, with the highest peak of all."""
    return Spent(statistics.median(run.seconds for run in runs), max(run.peak for run in runs))
