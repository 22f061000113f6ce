"""Planted faults: what is done to a world, and the check that must say so, in words that it must hold."""

import hashlib
import re
from collections.abc import Callable

from builder import (
    KEYS,
    LOG,
    OPERATORS,
    ORIGIN,
    PROMISE,
    W1,
    W2,
    Key,
    World,
    age,
    b64,
    bodies_of,
    entry,
    rows_of,
    seconds,
    sha256,
    signed,
    tile,
)

KEYS["new log"] = Key(ORIGIN, seed="new log")
KEYS["other.example/l"] = Key("other.example/l")
ZERO = b64(bytes(32))
# name, what is done, word, check, words
Plant = tuple[str, Callable[[World], object], str, str, str]
PLANTS: list[Plant] = []


def plant(word: str, check: str, words: str) -> Callable[[Callable[[World], object]], Callable[[World], object]]:
    def keep(change: Callable[[World], object]) -> Callable[[World], object]:
        PLANTS.append((change.__name__, change, word, check, words))
        return change

    return keep


def add(word: str, check: str, words: str, change: Callable[[World], object]) -> None:
    PLANTS.append((f"{check}: {words}", change, word, check, words))


def fail(check: str, words: str, change: Callable[[World], object]) -> None:
    add("FAIL", check, words, change)


def missing(check: str, words: str, change: Callable[[World], object]) -> None:
    add("not checked", check, words, change)


def alone(*versions: int) -> Callable[[World], World]:
    return lambda w: w.give(*(f"ledger/manifest/{version}" for version in versions))


FIRST, SECOND, THIRD = alone(1), alone(1, 2), alone(1, 2, 3)

# --- texts
fail("promise read", "no LF at the end", lambda w: w.replace("promise", r"\n\Z", ""))
fail("manifest/1 read", "not in form NFC", lambda w: w.text("manifest/1", "Human", "Hu\u0308man"))
fail("manifest/1 read", "a control character", lambda w: w.text("manifest/1", "Human", "Hu\\tman"))
fail("promise read", "codec can't decode", lambda w: w.put("promise", b"evenhand/promise/1\n\xff\n\n"))
fail("promise read", "stray bits", lambda w: w.text("promise", r"(?m)^(\S{42}).=$", r"\1B="))
fail("promise read", "holds 31 bytes", lambda w: w.text("promise", r"(?m)^\S{43}=$", b64(bytes(31))))
fail("promise read", "or cut short", lambda w: w.text("promise", r"(?m)^(\S{43})=$", r"\1"))
fail("promise read", "not a day", lambda w: w.text("promise", "2026-12-03", "2026-12-3"))
fail("promise read", "month must be", lambda w: w.text("promise", "2026-12-03", "2026-13-03"))
fail("promise read", "not the four lines", lambda w: w.text("promise", "by ", "until "))
fail("manifest/1 read", "first line is not", lambda w: w.text("manifest/1", "manifest/1", "manifest/2"))
fail("manifest/1 read", "line 8: expected `quorum`", lambda w: w.text("manifest/1", "quorum.*\n", ""))
fail("manifest/1 read", "unknown, repeated", lambda w: w.text("manifest/1", r"\Z", "note x\n"))
fail("manifest/1 read", "`quorum` has not the shape", lambda w: w.text("manifest/1", "quorum 1", "quorum 01"))
fail("ledger/checkpoint read", "larger than any", lambda w: setattr(w, "limit", 100))

# --- notes
fail("manifest/1 read", "not a key", lambda w: w.text("manifest/1", r"log (\S+)", "log x"))
fail("manifest/1 read", "wrong key id", lambda w: w.text("manifest/1", r"(log \S+?\+)........", r"\g<1>00000000"))
fail(
    "manifest/1 read",
    "type that does not belong",
    lambda w: w.text("manifest/1", r"promise \S+", f"promise {Key(PROMISE, 4).text}".replace("\\", "")),
)
fail(
    "manifest/1 read",
    "not of 32 bytes",
    lambda w: w.text("manifest/1", r"witness \S+", f"witness {Key(W1, 4, public=bytes(33)).text}"),
)
fail("promise read", "no empty line", lambda w: w.replace("promise", "\n\n", "\n"))
fail("promise read", "is no signature", lambda w: w.replace("promise", "— ", "- "))
fail("promise read", "too short", lambda w: w.replace("promise", r"\Z", "— x AAAAAA==\n"))
fail("promise read", "two signatures", lambda w: w.replace("promise", r"(?s)(— .*\n)", r"\1\1"))
fail("promise signature", "does not hold", lambda w: w.replace("promise", "by 2026-12-03", "by 2026-12-04"))
fail("checkpoints/128 read", "not the three lines", lambda w: w.text("checkpoint/128", r"\Z", "more\n"))
fail("checkpoints/128 read", "not the three lines", lambda w: w.text("checkpoint/128", "\n128\n", "\n0128\n"))
fail("checkpoints/128 log", "another ledger", lambda w: w.text("checkpoint/128", ORIGIN, "other.example/l"))
fail("checkpoints/128 log", "no signature by the log", lambda w: w.sign("checkpoint/128", W1))
missing("checkpoints/128 quorum", "not yet seen by a witness: 0 of 1", lambda w: w.sign("checkpoint/128", LOG))
fail(
    "checkpoints/128 quorum",
    "does not hold",
    lambda w: w.replace("ledger/checkpoints/128", r"(— w1.example \S{9})...", r"\1AAA"),
)

