"""Door: a drop box as a desk reaches it over the network, by HTTPS or as an onion; nothing else here opens a socket.

It follows no redirect, and says nothing of who asks but a signed note.
"""

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from evenhand.errors import FormatError, OutputError, PlanError, ProofError
from evenhand.keep import ask
from evenhand.keep.ask import Ask
from evenhand.keep.note import Signer

HERE = ("localhost", "127.0.0.1", "::1")
WAIT_SECONDS = 120
# a manifest, or a table of a release
LARGEST = 2**26


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer that is not expected: what was signed for one place is sent to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Door:
    """A drop box's address; PlanError for one that would send in the clear."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and not (parts.scheme == "http" and (host in HERE or host.endswith(".onion"))):
            raise PlanError(f"{url} is not https: only localhost and an onion are reached by http")
        self._url = url.rstrip("/")
        self._opener: OpenerDirector = build_opener(_Stay)

    def get(self, path: str) -> bytes | None:
        """A published file; None where there is none."""
        try:
            with self._open(Request(f"{self._url}/ledger/{path}")) as answer:
                data = answer.read(LARGEST + 1)
        except HTTPError as error:
            if error.code == 404:
                return None
            raise OutputError(f"{self._url} answered {error.code} for {path}: try again later") from None
        if len(data) > LARGEST:
            raise FormatError(f"{path} is larger than anything that is published")
        return data

    @contextlib.contextmanager
    def ask(self, what: str, log: str, signer: Signer, start: int = 0, body: bytes = b"") -> Iterator[HTTPResponse]:
        """The answer to a signed ask, to be read as it comes; `body` is what an append brings.

        ProofError where it was refused, OutputError where the drop box is not reached, or is cut off while it answers.
        """
        digest = hashlib.sha256(body).digest() if what == ask.APPEND else None
        made = Ask(what, start, log, secrets.token_bytes(32), datetime.now(UTC).replace(microsecond=0), digest)
        data = ask.sign(made, signer).bytes + body
        request = Request(f"{self._url}/desk/{what}", data, {"Content-Type": "text/plain; charset=utf-8"})
        try:
            with self._open(request) as answer:
                yield answer
        except HTTPError as error:
            raise _refused(error) from None

    @contextlib.contextmanager
    def _open(self, request: Request) -> Iterator[HTTPResponse]:
        try:
            with self._opener.open(request, timeout=WAIT_SECONDS) as answer:
                yield answer
        except HTTPError:
            raise
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            raise OutputError(f"{self._url} was not reached, or broke off ({error}): try again, it goes on") from None


def _refused(error: HTTPError) -> Exception:
    if error.code in (400, 403):
        said = error.headers.get("Date")
        apart = abs(parsedate_to_datetime(said) - datetime.now(UTC)) if said else None
        clock = f"; its clock is {int(apart.total_seconds())} seconds from this one" if apart else ""
        return ProofError(
            f"the drop box refused{clock}. It answers keys of the manifest in force, within {ask.APART.seconds} "
            "seconds, and keeps nothing that is not proved: check the keyring and the clock"
        )
    return OutputError(f"the drop box answered {error.code}: try again later")
