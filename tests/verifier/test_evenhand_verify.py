"""The verifier, held to a ledger that nothing of evenhand made: what is right passes, each planted fault is named."""

import ast
import io
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from builder import World
from plants import PLANTS

HERE = Path(__file__).resolve().parent
HOUSE = HERE.parents[1]
SOURCE = HOUSE / "verifier" / "evenhand_verify.py"
Line = tuple[str, str, str]
Outcome = tuple[int, list[Line]]


class Verifier:
    """The file, or a changed copy of it, run in this process."""

    def __init__(self, tree: ast.Module) -> None:
        self.names: dict[str, Any] = {"__name__": "evenhand_verify"}
        exec(compile(tree, str(SOURCE), "exec"), self.names)
        self.limit = self.names["LIMIT"]

    def __call__(self, arguments: list[str], now: float) -> tuple[int, list[str]]:
        out = io.StringIO()
        with redirect_stdout(out):
            code = self.names["main"](arguments, now)
        return code, out.getvalue().splitlines()

    def judge(self, written: "Written") -> Outcome:
        """What it says of a world that lies on the disk."""
        self.names["LIMIT"] = written.limit or self.limit
        code, lines = self(written.arguments, written.now)
        return code, [told(line.replace(f"{written.folder}/", "")) for line in lines]


class Written:
    """A world after a change, on the disk."""

    def __init__(self, change: Callable[[World], object], folder: Path) -> None:
        world = World()
        change(world)
        self.folder, self.arguments, self.now, self.limit = folder, world.write(folder), world.now, world.limit


def told(line: str) -> Line:
    what, why = line[13:].split(": ", 1)
    return line[:11].rstrip(), what, why


VERIFIER = Verifier(ast.parse(SOURCE.read_text()))