# --- manifests
fail("manifest/1 read", "without `previous`", lambda w: w.text("manifest/1", "day", f"previous {ZERO}\nday"))
fail("manifest/2 read", "without `previous`", lambda w: w.text("manifest/2", "previous.*\n", ""))
fail("manifest/1 read", "not a day", lambda w: w.text("manifest/1", "day .*", "day today"))
fail("manifest/1 read", "not the origin", lambda w: w.text("manifest/1", r"log \S+", f"log {KEYS['civil/root'].text}"))
fail("manifest/1 read", "quorum is larger", lambda w: w.text("manifest/1", "quorum 1", "quorum 2"))
fail(
    "manifest/1 read", "`operator` has not the shape", lambda w: w.text("manifest/1", "facts,code,release", "facts,spy")
)
fail(
    "manifest/1 read",
    "a role of one operator stands twice",
    lambda w: w.text("manifest/1", "facts,code", "facts,facts"),
)
fail(
    "manifest/1 read",
    "a desk stands twice",
    lambda w: w.text(
        "manifest/1", r"(operator)", rf"desk legal root {KEYS['third/root'].text} facts {age('a')} story {age('b')}\n\1"
    ),
)
fail(
    "manifest/1 read",
    "a key's name stands twice",
    lambda w: w.text("manifest/1", "quorum", f"witness {Key(W1, 4, seed='x').text}\nquorum"),
)
fail(
    "manifest/1 read",
    "a key stands twice",
    lambda w: w.text("manifest/1", "quorum", f"witness {Key('w3', 4, seed=f'test key {W1}').text}\nquorum"),
)
fail(
    "manifest/1 read",
    "age recipient stands twice",
    lambda w: w.text("manifest/1", r"facts (age\S+) story \S+", r"facts \1 story \1"),
)
fail("manifest/1 read", "label in one language stands", lambda w: w.text("manifest/1", "label legal", "label civil"))
fail("manifest/1 read", "not in the manifest", lambda w: w.text("manifest/1", "label legal", "label nobody"))
fail("manifest/1 read", "`batch` has not the shape", lambda w: w.text("manifest/1", "06:00", "24:00"))
fail("manifest 1 chain", "not what you were told", lambda w: setattr(w, "told", "00" * 32))
missing("manifest 1 chain", "with what you were told", lambda w: setattr(w, "told", ""))
missing("manifest 2 chain", "must vouch for it", alone(2))
missing("manifest 2 signatures", "depends on the version before", alone(2))
missing("manifest 3 chain", "between them", alone(1, 3))
missing("manifests", "no key of version 3", alone(1, 3))
fail("manifest 1 signatures", "no signature by the log", lambda w: w.sign("manifest/1", "civil/root", "legal/root"))
fail("manifest 1 signatures", "the root of desk legal", lambda w: w.sign("manifest/1", "civil/root", LOG))
fail("manifest 2 signatures", "lines of desk legal changed", lambda w: w.sign("manifest/2", LOG))
fail("manifest 3 signatures", "lines of everybody changed", lambda w: w.sign("manifest/3", "civil/root", LOG))
missing("manifest 2 signatures", "waited 30 days", lambda w: w.sign("manifest/2", "civil/root", LOG))
missing("manifests", "no key of version 2", lambda w: w.sign("manifest/2", LOG))
fail("manifest 2 chain", "`previous` is not", lambda w: w.text("manifest/2", r"previous \S+", f"previous {ZERO}"))
fail("manifest 2 chain", "an earlier day", lambda w: w.text("manifest/2", "day 2026-12-02", "day 2026-11-30"))


