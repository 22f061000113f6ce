"""Simulate: worlds with a planted answer, for tests, for critics and for power.

>>> sorted(worlds())
['decisions', 'deployment', 'racial_stops', 'thresholds', 'visibility', 'wave']
>>> world("visibility", stops=500, veil=2.0).draw().truth["veil_ratio"]
2.0
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from evenhand.errors import PlanError
from evenhand.simulate.planted import Recipe, World
from evenhand.simulate.volume import open_policing_rows
from evenhand.simulate.writing import write

__all__ = ["Recipe", "World", "open_policing_rows", "settings_of", "world", "worlds", "write"]


def worlds() -> Mapping[str, type[Recipe]]:
    """The worlds there are, by the name the command line knows them by."""
    from evenhand.simulate.decisions import Decisions
    from evenhand.simulate.deployment import Deployment
    from evenhand.simulate.racial_stops import RacialStops
    from evenhand.simulate.thresholds import Thresholds
    from evenhand.simulate.visibility import Visibility
    from evenhand.simulate.wave import Wave

    known: tuple[type[Recipe], ...] = (Visibility, Thresholds, RacialStops, Deployment, Decisions, Wave)
    return {recipe.name: recipe for recipe in known}


def settings_of(name: str) -> Mapping[str, Any]:
    """The settings of a world with their defaults, in the order they are declared."""
    return {setting.name: setting.default for setting in _settings(_recipe(name))}


def world(name: str, **settings: Any) -> Recipe:
    """The recipe of that name with these settings; text is read as the setting's own kind of value.

    PlanError names the worlds, or the settings, that there are.
    """
    recipe = _recipe(name)
    known = {setting.name: setting for setting in _settings(recipe)}
    for setting in settings:
        if setting not in known:
            raise PlanError(f"world {name} has no setting {setting!r}: expected {', '.join(known)}")
    return recipe(**{setting: _value(name, known[setting], given) for setting, given in settings.items()})


def _recipe(name: str) -> type[Recipe]:
    known = worlds()
    if name not in known:
        raise PlanError(f"there is no world {name!r}: expected {', '.join(known)}")
    return known[name]


def _settings(recipe: type[Recipe]) -> tuple[Field[Any], ...]:
    declared = fields(recipe)
    assert all(setting.default is not MISSING for setting in declared)  # a world can always be drawn as it is
    return declared


def _value(name: str, setting: Field[Any], given: Any) -> Any:
    kind = type(setting.default)
    if kind is bool and isinstance(given, str) and given in ("true", "false"):
        return given == "true"
    if isinstance(given, kind) and isinstance(given, bool) == (kind is bool):
        return given
    try:
        if kind in (int, float) and isinstance(given, int | float | str) and not isinstance(given, bool):
            return _number(kind, given)
    except ValueError:
        pass
    wanted = "true or false" if kind is bool else {int: "a whole number", float: "a number", str: "text"}[kind]
    raise PlanError(f"world {name}: {setting.name} = {given!r}, expected {wanted} (by default {setting.default!r})")


def _number(kind: type[int] | type[float], given: float | str) -> int | float:
    number = kind(given)
    if number != float(given):
        raise ValueError(given)
    return number
