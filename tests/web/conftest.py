"""A drop box's database for this process alone: SQLite in a folder, or PostgreSQL by EVENHAND_DATABASE_URL."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
import sites

# settings are read when they are first imported, which the collection of tests does
os.environ["EVENHAND_DROPBOX"] = tempfile.mkdtemp(prefix="evenhand-dropbox-")
os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.web.dropbox.settings"
django.setup()


@pytest.fixture(scope="session")
def migrated() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


@pytest.fixture
def database(migrated: None) -> Iterator[None]:
    from django.core.management import call_command

    yield
    call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="session")
def absent() -> Callable[[str], None]:
    """Skip, with the reason, where a program is not installed; fail in CI, where it is promised to be."""

    def skip(reason: str) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"would skip, and CI must not: {reason}")
        pytest.skip(reason)

    return skip


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared trial; its keyrings are locked with scrypt, a quarter of a minute that is paid once."""
    folder = tmp_path_factory.mktemp("trial") / "box"
    sites.prepared(folder)
    return folder


@pytest.fixture(scope="module")
def server(trial: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sites.Server]:
    """A drop box that runs, in a folder of its own."""
    made = sites.Server(tmp_path_factory.mktemp("dropbox") / "box", sites.free_port())
    shutil.copytree(trial, made.folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser(absent) -> Iterator[Any]:
    """Debian's Chromium; not for longer than a module, since Django's tests do not run beside its event loop."""
    if not Path(sites.CHROMIUM).exists():
        absent("chromium is absent: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=sites.CHROMIUM, args=sites.FLAGS)
        yield made
        made.close()