@plant("FAIL", "manifest 2 chain", "two of this version")
def two_of_a_version(w: World) -> None:
    def twice(files: dict[str, bytes]) -> None:
        text = files["ledger/manifest/2"].decode().rpartition("\n\n")[0] + "\n"
        files["another"] = signed(text, [LOG, "legal/root"])

    SECOND(w).do(twice).paths.append("another")


@plant("FAIL", "manifest 2 chain", "another origin")
def another_origin(w: World) -> None:
    key = KEYS["other.example/l"]
    w.text("manifest/2", r"origin \S+", f"origin {key.name}").text("manifest/2", r"log \S+", f"log {key.text}")
    SECOND(w).sign("manifest/2", "civil/root", "legal/root", key.name)


def third_desk(w: World, *names: str) -> None:
    desk = f"desk third root {KEYS['third/root'].text} facts {age('3f')} story {age('3s')}"
    SECOND(w.text("manifest/2", "operator", f"{desk}\noperator")).sign("manifest/2", LOG, *names)


fail("manifest 2 signatures", "the new desk third", lambda w: third_desk(w, "civil/root", "legal/root"))
fail("manifest 2 signatures", "lacks signatures of two", lambda w: third_desk(w, "third/root", "legal/root"))


@plant("FAIL", "manifest 2 signatures", "lines of desk civil changed")
def the_only_desk_loses_its_root(w: World) -> None:
    for version in ("manifest/1", "manifest/2"):
        w.text(version, "desk legal.*\n", "").text(version, "label legal.*\n", "")
        w.text(version, "operator legal.*\n", "").text(version, "operator legal.*\n", "")
    w.text("manifest/2", "Human", "Humane")
    SECOND(w).sign("manifest/1", "civil/root", LOG).sign("manifest/2", LOG)


@plant("FAIL", "manifest 2 signatures", "does not hold")
def a_known_key_that_need_not_sign(w: World) -> None:
    SECOND(w).sign("manifest/2", LOG, "legal/root", "civil/op-1")
    w.replace("ledger/manifest/2", r"(— civil/op-1 \S{9})...", r"\1AAA")


@plant("not checked", "checkpoints/64 log", "holds by some manifests")
def which_log(w: World) -> None:
    w.text("manifest/3", r"log \S+", f"log {KEYS['new log'].text}")
    w.sign("manifest/3", "civil/root", "legal/root", "new log")
    THIRD(w).paths.append("ledger/checkpoints/64")


@plant("FAIL", "checkpoints/256 log", "no signature by the log")
def the_log_of_before(w: World) -> None:
    w.text("manifest/3", r"log \S+", f"log {KEYS['new log'].text}")
    w.sign("manifest/3", "civil/root", "legal/root", "new log")