class Found(NamedTuple):
    """A planted fault on the disk, what is said of it, and which lines of the verifier had a part in that."""

    written: Written
    outcome: Outcome
    lines: set[int]


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    """All planted faults; last, the world without one."""
    watched = Verifier(ast.parse(SOURCE.read_text()))
    lines: set[int] = set()

    def watch(function: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except Exception:
                frame = sys._getframe(1)
                while frame.f_code.co_filename == str(SOURCE) and frame.f_back:
                    lines.add(frame.f_lineno)
                    frame = frame.f_back
                raise

        return watching

    for name in CALLS:
        watched.names[name] = watch(watched.names[name])
    found = []
    for number, change in enumerate([*(change for _, change, _, _, _ in PLANTS), nothing]):
        written = Written(change, tmp_path_factory.mktemp("plants", numbered=True) / str(number))
        lines.clear()
        found.append(Found(written, watched.judge(written), set(lines)))
    return found


def nothing(world: World) -> None:
    """The world as it should be."""


# --- what is right
def test_it_is_one_file_under_800_lines_that_knows_nothing_of_evenhand() -> None:
    assert len(SOURCE.read_text().splitlines()) < 800
    tree = ast.parse(SOURCE.read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names} == {
        "cryptography.exceptions",
        "cryptography.hazmat.primitives.asymmetric.ed25519",
    }


def test_a_world_without_fault_passes_every_check(tmp_path: Path) -> None:
    code, lines = VERIFIER.judge(Written(nothing, tmp_path))
    assert code == 0
    assert {word for word, _, _ in lines} == {"ok"}
    checks = {what.rpartition(" ")[2] for _, what, _ in lines}
    assert checks >= {"entries", "tiles", "root", "openings", "forks", "log", "quorum", "consistency", "chain"}
    assert checks >= {"signatures", "documents", "path", "kept", "sums", "letters", "tables", "place", "kinds"}
    assert checks >= {"previous", "changed", "length", "records", "batches", "roots", "shredding", "frames"}


def test_a_plain_ledger_of_one_batch_passes(tmp_path: Path) -> None:
    world = World(sizes=[64], plain=True)
    code, lines = VERIFIER(world.give("ledger", "store", "receipt-10").write(tmp_path), world.now)
    assert code == 0
    assert all(line.startswith("ok ") for line in lines)


def test_what_a_killed_run_left_half_written_is_passed_over(tmp_path: Path) -> None:
    world = World()
    for name in (
        "ledger/.checkpoint.new",
        "ledger/checkpoints/.300.new",
        "ledger/tile/0/.000.new",
        "store/.length.new",
    ):
        world.put(name, "half")
    code, lines = VERIFIER(world.write(tmp_path), world.now)
    assert code == 0
    assert all(line.startswith("ok ") for line in lines)


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    arguments = World().drop("promise").give("ledger", "nowhere").write(tmp_path)
    done = subprocess.run([sys.executable, str(SOURCE), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not checked" in done.stdout
    assert not done.stderr


def test_the_example_of_the_pages_passes(tmp_path: Path) -> None:
    """The receipt of docs/formats/receipt.md, made by another program, under a manifest that has its keys."""
    pages = "\n".join((HOUSE / "docs" / "formats" / page).read_text() for page in ("receipt.md", "note.md"))
    vector = json.loads((HERE / "vault.json").read_text())
    assert vector["log_line"].strip() in pages
    shutil.copy(HERE / "receipt.tlog-proof", tmp_path / "receipt")
    (tmp_path / "promise").write_text(vector["promise"])
    world = World().text("manifest/1", r"log \S+", f"log {vector['log']}")
    world.text("manifest/1", r"promise \S+", f"promise {vector['promise_key']}")
    world.text("manifest/1", r"witness \S+", f"witness {vector['witness']}")
    (tmp_path / "manifest").write_bytes(world.manifests()[0])
    code, lines = VERIFIER([str(tmp_path / name) for name in ("receipt", "promise", "manifest")], 0)
    said = {line[13:].replace(f"{tmp_path}/", "").split(":")[0]: line[:11].rstrip() for line in lines}
    # the log of the example has not signed this manifest, which is all that is wrong
    assert said["receipt path"] == "ok"
    assert said["manifest 1 signatures"] == "FAIL"
    assert code == 1


# --- planted faults
@pytest.mark.parametrize("at", range(len(PLANTS)), ids=[f"{at} {plant[0]}" for at, plant in enumerate(PLANTS)])
def test_a_planted_fault_is_named(at: int, faults: list[Found]) -> None:
    _, _, word, check, words = PLANTS[at]
    code, lines = faults[at].outcome
    assert [line for line in lines if line[0] == word and check in line[1] and words in line[2]], lines
    failed = any(line[0] == "FAIL" for line in lines)
    assert code == (1 if failed else 2 if any("could not be read" in line[2] for line in lines) else 0)


def test_at_least_45_faults_are_planted() -> None:
    assert sum(word == "FAIL" for _, _, word, _, _ in PLANTS) >= 45


def test_what_a_file_is_called_cannot_forge_a_line(tmp_path: Path) -> None:
    (tmp_path / "x\nok           all").write_text("hello\n")
    code, lines = VERIFIER([str(tmp_path / "x\nok           all")], 0)
    assert (code, len(lines)) == (2, 1)
    assert lines[0].startswith("not checked")


# --- flipped bits
LEDGER = ("ledger/checkpoint", "ledger/checkpoints/64", "ledger/tile/0/000.p/64", "ledger/tile/entries/000.p/64")
LEDGER += ("ledger/openings/1",)
STORE = ("store/rows", "store/frames")


def flips(folder: Path, names: tuple[str, ...], bits: Callable[[int], Iterable[int]]) -> list[str]:
    """The bits that may be flipped without a FAIL, in 64 leaves; `bits` chooses them for a file of so many bytes."""
    World(sizes=[64], plain=True).write(folder)
    missed = []
    for name in names:
        # a store is checked beside nothing, a ledger beside nothing: as fast as can be
        place, arguments = folder / name, [str(folder / name.split("/")[0])]
        right = place.read_bytes()
        for bit in bits(len(right)):
            wrong = bytearray(right)
            wrong[bit // 8] ^= 1 << bit % 8
            place.write_bytes(wrong)
            code, _ = VERIFIER(arguments, 0)
            missed += [f"{name}, bit {bit}"] if code != 1 else []
        place.write_bytes(right)
    return missed


def test_flipped_bits_are_found(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    draw = random.Random(seed)
    # 100 bits of each file, others each time; the nightly run has the rest
    assert not flips(tmp_path, LEDGER + STORE, lambda size: draw.sample(range(8 * size), 100)), f"seed {seed}"


@pytest.mark.nightly
def test_every_flipped_bit_of_a_ledger_is_found(tmp_path: Path) -> None:
    assert not flips(tmp_path, LEDGER, lambda size: range(8 * size))


@pytest.mark.nightly
def test_a_flipped_bit_in_any_byte_of_a_store_is_found(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    draw = random.Random(seed)
    assert not flips(tmp_path, STORE, lambda size: (8 * at + draw.randrange(8) for at in range(size))), f"seed {seed}"


def test_nothing_makes_it_fall_over(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    draw, written = random.Random(seed), Written(nothing, tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size]
    for _ in range(50):
        place = draw.choice(files)
        right, start, other = place.read_bytes(), draw.random(), draw.choice(files).read_bytes()
        at, piece = int(start * len(right)), draw.choice((b"", b"\n", b"\n\n", b" ", b"9" * 20, b"\0\0", other[-99:]))
        place.write_bytes(right[:at] + piece + right[at + draw.choice((0, 1, 44)) :])
        code, _ = VERIFIER.judge(written)
        assert code in (0, 1, 2), f"seed {seed}, {place}"
        place.write_bytes(right)


# --- no check is idle
CALLS = ("hold", "need", "match", "unbase64", "due_on")


def checks(tree: ast.Module) -> list[ast.stmt]:
    """Each statement that is a check: a claim, a part read for its form alone, a block that says a line, a raise."""
    found: list[ast.stmt] = []
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name in (*CALLS, "check_tiles", "check_frames"):
                found.append(node)
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="judge" | "tables" | "signers"))):
                found.append(node)
            case ast.Expr(value=ast.Yield(value=ast.Tuple())) | ast.Raise(exc=ast.Call()):
                found.append(node)
            case ast.With() if ".check(" in ast.unparse(node.items[0]):
                found.append(node)
            case _:
                pass
    return found


def without(number: int) -> tuple[str, set[int], set[str], Verifier]:
    """The verifier with one check replaced by nothing; what it was, its lines, and the words in it."""
    tree = ast.parse(SOURCE.read_text())
    gone = checks(tree)[number]

    class Remove(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return ast.copy_location(ast.Pass(), node) if node is gone else self.generic_visit(node)

    texts = {
        str(node.value) for node in ast.walk(gone) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    lines = set(range(gone.lineno, (gone.end_lineno or gone.lineno) + 1))
    return f"line {gone.lineno}: {ast.unparse(gone)[:90]}", lines, texts, Verifier(Remove().visit(tree))


def idle(numbers: Iterable[int], faults: list[Found]) -> list[str]:
    """Checks of which nobody notices that they are gone: all planted faults are reported the same without them."""
    idle_ones = []
    for number in numbers:
        what, lines, texts, verifier = without(number)
        long = [text for text in texts if len(text) > 6]

        def far(fault: Found, lines: set[int] = lines, long: list[str] = long) -> bool:
            return not (lines & fault.lines or any(text in why for _, _, why in fault.outcome[1] for text in long))

        # faults that this check had a part in come first: one that is noticed ends the search
        if not any(differs(verifier, fault) for fault in sorted(faults, key=far)):
            idle_ones.append(what)
    return idle_ones


def differs(verifier: Verifier, fault: Found) -> bool:
    try:
        return verifier.judge(fault.written) != fault.outcome
    except Exception:  # noqa: BLE001 (a verifier without one of its checks may fall over: that is noticed)
        return True


def test_no_check_is_idle(faults: list[Found]) -> None:
    count = len(checks(ast.parse(SOURCE.read_text())))
    seed = random.randrange(1 << 32)
    # one in six, others each time; all of them in the nightly run
    assert not idle(random.Random(seed).sample(range(count), count // 6), faults), f"seed {seed}"


@pytest.mark.nightly
def test_no_check_at_all_is_idle(faults: list[Found]) -> None:
    count = len(checks(ast.parse(SOURCE.read_text())))
    assert count > 100
    assert not idle(range(count), faults)


# --- time
@pytest.mark.nightly
def test_100_000_leaves_are_verified_in_a_minute(tmp_path: Path) -> None:
    world = World(sizes=[*range(64, 100_000, 64), 100_000])
    arguments = world.give("ledger").write(tmp_path)
    start = time.perf_counter()
    code, _ = VERIFIER(arguments, world.now)
    assert code == 0
    assert time.perf_counter() - start < 60
