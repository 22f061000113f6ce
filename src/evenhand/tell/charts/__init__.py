"""One file a chart; each draws from the document alone, and draws nothing where the document has nothing for it."""

from collections.abc import Iterator
from importlib import import_module

from evenhand.tell.charts.chart import Chart
from evenhand.tell.document import Document

__all__ = ["CHARTS", "Chart", "drawn"]

# In the order of the page: the whole first, then who is stopped, what happens then, and what could undo it; after
# the records, what was told and what it shows.
CHARTS = (
    "evidence_ladder",
    "benchmark_ladder",
    "district_tiles",
    "dusk",
    "every_analysis",
    "search_and_find",
    "selection_sweep",
    "tipping_point",
    "data_health",
    "flow_of_reports",
    "reports_over_time",
    "canvass",
    "telling_tipping",
    "before_and_after",
    "clusters",
    "model_fan",
)


def drawn(document: Document) -> Iterator[Chart]:
    """Every chart the document has the numbers for, in the order of the page."""
    for name in CHARTS:
        chart = import_module(f"evenhand.tell.charts.{name}").draw(document)
        if chart is not None:
            yield chart