# --- the published ledger
fail(
    "ledger names",
    "checkpoints/63 is of 64",
    lambda w: w.do(lambda f: f.update({"ledger/checkpoints/63": f["ledger/checkpoints/64"]})),
)
fail(
    "ledger names",
    "manifest/4 is of 3",
    lambda w: w.do(lambda f: f.update({"ledger/manifest/4": f["ledger/manifest/3"]})),
)
missing("ledger names", "not known: more", lambda w: w.put("ledger/more", "x"))
fail(
    "ledger checkpoint",
    "none that can be read",
    lambda w: w.drop("ledger/checkpoint").put("ledger/checkpoints/64", "x"),
)
fail(
    "ledger checkpoint",
    "of size 256, under checkpoints/ 300",
    lambda w: w.do(lambda f: f.update({"ledger/checkpoint": f["ledger/checkpoints/256"]})),
)
fail("ledger checkpoint", "of size 300, under checkpoints/ 256", lambda w: w.drop("ledger/checkpoints/300"))
fail("ledger checkpoint", "later cosignatures", lambda w: w.replace("ledger/checkpoint", "w1.example", "w9.example"))
fail("ledger checkpoint", "later cosignatures", lambda w: w.replace("ledger/checkpoint", f"— {ORIGIN} .*\n", ""))
fail(
    "ledger checkpoint",
    "later cosignatures",
    lambda w: w.replace("ledger/checkpoints/300", r"\n\S{43}=\n", f"\n{ZERO}\n"),
)
missing("ledger tiles", "not known: tile/0/x", lambda w: w.put("ledger/tile/0/x", "x"))
fail("ledger tiles", "tile/2/000.p/1 goes beyond", lambda w: w.put("ledger/tile/2/000.p/1", bytes(32)))
fail("ledger entries", "tile/entries/000 is not here, or holds", lambda w: w.drop("ledger/" + tile("entries", 0, 256)))
fail("ledger tiles", "missing: tile/0/001.p/44", lambda w: w.drop("ledger/" + tile("0", 1, 44)))
fail("ledger tiles", "missing: tile/1/000.p/1", lambda w: w.drop("ledger/" + tile("1", 0, 1)))
fail("ledger tiles", "tile/0/000.p/64 disagrees", lambda w: w.replace("ledger/" + tile("0", 0, 64), r"(?s)\A.", "X"))
fail("ledger tiles", "tile/0/000 disagrees", lambda w: w.replace("ledger/" + tile("0", 0, 256), r"(?s).\Z", ""))
fail("ledger tiles", "tile/1/000.p/1 disagrees", lambda w: w.replace("ledger/" + tile("1", 0, 1), r"(?s).\Z", "X"))
fail(
    "ledger tiles", "tile/entries/001.p/44 dis", lambda w: w.replace("ledger/" + tile("entries", 1, 44), r"(?s)\Z", "X")
)
fail(
    "ledger tiles",
    "tile/0/001.p/50 goes beyond",
    lambda w: w.do(lambda f: f.update({"ledger/tile/0/001.p/50": f["ledger/tile/0/001.p/44"] + bytes(192)})),
)
fail("ledger entries", "holds fewer than 256 entries", lambda w: w.instead.update({5: entry("other", bytes(32))}))
fail("ledger root", "tiles lead to", lambda w: w.text("checkpoint/300", r"\n\S{43}=\n", f"\n{ZERO}\n"))
fail(
    "ledger entries",
    "leaf [21] has the entry",
    lambda w: w.instead.update({21: entry("sealed", sha256(w.opening(20)[1]))}),
)
fail("ledger entries", "no leaf has", lambda w: w.instead.update({64: entry("sealed", sha256(b"x"))}))
missing(
    "documents",
    "not here: plan of leaf 70",
    lambda w: w.drop("store").give("ledger").instead.update({70: entry("plan", sha256(b"x"))}),
)
missing("checkpoints/256 log", "in force at this size is not here", lambda w: w.drop("ledger/manifest/3"))


@plant("FAIL", "documents", "not stand in the order")
def manifests_out_of_order(w: World) -> None:
    made = w.manifests()
    w.instead |= {64: entry("manifest", sha256(made[2])), 200: entry("manifest", sha256(made[1]))}
    w.drop("store")


fail("ledger openings", "1 are of no leaf", lambda w: w.put("ledger/openings/6", w.opening(999)[1]))
fail("ledger openings", "one stands twice", lambda w: w.put("ledger/openings/6", w.opening(299)[1]))
fail(
    "ledger openings",
    "in the order of",
    lambda w: w.do(
        lambda f: f.update({"ledger/openings/1": f["ledger/openings/2"], "ledger/openings/2": f["ledger/openings/1"]})
    ),
)
fail("ledger openings", "a sealed leaf has none", lambda w: w.drop("ledger/openings/2"))
missing("ledger openings", "none here", lambda w: w.drop("ledger/openings/"))
fail("openings/1 read", "of an unknown kind", lambda w: w.replace("ledger/openings/1", "kind cover", "kind stone"))
fail("openings/1 read", "first line is not", lambda w: w.replace("ledger/openings/1", r"\A", "x\n"))
fail("openings/1 read", "expected `facts`", lambda w: w.replace("ledger/openings/1", "facts .*\n", ""))


def other_checkpoint(w: World, size: int, root: str) -> World:
    w.paths.append("other")
    return w.put("other", signed(f"{ORIGIN}\n{size}\n{root}\n", [LOG, W1, W2], seconds("2026-12-09")))


fail("forks", "two roots for size 128, keep both", lambda w: other_checkpoint(w, 128, ZERO))
fail("other consistency", "forked: the first 100", lambda w: other_checkpoint(w, 100, ZERO))
missing("other consistency", "leaves of this size are not here", lambda w: other_checkpoint(w, 400, ZERO))

