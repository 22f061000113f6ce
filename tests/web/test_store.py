"""The drop box's store does what every store does (tests/keep/test_store.py), on a real database."""

import importlib.util
from pathlib import Path

import pytest
import stores

from evenhand.keep.store import Batch
from evenhand.web.dropbox import models
from evenhand.web.dropbox.store import DatabaseStore

EVERY_STORE = Path(__file__).resolve().parents[1] / "keep" / "test_store.py"
_SPEC = importlib.util.spec_from_file_location("every_store", EVERY_STORE)
assert _SPEC is not None
assert _SPEC.loader is not None
_MADE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MADE)
# what holds for every store, with the fixture `store` of this file
globals().update({name: made for name, made in vars(_MADE).items() if name.startswith("test_")})


@pytest.fixture
def store(database) -> DatabaseStore:
    return DatabaseStore()


def test_a_shredded_frame_is_in_no_row_and_in_no_file_of_the_database(store, tmp_path: Path) -> None:
    from django.db import connection

    entry, frames = stores.told("canary")
    store.keep(entry, frames)
    assert models.Frame.objects.filter(data=frames[1]).exists()
    store.shred(stores.digests("canary"))
    assert store.frames(entry.commitment) == (None, None)
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        for path in name.parent.glob(f"{name.name}*"):
            assert b"story of canary" not in path.read_bytes(), path


def test_two_threads_that_keep_at_once_lose_nothing(store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def keep(n: int) -> None:
        store.keep(*stores.told(f"thread {n}"))
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(40)))
    waiting = store.waiting()
    assert len(waiting) == 40
    assert sorted(models.Entry.objects.values_list("arrived", flat=True)) == list(range(40))
    store.number(Batch(1, waiting[0].day, 0, tuple(entry.commitment for entry in waiting)))
    assert [entry.index for entry in store.entries()] == list(range(40))
