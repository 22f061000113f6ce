"""Desk API: what the offices' own programs ask of this server; each call is a signed note, without a session (VAULT 8).

Every desk gets the whole ledger, sealed as it is, and finds out by trying what it can open: the server does not know.
"""

import hashlib
import io
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import wraps

from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from evenhand.errors import EvenhandError, FormatError, ProofError
from evenhand.keep import ask, note, stream
from evenhand.keep.ask import Ask
from evenhand.web.dropbox import bring, copy, models, office
from evenhand.web.dropbox.settings import LARGEST, LARGEST_APPEND
from evenhand.web.dropbox.store import writing

# a nonce is kept through its own stretch and the next: longer than an ask is in time
BUCKET_SECONDS = 600
PLAIN = "text/plain; charset=utf-8"
ONE_APPEND = threading.Lock()
View = Callable[[HttpRequest], HttpResponseBase]


def _neutral(view: View) -> View:
    """A door without words: who may not ask, or asks wrongly, hears no more than that."""

    @wraps(view)
    def called(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            return view(request)
        except FormatError:
            return HttpResponse("not read\n", status=400, content_type=PLAIN)
        except ProofError:
            return HttpResponse("refused\n", status=403, content_type=PLAIN)

    return csrf_exempt(called)


@_neutral
def pull(request: HttpRequest) -> HttpResponseBase:
    """The ledger from a leaf on, and all that waits, with the sealed frames."""
    made = _asked(request.read(LARGEST), ask.PULL)
    newest = copy.newest()
    return _streamed(copy.pulled(made.start), lambda: copy.mark(made.start, newest))


@_neutral
def openings(request: HttpRequest) -> HttpResponseBase:
    """The openings from a leaf on, with their numbers: enough to check a release, and nothing sealed."""
    return _streamed(copy.openings(_asked(request.read(LARGEST), ask.OPENINGS).start))


@_neutral
def append(request: HttpRequest) -> HttpResponseBase:
    """Take acts and replies, and what this server lacks after it was put back from a backup."""
    if not ONE_APPEND.acquire(blocking=False):
        return HttpResponse("busy\n", status=503, content_type=PLAIN, headers={"Retry-After": "5"})
    try:
        data = request.read(LARGEST_APPEND)
        head, first, rest = data.partition(b"\n" + stream.FIRST)
        sent = first[1:] + rest
        _asked(head + b"\n", ask.APPEND, hashlib.sha256(sent).digest())
        kept = bring.take(list(stream.read(io.BytesIO(sent))))
    finally:
        ONE_APPEND.release()
    return HttpResponse(f"kept {kept}\n", content_type=PLAIN)


def _asked(data: bytes, what: str, body: bytes | None = None) -> Ask:
    """The ask in these bytes, held to who may ask; its nonce is used up."""
    signed = note.parse(data)
    made = ask.read(signed)
    now = datetime.now(UTC)
    ask.check(signed, made, office.in_force(), now)
    if made.ask != what or made.body != body:
        raise ProofError("an ask of another door, or with another body")
    bucket = int(now.timestamp()) // BUCKET_SECONDS
    row = models.Nonce(hash=hashlib.sha256(made.nonce).digest(), bucket=bucket)
    try:
        with writing():
            models.Nonce.objects.filter(bucket__lt=bucket - 1).delete()
            row.save(force_insert=True)
    except IntegrityError:
        raise ProofError("an ask that was sent before") from None
    return made


def _streamed(parts: Iterable[stream.Part], done: Callable[[], None] = lambda: None) -> HttpResponseBase:
    return StreamingHttpResponse(_quietly(parts, done), content_type="application/octet-stream")


def _quietly(parts: Iterable[stream.Part], done: Callable[[], None]) -> Iterator[bytes]:
    """The stream; where something fails it ends without its end, and who runs this hears a class and a reference."""
    try:
        yield from stream.pack(parts)
        done()
    except (EvenhandError, DatabaseError, OSError) as error:
        sys.stderr.write(f"dropbox: {type(error).__name__} {secrets.token_hex(4)}\n")