# --- receipts, promises, openings alone
fail("receipt-10 path", "not below the size", lambda w: w.replace("receipt-10", "index 10", "index 64"))
fail("receipt-10 path", "do not lead", lambda w: w.replace("receipt-10", "index 10", "index 11"))
fail("receipt-10 path", "hashes to spare", lambda w: w.replace("receipt-10", "\n\n", f"\n{ZERO}\n\n"))
fail("receipt-10 path", "too short", lambda w: w.replace("receipt-10", r"(index 10)\n\S+", r"\1"))
fail("receipt-10 read", "expected `index`", lambda w: w.replace("receipt-10", "index", "number"))
fail("receipt-10 read", "expected `extra`", lambda w: w.replace("receipt-10", "extra", "more"))
fail("promise signature", "another ledger", lambda w: w.text("promise", ORIGIN, "other.example/l"))
fail("promise signature", "no signature by the promise key", lambda w: w.sign("promise", LOG))
missing("promise signature", "no manifest", lambda w: w.give("promise"))
missing("promise kept", "no manifest", lambda w: w.give("promise"))


def promised(w: World, commitment: bytes, day: str = "2026-12-03") -> World:
    return w.put("promise", signed(f"evenhand/promise/1\n{ORIGIN}\n{b64(commitment)}\nby {day}\n", [PROMISE]))


def at(w: World, day: str) -> World:
    w.now = float(seconds(day))
    return w


def no_time(w: World) -> World:
    for size in (64, 128, 192, 256, 300):
        w.sign(f"checkpoint/{size}", LOG)
    return w.drop("receipt")


def commitment(w: World, index: int) -> bytes:
    return sha256(w.opening(index)[1])


fail("promise kept", "broken:", lambda w: promised(w, bytes(32)))
fail("promise kept", "broken:", lambda w: promised(w, commitment(w, 201)))
fail("promise kept", "broken:", lambda w: no_time(promised(w, bytes(32))))
missing("promise kept", "not due yet", lambda w: at(promised(w, bytes(32), "2026-12-08"), "2026-12-07"))
missing(
    "promise kept",
    "4 checkpoints have its leaf, none",
    lambda w: (
        promised(w, commitment(w, 101), "2026-12-02")
        .drop("ledger/checkpoints/64", "store", "receipt")
        .give("ledger", "promise")
    ),
)
missing("promise kept", "0 checkpoints have its leaf, none", lambda w: promised(w, bytes(32), "2026-12-08"))
add(
    "ok",
    "promise kept",
    "seen in time",
    lambda w: at(no_time(promised(w, commitment(w, 299), "2026-12-08")), "2026-12-07"),
)
add(
    "ok",
    "promise kept",
    "seen in time",
    lambda w: promised(w, commitment(w, 10), "2026-12-02").give("ledger/manifest/1", "receipt-10", "promise"),
)
fail("openings", "1 are of no leaf", lambda w: w.put("more", w.opening(999)[1]).paths.append("more"))
missing("openings", "the ledger is not here", lambda w: w.put("more", w.opening(9)[1]).give("more"))

