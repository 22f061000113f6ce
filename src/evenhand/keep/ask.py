"""Ask: what a desk or a witness asks of a drop box, signed, for one ledger, at a time, and only once.

No session, no password: who holds a key of the manifest in force may ask. The format is docs/formats/ask.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evenhand.errors import FormatError, ProofError
from evenhand.keep import json_line, note
from evenhand.keep.lines import SIZE, Lines, decoded, encoded
from evenhand.keep.manifest import Manifest

FORMAT = "evenhand/ask/1"
PULL, OPENINGS, APPEND = ASKS = ("pull", "openings", "append")
KEYS = ("ask", "from", "log", "nonce", "time")
# how far the clocks of who asks and who answers may be apart
APART = timedelta(seconds=300)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: from leaf `start` on, to the ledger `log`; `nonce` is 32 bytes by chance, `time` to the second.

    `body` is the SHA-256 of what comes behind an `append`, and None for what only asks.
    """

    ask: str
    start: int
    log: str
    nonce: bytes
    time: datetime
    body: bytes | None = None

    def __post_init__(self) -> None:
        if self.ask not in ASKS or (self.body is None) != (self.ask != APPEND):
            raise FormatError(f"an ask is one of {', '.join(ASKS)}, and only an append has a body")
        if self.start < 0 or len(self.nonce) != SIZE or len(self.body or bytes(SIZE)) != SIZE:
            raise FormatError(f"an ask goes from leaf 0 or later; its nonce, and its body's digest, have {SIZE} bytes")

    @property
    def text(self) -> str:
        """The ask before it is signed."""
        said = {
            "ask": self.ask,
            "from": self.start,
            "log": self.log,
            "nonce": encoded(self.nonce),
            "time": int(self.time.timestamp()),
        }
        body = {} if self.body is None else {"body": encoded(self.body)}
        return f"{FORMAT}\n{json_line.write(dict(sorted((said | body).items())), FORMAT)}\n"


def sign(made: Ask, signer: note.Signer) -> note.Note:
    """The ask as it is sent; a witness's key signs with its time, as it always does."""
    return note.sign(made.text, [signer], made.time)


def read(signed: note.Note) -> Ask:
    """The ask in a note, not yet held to who may ask: that is `check`."""
    lines = Lines(signed.text.encode(), FORMAT, FORMAT)
    said = json_line.read(lines.plain(), FORMAT)
    lines.end()
    if set(said) not in ({*KEYS}, {*KEYS, "body"}):
        raise FormatError(f"{FORMAT} has the keys {', '.join(KEYS)}, an append `body` too, each once, and no other")
    texts = [said[key] for key in ("ask", "log", "nonce")] + ([said["body"]] if "body" in said else [])
    # type() and not isinstance(): True is no number here
    if any(type(text) is not str for text in texts) or any(type(said[key]) is not int for key in ("from", "time")):
        raise FormatError(f"{FORMAT} has a value of another type than its key takes")
    try:
        time = datetime.fromtimestamp(said["time"], UTC)
    except (OverflowError, ValueError, OSError):
        raise FormatError(f"{FORMAT} has a time beyond all calendars") from None
    body = decoded(said["body"]) if "body" in said else None
    return Ask(said["ask"], said["from"], said["log"], decoded(said["nonce"]), time, body)


def check(signed: note.Note, made: Ask, force: Manifest, now: datetime) -> None:
    """ProofError unless one key that may ask this signed it, for this ledger, within 300 seconds of `now`.

    That its nonce was not seen before is for whoever keeps them.
    """
    keys = [*force.roots.values(), *(operator.key for operator in force.operators)]
    if made.ask != APPEND:
        keys += force.witnesses
    if len(signed.signatures) != 1 or not any(note.signed_by(signed, key) for key in keys):
        raise ProofError("an ask is signed by one key, of an operator, a desk's root or a witness of the manifest")
    if made.log != force.origin:
        raise ProofError("an ask of another ledger")
    if abs(made.time - now) > APART:
        raise ProofError(f"an ask whose clock is more than {APART.seconds} seconds from this one: set the clock")
