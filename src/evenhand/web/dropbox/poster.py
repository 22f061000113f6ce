"""Poster: one sheet to hang up, with the form's address as words and as a QR code, and who may read.

`evenhand serve dropbox --poster https://report.example.org --to poster.html`; the sheet calls nothing from elsewhere.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import segno
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from evenhand.errors import EvenhandError, FormatError
from evenhand.keep.durable import check_free, put
from evenhand.web.dropbox import office
from evenhand.web.dropbox.prepare import start
from evenhand.web.dropbox.settings import TRIAL

READABLE = 0o644


def poster(address: str, language: str = "en") -> str:
    """The sheet as HTML that prints on one page, letter or A4; FormatError where that is no safe place to tell in."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and (parts.hostname or "").endswith(".onion"))
    if not safe or parts.path not in ("", "/") or parts.query or parts.username or not parts.hostname:
        raise FormatError(
            "the address of a poster is https:// and a name, or http:// and an onion, and nothing after it"
        )
    # the level of repair that a torn or dirty sheet needs; whoever has no camera types the words
    code = segno.make(address, error="q", micro=False).svg_inline(border=2, omitsize=True)
    shown = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    said = {"code": mark_safe(code), "address": shown, "readers": office.readers(language), "trial": TRIAL.exists()}
    with translation.override(language):
        return render_to_string("poster.html", {"language": language, **said})


def main() -> int:
    """Write the poster of an address into a file."""
    address, to = sys.argv[1:]
    try:
        start()
        check_free(Path(to))
        put(Path(to), poster(address).encode(), READABLE)
    except EvenhandError as error:
        sys.stderr.write(f"evenhand serve dropbox: {error}\n")
        return error.exit_code
    sys.stderr.write(f"{to}: open it in a browser, look at it, print it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