# --- releases
Q1, Q2 = "release/2027-Q1", "release/2027-Q2"
fail("2027-Q1 read", "missing: release", lambda w: w.drop(f"ledger/{Q1}/release"))
fail("2027-Q1 read", "not that of its folder", lambda w: w.text(Q1, "name 2027-Q1", "name 2027"))
fail("2027-Q1 read", "a reason stands twice", lambda w: w.text(Q1, "out spam", "out not-a-stop"))
fail("2027-Q1 read", "desks are out of order", lambda w: w.text(Q1, "desk civil\ndesk legal", "desk legal\ndesk civil"))
fail("2027-Q1 read", "without `previous`", lambda w: w.text(Q1, "desk civil", "changed cd 1\ndesk civil"))
fail("2027-Q1 read", "`code` has not the shape", lambda w: w.text(Q1, "0123456789\n", "\n"))
fail("2027-Q1 letters", "another SHA-256", lambda w: w.replace(f"ledger/{Q1}/dispositions", "d", "o"))
fail("2027-Q1 letters", "missing: dispositions", lambda w: w.drop(f"ledger/{Q1}/dispositions"))
fail("2027-Q1 tables", "another SHA-256 than the note", lambda w: w.replace(f"ledger/{Q1}/tables", "counts", "other"))
fail("2027-Q1 tables", "counts.csv has another", lambda w: w.replace(f"ledger/{Q1}/counts.csv", "9", "8"))
fail("2027-Q1 tables", "missing: counts.csv", lambda w: w.drop(f"ledger/{Q1}/counts.csv"))
missing("2027-Q1 tables", "not known: more", lambda w: w.put(f"ledger/{Q1}/more", "x"))
fail("2027-Q1 sums", "the parts add up", lambda w: w.text(Q1, r"pending (\d)", r"pending 1\1"))
fail("2027-Q1 sums", "received and other", lambda w: w.text(Q1, r"other (\d+)", r"other 1\1"))
fail("2027-Q1 letters", "another number of", lambda w: w.text(Q1, r"pending (\d)", r"pending 1\1"))
fail("2027-Q1 signatures", "another ledger", lambda w: w.text(Q1, ORIGIN, "other.example/l"))
fail("2027-Q1 signatures", "the desk third is not", lambda w: w.text(Q1, "desk legal", "desk legal\ndesk third"))
fail("2027-Q1 signatures", "1 operators of desk legal", lambda w: w.sign(Q1, *OPERATORS[:3]))
fail(
    "2027-Q1 signatures",
    "1 operators of desk civil",
    lambda w: w.text("manifest/2", "code,release", "code").sign("manifest/2", "civil/root", "legal/root", LOG),
)
fail(
    "2027-Q1 signatures",
    "needs every desk",
    lambda w: w.text(Q1, "out spam", "out unreadable").text(Q1, "desk legal\n", ""),
)
fail("2027-Q1 root", "another root", lambda w: w.text(Q1, r"tree 128 \S+", f"tree 128 {ZERO}"))
fail("2027-Q1 place", "not after its tree of 160", lambda w: w.text(Q1, "tree 128", "tree 160"))
missing("2027-Q1 place", "the ledger is not here", lambda w: w.give(f"ledger/{Q1}"))
missing("2027-Q1 root", "are not here", lambda w: w.give(f"ledger/{Q1}"))
missing("2027-Q1 kinds", "are not here", lambda w: w.give(f"ledger/{Q1}"))
missing("2027-Q1 previous", "its leaf is not here", lambda w: w.give(f"ledger/{Q1}"))
missing("2027-Q1 kinds", "have no opening here", lambda w: w.drop("ledger/openings/").give("ledger"))
fail("2027-Q2 previous", "not the release whose leaf", lambda w: w.text(Q2, r"(previous \S+) \S+", rf"\1 {ZERO}"))
fail("2027-Q2 previous", "not the release whose leaf", lambda w: w.text(Q2, r"previous .*\n(changed .*\n)*", ""))
missing("2027-Q2 changed", "release before is not here", lambda w: w.give(f"ledger/{Q2}"))
fail("2027-Q2 changed", "has the name 2027-Q1", lambda w: w.text(Q2, "previous 2027-Q1", "previous 2026-Q4"))
fail("2027-Q2 changed", "other changes", lambda w: w.text(Q2, r"changed (..) 1", r"changed \1 2"))
fail("2027-Q2 changed", "other changes", lambda w: w.text(Q2, r"(changed .*\n)", r"\1\1"))


def letters(w: World, change: Callable[[str], str], name: str = Q1) -> World:
    """The dispositions are others, and the note has their digest; the release is then given without its ledger."""
    data = change(w.build()[f"ledger/{name}/dispositions"].decode()).encode()
    w.text(name, r"dispositions \S+", f"dispositions {b64(sha256(data))}")
    return w.put(f"ledger/{name}/dispositions", data)


fail("2027-Q1 letters", "64 a line", lambda w: letters(w, lambda text: text.replace("c\n", "\nc", 1)))
fail("2027-Q1 letters", "129 letters for 128", lambda w: letters(w, lambda text: text + "c\n"))
fail("2027-Q1 letters", "first line is not", lambda w: letters(w, lambda text: text.replace("/1", "/2")))
fail(
    "2027-Q1 letters", "another number of ['c', 'x']", lambda w: letters(w, lambda text: text.replace("/1\nc", "/1\nx"))
)


@plant("FAIL", "2027-Q1 kinds", "no report has another letter")
def a_cover_is_a_duplicate(w: World) -> None:
    def swap(text: str) -> str:
        first, _, rest = text.partition("\n")
        at = rest.replace("\n", "").index("d")
        return f"{first}\nd" + rest[1:].replace("d", "c", 1) if at else text

    letters(w, swap)


@plant("FAIL", "2027-Q1 kinds", "reports, not")
def one_report_more(w: World) -> None:
    w.text(Q1, r"received (\d+)", lambda m: f"received {int(m[1]) + 1}")
    w.text(Q1, r"counted (\d+)", lambda m: f"counted {int(m[1]) + 1}").text(
        Q1, r"other (\d+)", lambda m: f"other {int(m[1]) - 1}"
    )


