"""Rehearse: worlds with a planted answer, written as an agency's file."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evenhand.flow import Told, untold


def stories() -> dict[str, str]:
    """Every world by name, with the first line of its story."""
    from evenhand import simulate

    return {name: (inspect.getdoc(world) or "").split("\n")[0] for name, world in simulate.worlds().items()}


def write(
    name: str, settings: Mapping[str, str], out: Path, rows: int | None = None, told: Told = untold
) -> dict[str, Any]:
    """Write the world and, beside it, the answer that was planted; gives the paths and the truth."""
    from evenhand import simulate

    told(f"simulating {name}", 0, 1)
    written = simulate.write(simulate.world(name, **settings), out, rows)
    told("done", 1, 1)
    return dict(written)
