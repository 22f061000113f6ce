"""Visit: an open form. What it knows lies sealed to a key that only the visitor's cookie gives (VAULT 4).

The row's name is a hash of the cookie; the database alone opens neither it nor the draft.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from django.http import HttpRequest, HttpResponse

from evenhand.errors import EvenhandError
from evenhand.keep import code, frame
from evenhand.keep.manifest import Manifest
from evenhand.web.dropbox import models
from evenhand.web.dropbox.store import put, writing

COOKIE = "__Host-visit"
LABEL = b"evenhand/visit/1 "
DRAFT_DAYS = timedelta(days=7)


def today() -> date:
    """The day, in UTC: the one clock of this program."""
    return datetime.now(UTC).date()


@dataclass(slots=True)
class Visit:
    """An open form. `draft` is the seed of the draft's key, hexadecimal; `code` is empty for who wants none."""

    cookie: str
    language: str
    lookup: str
    draft: str
    code: str = ""
    mailbox: str = ""
    hand: str = ""
    started: str = ""
    entry: str = ""
    promise: str = ""
    answers: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def begin(cls, language: str, force: Manifest) -> Self:
        """A new visit with a new code, and the keys that it gives."""
        return cls.back(language, code.new(), force)

    @classmethod
    def back(cls, language: str, typed: str, force: Manifest) -> Self:
        """A visit of somebody who comes back with a code. About 50 ms, on purpose."""
        derived = code.derive(typed, force.origin, *force.code)
        return cls(
            secrets.token_urlsafe(32),
            language,
            derived.lookup.hex(),
            derived.draft.hex(),
            code=typed,
            mailbox=derived.mailbox.hex(),
            hand=derived.hand.hex(),
            started=_now(),
        )

    @classmethod
    def without(cls, language: str) -> Self:
        """A visit that nobody comes back to: of the same shape, its keys drawn by chance."""
        return cls(secrets.token_urlsafe(32), language, secrets.token_hex(16), secrets.token_hex(32), started=_now())

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """The visit of a request, with its draft; None where there is none, or it has ended."""
        cookie = request.COOKIES.get(COOKIE, "")
        row = models.Visit.objects.filter(pk=_key(cookie)).first() if cookie else None
        if row is None or row.day < today() - timedelta(days=1):
            return None
        try:
            opened = json.loads(frame.open(frame.parse(bytes(row.sealed)), [_identity(cookie)]))
        except EvenhandError:
            return None
        if row.day < today():
            # a day without a page ends a visit; one with a page begins it anew
            with writing():
                models.Visit.objects.filter(pk=row.pk).update(day=today())
        found = cls(cookie=cookie, **opened)
        found.answers = found.read_draft()
        return found

    def read_draft(self) -> dict[str, Any]:
        """The answers kept so far."""
        row = models.Draft.objects.filter(pk=bytes.fromhex(self.lookup)).first()
        if row is None:
            return {}
        identity = code.identity(bytes.fromhex(self.draft))
        answers: dict[str, Any] = json.loads(frame.open(frame.parse(bytes(row.sealed)), [identity]))
        return answers

    def save_draft(self) -> None:
        """Keep the answers, sealed to the code's own key; on the disk when this returns."""
        content = json.dumps(self.answers, ensure_ascii=False).encode()
        sealed = frame.make("draft", content, [code.recipient(bytes.fromhex(self.draft))])
        row = models.Draft(lookup=bytes.fromhex(self.lookup), sealed=sealed.bytes, day=today())
        put(row)

    def save(self) -> None:
        """Keep what the visit knows, without the answers, which lie in the draft."""
        known = {name: value for name, value in asdict(self).items() if name not in ("cookie", "answers")}
        sealed = frame.make("note", json.dumps(known).encode(), [code.recipient(_seed(self.cookie))])
        put(models.Visit(key=_key(self.cookie), sealed=sealed.bytes, day=today()))

    def set_cookie(self, response: HttpResponse) -> None:
        """The cookie, which ends with the browser."""
        response.set_cookie(COOKIE, self.cookie, path="/", secure=True, httponly=True, samesite="Strict")

    def end(self) -> None:
        """Forget it here; the draft stays for whoever has the code."""
        with writing():
            models.Visit.objects.filter(pk=_key(self.cookie)).delete()
            if not self.code:
                models.Draft.objects.filter(pk=bytes.fromhex(self.lookup)).delete()


def sweep() -> None:
    """Delete what has reached its end: visits after a day, drafts after seven."""
    with writing():
        models.Visit.objects.filter(day__lt=today() - timedelta(days=1)).delete()
        models.Draft.objects.filter(day__lt=today() - DRAFT_DAYS).delete()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _key(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _seed(cookie: str) -> bytes:
    # the key's hash and this one share no prefix, so that the row's name gives no bit of the seed
    return hashlib.sha256(LABEL + cookie.encode()).digest()


def _identity(cookie: str) -> str:
    return code.identity(_seed(cookie))