@plant("FAIL", "2027-Q2 changed", "larger tree, 300")
def a_smaller_tree(w: World) -> None:
    def change(files: dict[str, bytes]) -> None:
        note = files[f"ledger/{Q1}/release"].decode().rpartition("\n\n")[0] + "\n"
        first = signed(re.sub(r"tree 128 \S+", f"tree 300 {ZERO}", note), OPERATORS)
        files["2027-Q1/release"] = first
        note = files[f"ledger/{Q2}/release"].decode().rpartition("\n\n")[0] + "\n"
        files["2027-Q2/release"] = signed(re.sub(r"(previous \S+) \S+", rf"\1 {b64(sha256(first))}", note), OPERATORS)

    w.do(change).give("2027-Q1", "2027-Q2")


def listing(w: World, change: Callable[[str], str]) -> World:
    data = change(w.build()[f"ledger/{Q1}/tables"].decode()).encode()
    w.text(Q1, r"tables \S+", f"tables {b64(sha256(data))}")
    return w.put(f"ledger/{Q1}/tables", data)


EMPTY = hashlib.sha256(b"").hexdigest()
fail("2027-Q1 tables", "names in `tables` are out of order", lambda w: listing(w, lambda text: text + f"{EMPTY}  a\n"))
fail("2027-Q1 tables", "not a line of sha256sum", lambda w: listing(w, lambda text: text.replace("  ", " ")))
fail("2027-Q1 tables", "no LF at the end", lambda w: listing(w, lambda text: text[:-1]))
add("ok", "2027-Q1 tables", "files have", lambda w: listing(w, lambda text: "").drop(f"ledger/{Q1}/counts.csv"))

# --- the folder store
fail("store length", "rows had", lambda w: w.do(lambda f: f.update({"store/rows": f["store/rows"][:-900]})))
fail("store length", "frames had", lambda w: w.do(lambda f: f.update({"store/frames": f["store/frames"][:-9]})))
fail("store length", "not the lines", lambda w: w.replace("store/length", "rows", "row"))
missing("store length", "not here", lambda w: w.drop("store/length"))
missing("store length", "not known: more", lambda w: w.put("store/more", "x"))
fail("store records", "first line", lambda w: w.replace("store/rows", r"\Aevenhand/folder/1", "evenhand/folder/2"))
fail("store records", "is damaged", lambda w: w.replace("store/rows", "lane open", "lane oben"))
fail("store records", "is damaged", lambda w: w.replace("store/rows", "end\n", "End\n"))
fail(
    "store records",
    "is damaged",
    lambda w: w.do(lambda f: f.update({"store/rows": f["store/rows"] + b"record 9"})).replace(
        "store/length", r"rows \d+", "rows 99999999"
    ),
)
missing(
    "store records",
    "a crash cut off",
    lambda w: w.do(lambda f: f.update({"store/rows": f["store/rows"] + b"record 9"})),
)
missing(
    "store records",
    "a crash cut off",
    lambda w: w.do(lambda f: f.update({"store/rows": f["store/rows"] + f["store/rows"][18:200]})),
)
missing(
    "store records",
    "a crash cut off",
    lambda w: w.do(
        lambda f: f.update({"store/rows": f["store/rows"] + f"record 3 {ZERO} {ZERO}\n\0\0\0end\n".encode()})
    ),
)
fail(
    "store records",
    "is damaged",
    lambda w: w.do(lambda f: f.update({"store/rows": f["store/rows"] + f"record 99 {ZERO} {ZERO}\nx\nend\n".encode()})),
)
fail(
    "store records",
    "is damaged",
    lambda w: w.put("store/length", "evenhand/length/1\nrows 0\nframes 0\n").replace(
        "store/rows", "record 3", "record 9"
    ),
)


@plant("FAIL", "store records", "does not follow")
def a_record_is_gone(w: World) -> None:
    def without(files: dict[str, bytes]) -> None:
        bodies = bodies_of(files["store/rows"])
        whole, cut = rows_of(bodies[:9]), rows_of(bodies[:8])
        files["store/rows"] = cut + files["store/rows"][len(whole) :]

    w.do(without).drop("store/length")


