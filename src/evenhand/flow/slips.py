"""Slips: the sheet of a canvass for a printer, one slip a person, to be cut; the only place where its codes are."""

from html import escape

from evenhand.flow.canvass import Settings
from evenhand.keep import ticket

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slips of a canvass</title><style>
@page { size: letter; margin: 12mm; }
* { box-sizing: border-box; }
body { margin: 0; font: 11pt/1.35 Georgia, serif; color: #000; background: #fff; }
section { break-inside: avoid; border-bottom: 1px dashed #555; padding: 6mm 2mm; }
h1 { font-size: 14pt; margin: 0 0 2mm; }
p { margin: 0 0 2mm; }
.where { font: 700 12pt/1.4 monospace; overflow-wrap: anywhere; }
.code { font: 700 20pt/1.3 monospace; letter-spacing: .04em; }
</style></head><body>
%s</body></html>
"""
SLIP = """<section>
<h1>Since {since}, were you stopped while you were off duty?</h1>
<p>Everybody on the roster of {label} gets a slip like this one. A no counts as much as a yes. It takes two minutes.</p>
<p><b>It is up to you. No name. No discipline: nobody at {label} sees an answer.
Nobody knows who has which slip.</b>
{desk} holds the answers, outside the department. The department sees only totals that were checked.</p>
<p class="where">{address}</p>
<p class="code">{code}</p>
<p>Until {until}. Use your own phone. You can change your answer until then, with this code. Keep it to yourself.</p>
</section>
"""


def day(made: Settings, which: str) -> str:
    """A day of a canvass in words, such as 3 January 2026."""
    said = made.since if which == "since" else made.until
    return f"{said.day} {said:%B %Y}"


def sheet(made: Settings, tickets: tuple[str, ...], address: str, desk: str) -> bytes:
    """The sheet as HTML, with no script and nothing from elsewhere."""
    words = {"label": made.label, "desk": desk, "address": address}
    said = {name: escape(text) for name, text in words.items()}
    days = {which: day(made, which) for which in ("since", "until")}
    return (PAGE % "".join(SLIP.format(**said, **days, code=ticket.shown(each)) for each in tickets)).encode()
