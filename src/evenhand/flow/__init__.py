"""Flow: the only place where rooms meet, one file a journey."""

from collections.abc import Callable

# Told at each step of long work: what is being done, how many steps are done, how many there are.
Told = Callable[[str, int, int], None]


def untold(_what: str, _done: int, _of: int) -> None:
    """Say nothing."""
