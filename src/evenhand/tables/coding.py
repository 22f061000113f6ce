"""Codes settled: what coders who read an account apart say of an element together.

The adjudicated code stands where there is one (a row whose coder is `adjudicated`); else the code that more than half
of the coders gave; else it is unsettled, and nobody's guess.
"""

from typing import Any

from evenhand.tables import derive
from evenhand.terms.codebook import DID_NOT, HAPPENED, NOT_MENTIONED, VERSION

ADJUDICATED = "adjudicated"


def settled(codes: Any, version: str = VERSION) -> Any:
    """One row a report, element and phase, with the settled `code` (1, 0, 9), null where coders differ.

    `codes` has report_id, element, code, and coder, phase and version where they were kept; codes by another version of
    the codebook are left out.
    """
    import ibis

    derive.need(codes, "report_id", "element", "code")
    table = codes
    if derive.has(table, "version"):
        table = table.filter(table.version == version)
    for name, kept in (("phase", "whole"), ("coder", "")):
        if not derive.has(table, name):
            table = table.mutate(**{name: ibis.literal(kept)})
    last = (table.coder == ADJUDICATED).fill_null(False)
    said = {f"said_{code}": (~last & (table.code == code)).sum() for code in (HAPPENED, DID_NOT, NOT_MENTIONED)}
    together = table.group_by("report_id", "element", "phase").agg(
        adjudicated=table.code.max(where=last), coders=(~last).sum(), **said
    )
    most = [(2 * together[f"said_{code}"] > together.coders, code) for code in (HAPPENED, DID_NOT, NOT_MENTIONED)]
    code = ibis.cases((together.adjudicated.notnull(), together.adjudicated), *most, else_=None)
    return together.select("report_id", "element", "phase", code=code)
