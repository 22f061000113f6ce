"""A drop box's database for this process alone: SQLite in a folder, or PostgreSQL by EVENHAND_DATABASE_URL."""

import os
import tempfile
from collections.abc import Callable, Iterator

import django
import pytest

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
