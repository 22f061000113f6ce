"""Quiet: nothing that a visitor did or typed shows in a header, a log, an error page or the length of a page.

The first middleware: every answer passes through it last (VAULT 8, 10, 13).
"""

import secrets
import sys
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.translation import gettext

from evenhand.web.dropbox import tongue
from evenhand.web.dropbox.settings import CLOSED, LARGEST, LARGEST_APPEND
from evenhand.web.dropbox.stretch import BusyError

# pages are filled up to the next 4 KiB, so that their length tells no answer
PAGE = 4096
HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), "
        "usb=(), clipboard-read=(), browsing-topics=()"
    ),
}
TOLD = ("ETag", "Last-Modified", "Server", "X-Powered-By", "Vary")
APPEND = "/desk/append"
# what is answered while the form is closed
OPEN = ("/desk/", "/ledger/", "/status", "/static/")
METHODS = ("GET", "HEAD", "POST")
FILL_START, FILL_END = b"<!--", b"-->"


class Quiet:
    """Wraps all other middleware and views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, whatever happened, with nothing in it that tells."""
        return _finished(self._get_response(request))

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """What is no form is refused before it is read; while the form is closed nobody but a desk is answered."""
        if refused := _refused(request):
            return refused
        if not CLOSED or request.path.startswith(OPEN):
            return None
        said = {"heading": gettext("We cannot take reports today"), "language": tongue.spoken()}
        return HttpResponse(render_to_string("closed.html", {**said, "carried": tongue.carried()}), status=503)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for the person, a class and a reference for whoever runs this: never a value, never a trace."""
        del request
        if isinstance(error, Http404 | SuspiciousOperation):
            return None
        spoken = {"language": tongue.spoken(), "carried": tongue.carried()}
        if isinstance(error, BusyError):
            page = render_to_string("busy.html", {"heading": gettext("Many people are here just now"), **spoken})
            return HttpResponse(page, status=503, headers={"Retry-After": "60"})
        reference = secrets.token_hex(4)
        sys.stderr.write(f"dropbox: {type(error).__name__} {reference}\n")
        said = {"heading": gettext("Not done. Your answers are safe."), "reference": reference, **spoken}
        page = render_to_string("error.html", said)
        return HttpResponse(page, status=503, headers={"Retry-After": "60"})


def _refused(request: HttpRequest) -> HttpResponse | None:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if request.method == "POST":
        if not (request.content_type or "").startswith(("application/x-www-form-urlencoded", "text/plain")):
            # a form with files would be written to the disk in the clear before anyone looked at it
            return HttpResponse(status=415)
        largest = LARGEST_APPEND if request.path == APPEND else LARGEST
        if int(request.META.get("CONTENT_LENGTH") or 0) > largest:
            return HttpResponse(status=413)
    return None


def _finished(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response.setdefault(name, value)
    if "Cache-Control" not in response:
        response["Cache-Control"] = "no-store"
    if response["Cache-Control"] == "no-store":
        for name in TOLD:
            if name in response:
                del response[name]
        if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html"):
            short = -(len(response.content) + len(FILL_START) + len(FILL_END)) % PAGE
            response.content = response.content + FILL_START + b" " * short + FILL_END
            response["Content-Length"] = str(len(response.content))
    return response
