"""Rehearse: worlds with a planted answer, written as an agency's file or as an office's mailbox."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evenhand.errors import PlanError
from evenhand.flow import Told, untold

# Not a world to draw but a file to time things with, made row by row on the engine.
VOLUME = "volume"
VOLUME_STORY = "Many rows in Stanford's columns, made on the engine: to time hear and weigh with."
VOLUME_ROWS = 1_000_000


def stories() -> dict[str, str]:
    """Every world by name, with the first line of its story."""
    from evenhand import simulate

    told = {name: (inspect.getdoc(world) or "").split("\n")[0] for name, world in simulate.worlds().items()}
    return told | {VOLUME: VOLUME_STORY}


def place(name: str) -> Path:
    """Where a world is written if nobody says where: a folder for one in which people told, else a file."""
    from evenhand.simulate import writing

    return Path(name) if writing.told(name) else Path(f"{name}.csv")


def write(
    name: str, settings: Mapping[str, str], out: Path, rows: int | None = None, told: Told = untold
) -> dict[str, Any]:
    """Write the world and, beside it, the answer that was planted; gives the paths and the truth."""
    from evenhand import simulate
    from evenhand.simulate import writing

    told(f"simulating {name}", 0, 1)
    if name == VOLUME:
        written = _volume(settings, out, rows or VOLUME_ROWS)
    else:
        written = dict(writing.write(simulate.world(name, **settings), out, rows))
    told("done", 1, 1)
    return written


def _volume(settings: Mapping[str, str], out: Path, rows: int) -> dict[str, Any]:
    from evenhand.simulate import volume
    from evenhand.tables.connect import connect

    stray = sorted(set(settings) - {"seed", "veil"})
    if stray:
        raise PlanError(f"{VOLUME} has no setting {', '.join(stray)}: it has seed and veil")
    seed, veil = int(settings.get("seed", 0)), float(settings.get("veil", 1.0))
    return {"stops": str(volume.open_policing_rows(connect(), rows, out, seed, veil)), "rows": rows}
