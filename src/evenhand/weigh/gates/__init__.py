"""Gates: what must hold before any estimate is made, one file a gate (METHODS 2).

A gate is a frozen dataclass whose fields are its thresholds; `check` gives a `Verdict` with figures.
"""