fail("store records", "of an unknown kind", lambda w: w.row("shredded", "shredded", "burnt"))
fail("store records", "of an unknown kind", lambda w: w.row("entry", "lane open", "lane fast"))
fail("store records", "not a day", lambda w: w.row("batch", "day .*", "day one"))
fail("store records", "not a day", lambda w: w.row("entry", "day .*", "day one"))
fail("store records", "holds 15 bytes", lambda w: w.row("entry", r"lookup \S+", f"lookup {b64(bytes(15))}"))
fail("store records", "holds 31 bytes", lambda w: w.row("entry", r"about -", f"about {b64(bytes(31))}"))
fail("store records", "no LF", lambda w: w.row("entry", r"(?s)(kind manifest.*)\n\Z", r"\1"))
fail("store records", "no LF", lambda w: w.row("entry", "kind manifest", "kind cover"))
fail("store entries", "stands twice", lambda w: w.rows(lambda b: b.append(b[0])))
fail("store entries", "is not of its opening", lambda w: w.row("entry", r"commitment \S+", f"commitment {ZERO}"))
fail(
    "store entries",
    "not of its opening's kind",
    lambda w: (
        w.row("entry", "lookup(?=.*)", "lookup") and w.row("entry", "^entry\n(.*)\nkind cover", r"entry\n\1\nkind act")
    ),
)
fail("store entries", "has 1 frames", lambda w: w.row("entry", r"(kind cover(?s:.*)frames \d+)", r"\1 7"))
fail("store batches", "number 3 stands where 2", lambda w: w.row("batch", "number 2", "number 3"))
fail("store batches", "2 begins at 63", lambda w: w.row("batch", "first 64", "first 63"))
fail("store batches", "not kept above", lambda w: w.row("batch", r"first 64\n\S+", f"first 64\n{ZERO}"))
fail("store batches", "a second time", lambda w: w.row("batch", r"(first 64\n)(\S+\n)\S+\n", r"\1\2\2"))
fail("store roots", "where no batch ends", lambda w: w.row("root", "size 128", "size 127"))
fail("store roots", "not that of its leaves", lambda w: w.row("root", r"root \S+\n\Z", f"root {ZERO}\n"))
fail("store roots", "two for size 300", lambda w: w.rows(lambda b: b.append(f"root\nsize 300\nroot {ZERO}\n")))
fail(
    "store checkpoints",
    "is not above it",
    lambda w: w.rows(lambda b: b.append(b.pop(next(at for at, each in enumerate(b) if each.startswith("root"))))),
)
fail("store shredding", "no `shred` above", lambda w: w.row("shred", "shred\n", "shredded\n"))
fail("store shredding", "no `entry` above", lambda w: w.row("shred", r"\n\S+\n", f"\n{ZERO}\n"))
fail("store frames", "first line", lambda w: w.replace("store/frames", "frames/1", "frames/2"))
fail("store frames", "missing: frames", lambda w: w.drop("store/frames", "store/length"))
fail("store frames", "do not follow", lambda w: w.row("entry", r"frames \d+ (\d)", r"frames 99 \1"))
fail("store frames", "line of one of", lambda w: w.replace("store/frames", r"frame (\d+) \S+", rf"frame \1 {ZERO}"))
fail("store frames", "cut short", lambda w: w.replace("store/frames", r"(?s)...\Z", "").drop("store/length"))
fail("store frames", "is not zeros", lambda w: w.replace("store/frames", "\0" * 40, "\0" * 39 + "x"))
fail(
    "store frames",
    "not the one that its opening names",
    lambda w: w.replace("store/frames", r"(?s)(frame [^\n]*\n)..", r"\1XX"),
)
missing("store frames", "2 are to go", lambda w: w.rows(lambda b: b.pop()))
missing(
    "store frames",
    "5 bytes at the end",
    lambda w: w.do(lambda f: f.update({"store/frames": f["store/frames"] + b"frame"})),
)


@plant("FAIL", "ledger and", "leaf [1] is another")
def the_store_has_other_leaves(w: World) -> None:
    w.row("batch", r"(first 0\n\S+\n)(\S+\n)(\S+\n)", r"\1\3\2")


@plant("not checked", "store and ledger", "is an old copy")
def the_store_is_of_the_first_day(w: World) -> None:
    def cut(bodies: list[str]) -> None:
        del bodies[next(at for at, each in enumerate(bodies) if each.startswith("checkpoint\n")) + 1 :]

    w.rows(cut)


fail("ledger and", "checkpoints/[64] is gone", lambda w: w.drop("ledger/checkpoints/64"))


# --- what cannot be read
missing("nowhere", "could not be read", lambda w: w.paths.append("nowhere"))
missing("strange", "could not be read", lambda w: w.put("strange", "hello\n").paths.append("strange"))
