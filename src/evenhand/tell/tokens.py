"""The look: every colour and size of the finding, named once; CSS and charts read them here (EXPERIENCE 7)."""

INK = "#1c1f24"
PAPER = "#fcfbf8"
QUIET = "#5b6470"
# Quiet, darkened until small words read at 7:1 on paper and on the band (quiet itself has 5.8:1).
NOTE = "#454c56"
RULE = "#d9d6cf"
ACCENT = "#0b5c7a"
FOCUS = "#ffbf47"
CAUTION = "#8a3b12"
# The accent thinned on paper: intervals at 95, 80 and 50 %, one colour in three shades that stay apart in grey.
SHADES = ("#b9d0d8", "#6f9fb1", ACCENT)
# Five steps of the same colour, palest first, for tiles and grids.
STEPS = ("#eef3f4", "#d3e2e7", "#b4ced8", "#8fb7c6", ACCENT)
# A band behind the marks: twilight, and ratios too near one to matter.
BAND = "#ece9e2"

SERIF = 'Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", Georgia, "Liberation Serif", serif'
SANS = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, system-ui, sans-serif'
MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace'
# Charts are measured before they are shown: faces that measure alike wherever they are drawn.
CHART = "Helvetica, Arial, Liberation Sans, sans-serif"

COLUMN = 680
CHART_WIDE = 680
CHART_NARROW = 340
CHART_TEXT = 12
CHART_SMALL = 11

_VARIABLES = {
    "ink": INK,
    "paper": PAPER,
    "quiet": QUIET,
    "note": NOTE,
    "rule": RULE,
    "accent": ACCENT,
    "focus": FOCUS,
    "caution": CAUTION,
    "band": BAND,
    "serif": SERIF,
    "sans": SANS,
    "mono": MONO,
    "column": f"{COLUMN}px",
    "chart-wide": f"{CHART_WIDE}px",
    "chart-narrow": f"{CHART_NARROW}px",
    "step": "8px",
    "text": "17px",
}


def custom_properties() -> str:
    """The tokens as CSS custom properties, for the one style sheet that uses them."""
    return ":root{" + "".join(f"--{name}:{value};" for name, value in _VARIABLES.items()) + "}"
