"""Stretch: one code a core is stretched at a time, and few wait; the others hear that many are here (VAULT 7)."""

import os
import threading
from collections.abc import Callable
from typing import TypeVar

from evenhand.errors import EvenhandError

CORES = threading.BoundedSemaphore(os.cpu_count() or 1)
WAITING = threading.BoundedSemaphore(64)
# nobody waits longer before they are told
LONGEST_SECONDS = 2.0
Made = TypeVar("Made")


class BusyError(EvenhandError):
    """Too many codes are being stretched: in a minute there will be room."""


def stretched(make: Callable[[], Made]) -> Made:
    """What `make` makes, when a core is free; BusyError when 64 wait already, or none is free within two seconds."""
    if not WAITING.acquire(blocking=False):
        raise BusyError("64 codes wait already: try again in a minute")
    try:
        if not CORES.acquire(timeout=LONGEST_SECONDS):
            raise BusyError("no core is free: try again in a minute")
        try:
            return make()
        finally:
            CORES.release()
    finally:
        WAITING.release()
