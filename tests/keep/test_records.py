"""Records: one way to write each, and a write that a crash cut off is never taken for damage, nor damage for one."""

import hashlib
from datetime import date

import pytest
import stores
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import FormatError
from evenhand.keep import records
from evenhand.keep.records import END, ROWS, Checkpoint, Held, Root, Shred
from evenhand.keep.store import LANES, Batch, Entry

bytes32 = st.binary(min_size=32, max_size=32)
numbers = st.integers(min_value=0, max_value=10**18 - 1)
days = st.dates()
held = st.builds(
    Held,
    st.builds(
        Entry,
        bytes32,
        st.just(stores.told("one")[0].opening),
        st.just("report"),
        st.binary(min_size=16, max_size=16),
        st.none() | bytes32,
        days,
        st.sampled_from(LANES),
    ),
    numbers,
    st.tuples(numbers, numbers),
)
some = (
    held
    | st.builds(Batch, numbers, days, numbers, st.lists(bytes32, max_size=5).map(tuple))
    | st.builds(Root, numbers, bytes32)
    | st.builds(Shred, st.lists(bytes32, max_size=5).map(tuple), st.booleans())
    | st.sampled_from([Checkpoint(b"origin\n3\nroot\n\n\xe2\x80\x94 name c2ln\n"), Checkpoint(b"\n")])
)
MADE = [
    Held(stores.told("one")[0], 18, (14, 14)),
    Batch(1, date(2026, 12, 2), 0, (bytes([1]) * 32, bytes([2]) * 32)),
    Root(2, bytes([3]) * 32),
    Shred((bytes([4]) * 32,), done=False),
]


def chained(*bodies: bytes) -> list[bytes]:
    previous = [records.FIRST, *(hashlib.sha256(body).digest() for body in bodies)]
    return [records.record(body, before) for body, before in zip(bodies, previous, strict=False)]


PARTS = chained(*map(records.body, MADE))
BEFORE = ROWS + b"".join(PARTS[:-1])


def found(data: bytes, known: int = 0) -> int:
    return len(list(records.bodies(data, known)))


@given(some)
def test_writing_then_reading_is_the_identity(record) -> None:
    assert records.read(records.body(record)) == record


@given(some, st.data())
def test_a_body_with_one_byte_changed_is_another_record_or_none(record, data) -> None:
    body = bytearray(records.body(record))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        changed = records.read(bytes(body))
    except FormatError:
        return
    assert changed != record
    assert records.body(changed) == bytes(body)


@given(st.lists(some, max_size=5))
def test_a_chain_is_read_as_it_was_written(made) -> None:
    bodies = [records.body(record) for record in made]
    read = list(records.bodies(ROWS + b"".join(chained(*bodies)), 0))
    assert [body for _, body in read] == bodies


def test_a_last_record_cut_off_anywhere_is_dropped() -> None:
    last = PARTS[-1]
    for cut in range(len(last)):
        assert found(BEFORE + last[:cut], len(BEFORE)) == 3
        # the file has its size, and what follows never reached the disk: one byte of it, or all
        assert found(BEFORE + last[:cut] + bytes(len(last) - cut), len(BEFORE)) == 3
        # or what comes before, up to a sector's border
        assert found(BEFORE + bytes(cut + 1) + last[cut + 1 :], len(BEFORE)) == 3


def test_a_sector_in_the_midst_of_a_long_last_record_that_never_reached_the_disk_is_a_crash() -> None:
    last = chained(
        *map(records.body, MADE), records.body(Shred(tuple(bytes([n]) * 32 for n in range(60)), done=False))
    )[-1]
    for at in range(1, len(last) - 512, 100):
        assert found(BEFORE + PARTS[-1] + last[:at] + bytes(512) + last[at + 512 :]) == 4


def test_no_changed_bit_of_the_last_record_passes_for_a_crash() -> None:
    last = PARTS[-1]
    for bit in range(8 * len(last)):
        changed = bytearray(last)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FormatError, match=r"record 4: its digest does not hold|record 4: does not follow"):
            found(BEFORE + changed, len(BEFORE))


@pytest.mark.parametrize("at", range(3))
def test_zeros_in_a_record_that_others_follow_are_damage_and_take_none_with_them(at: int) -> None:
    changed = [bytes(len(part)) if n == at else part for n, part in enumerate(PARTS)]
    partly = [part[:50] + bytes(20) + part[70:] if n == at else part for n, part in enumerate(PARTS)]
    for parts in (changed, partly):
        with pytest.raises(FormatError, match=f"record {at + 1}: its digest does not hold"):
            found(ROWS + b"".join(parts))


def test_what_was_on_the_disk_before_was_not_cut_off_by_a_crash() -> None:
    data = BEFORE + PARTS[-1]
    with pytest.raises(FormatError, match="record 4: its digest does not hold"):
        found(data[:-1], len(data))


def test_doubled_swapped_and_missing_records_are_told_apart() -> None:
    one, two, three, four = PARTS
    for parts, words in (
        ((one, two, two, three, four), "record 3: .* it stands twice"),
        ((one, two, three, four, four), "record 5: .* it stands twice"),
        ((one, three, two, four), "record 2: .* stands further down; records were swapped"),
        ((two, one, three, four), "record 1: .* stands further down; records were swapped"),
        ((one, three, four), "record 2: .* is missing"),
    ):
        with pytest.raises(FormatError, match=words):
            found(ROWS + b"".join(parts))


@pytest.mark.parametrize("data", [b"", b"evenhand/folder/2\n" + PARTS[0], PARTS[0], ROWS[:-1]])
def test_another_format_is_said(data: bytes) -> None:
    with pytest.raises(FormatError, match="another format"):
        found(data)


@pytest.mark.parametrize("body", [
    b"unknown\n", b"root\nsize 1\n", records.body(MADE[2]) + b"size 1\n",
    b"root\nsize 01\nroot " + b"A" * 43 + b"=\n", records.body(MADE[0]).replace(b"lane open", b"lane fast"),
    records.body(MADE[0]).replace(b"frames 18 ", b"frames  "), records.body(MADE[1])[:-1], b"shred\nAAAA\n", b"",
])  # fmt: skip
def test_a_body_that_no_record_has_is_refused(body: bytes) -> None:
    with pytest.raises(FormatError):
        records.read(body)


def test_frames_past_the_last_row_are_told_by_whose_they_are() -> None:
    one, two = (records.frame_record(bytes([n]) * 32, hashlib.sha256(b"a frame").digest(), b"a frame") for n in (1, 2))
    assert len(records.owners(b"")) == 0
    assert len(records.owners(one + one)) == 1
    assert len(records.owners(one + two[:-3])) == len(records.owners(one + two)) == 2


def test_lengths_are_read_as_they_were_written() -> None:
    assert records.read_lengths(records.lengths_text(18, 10**12)) == (18, 10**12)
    with pytest.raises(FormatError):
        records.read_lengths(records.lengths_text(18, 18) + b"more 1\n")


def test_a_record_ends_with_its_last_line() -> None:
    assert all(part.endswith(b"\n" + END) for part in PARTS)
