"""Opened: every frame is found once, with its content or with why it is closed, by one process or by two."""

from collections.abc import Iterator

import offices
import pytest
from books import Book, age_key, facts_key, story_key

from evenhand.errors import FormatError
from evenhand.keep import frame, seal
from evenhand.keep.opened import AHEAD, AT_ONCE, Closed, Opened, open_frames

DESK = offices.desk("civil-rights")


def sealed(content: bytes, kind: str = "facts", readers: str = DESK.facts) -> frame.Frame:
    return frame.make(kind, content, [readers])


def test_each_frame_is_content_or_says_why_not() -> None:
    facts = frame.facts_text({"a": 1})
    ours = sealed(facts)
    altered = bytearray(ours.bytes)
    altered[-1] ^= 1
    frames = {
        ours.bytes: facts,
        sealed(facts, readers=offices.desk("legal").facts).bytes: Closed.NOT_OURS,
        sealed(b"evenhand/facts/1\n{}{}\n").bytes: Closed.UNREADABLE,
        sealed(b"").bytes: Closed.UNREADABLE,
        b"no frame": Closed.UNREADABLE,
        bytes(altered): Closed.ALTERED,
        sealed(frame.story_text("en", "x"), "story", DESK.story).bytes: Closed.STORY,
    }
    found = open_frames(frames, [facts_key(), story_key()])
    assert list(found.frames.values()) == list(frames.values())
    assert found.readers == {DESK.facts, DESK.story}
    stories = open_frames(frames, [facts_key(), story_key()], stories=True)
    assert list(stories.frames.values()) == [*list(frames.values())[:-1], frame.story_text("en", "x")]


def test_two_processes_find_what_one_does_and_tell_how_far_they_are() -> None:
    batches = 2 * AHEAD + 3
    some = [sealed(frame.facts_text({"n": n}), readers=DESK.facts if n % 3 else DESK.story).bytes for n in range(7)]
    story = sealed(frame.story_text("en", "x"), "story", DESK.story).bytes
    frames = [story, *(some * (AT_ONCE * batches // len(some) + 1))]
    done: list[int] = []
    two = open_frames(iter(frames), [facts_key()], processes=2, told=done.append)
    assert two == open_frames(frames, [facts_key()])
    assert len(two.frames) == len(some) + 1
    assert done == sorted(done)
    assert done[-1] == len(two.frames)


def test_frames_are_taken_no_faster_than_they_are_opened() -> None:
    taken, ahead = 0, [0]

    def frames() -> Iterator[bytes]:
        nonlocal taken
        for n in range(AT_ONCE * AHEAD * 6):
            taken += 1
            yield f"no frame {n}".encode()

    found = open_frames(frames(), [facts_key()], processes=2, told=lambda done: ahead.append(taken - done))
    assert len(found.frames) == taken
    assert max(ahead) <= AT_ONCE * (2 * AHEAD + 1)


def test_no_content_is_in_a_repr() -> None:
    assert "Lake" not in repr(open_frames([sealed(frame.facts_text({"where": "Lake"})).bytes], [facts_key()]))


def test_what_is_no_key_is_said_at_once() -> None:
    with pytest.raises(FormatError, match="no age X25519 identity"):
        open_frames([], ["AGE-SECRET-KEY-1"])


def test_what_was_opened_is_joined_and_thinned() -> None:
    one, two = (open_frames([sealed(frame.facts_text({"n": n})).bytes], [facts_key()]) for n in (1, 2))
    both = one.joined(two)
    assert both.only(two.frames.keys()) == two
    assert Opened().joined(one) == one
    with pytest.raises(ValueError, match="two sets of keys"):
        one.joined(open_frames([sealed(b"").bytes], [story_key()]))


def test_notes_are_opened_with_an_operators_own_key() -> None:
    book = Book()
    book.do("civil-rights/op-1", "disposition", "counted", bytes(32), readers=[seal.recipient_of(age_key("legal", 2))])
    (found,) = book.open(age_key("legal", 2)).frames.values()
    assert isinstance(found, bytes)
