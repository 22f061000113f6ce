"""Slips: the sheet of a canvass for a printer, one slip a person, to be cut; the only place where its codes are."""

from html import escape
from urllib.parse import urlsplit

from evenhand.flow.canvass import Settings
from evenhand.keep import ticket

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slips of a canvass</title><style>
@page {{ size: auto; margin: 12mm; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 186mm; color: #1c1f24; background: #fff; font: 11pt/1.4 system-ui, -apple-system,
  "Segoe UI", Roboto, "Noto Sans", sans-serif; }}
section {{ break-inside: avoid; border-bottom: 1px dashed #5b6470; padding: 6mm 0; display: grid;
  grid-template-columns: 1fr 34mm; gap: 3mm 8mm; }}
h1 {{ font-size: 15pt; line-height: 1.2; margin: 0; grid-column: 1 / -1; }}
p {{ margin: 0 0 2mm; }}
svg {{ width: 34mm; height: 34mm; display: block; }}
.where, .code {{ font: 700 11pt/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }}
.code {{ font-size: 19pt; letter-spacing: .04em; margin: 0; }}
.quiet {{ color: #4f5864; margin: 0; grid-column: 1 / -1; }}
</style></head><body>
{slips}</body></html>
"""
SLIP = """<section>
<h1>Since {since}, were you stopped while you were off duty?</h1>
<div>
<p>Everybody on the roster of {label} gets a slip like this one. A no counts as much as a yes. It takes two minutes.</p>
<p><b>It is up to you. No name. No discipline: nobody at {label} sees an answer. Nobody knows who has which slip.</b>
{desk} holds the answers, outside the department. The department sees only totals that were checked.</p>
<p class="where">{address}</p>
<p class="code">{code}</p>
</div>
<div>{picture}</div>
<p class="quiet">Until {until}. Use your own phone. You can change your answer until then, with this code. Keep it to
yourself.</p>
</section>
"""


def day(made: Settings, which: str) -> str:
    """A day of a canvass in words, such as 3 January 2026."""
    said = made.since if which == "since" else made.until
    return f"{said.day} {said:%B %Y}"


def sheet(made: Settings, tickets: tuple[str, ...], address: str, desk: str) -> bytes:
    """The sheet as HTML, with no script and nothing from elsewhere."""
    import segno

    where = address.rstrip("/") if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}/canvass"
    # the address alone, the same on every slip: a code in it would lie in a browser's history
    picture = segno.make(where, error="q", micro=False).svg_inline(border=1, omitsize=True)
    words = {"label": made.label, "desk": desk, "address": where.removeprefix("https://")}
    said = {name: escape(text) for name, text in words.items()}
    days = {which: day(made, which) for which in ("since", "until")}
    slips = "".join(SLIP.format(**said, **days, code=ticket.shown(each), picture=picture) for each in tickets)
    return PAGE.format(slips=slips).encode()
