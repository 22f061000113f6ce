"""The same on PostgreSQL: a real one, Debian's, started for these tests."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)
STORE = Path(__file__).with_name("test_store.py")


@pytest.fixture(scope="module")
def server(absent) -> Iterator[str]:
    """The URL of a server on a socket of its own, run by its own user where we are root."""
    if PROGRAMS is None:
        absent("PostgreSQL is absent: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="evenhand-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)

    def run(*command: object, **said: Any) -> None:
        subprocess.run([str(each) for each in command], user=user, check=True, cwd=folder, **said)

    run(PROGRAMS / "initdb", "-D", folder / "data", "-A", "trust", "-U", "dropbox", capture_output=True)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    start = (PROGRAMS / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
    # what it says goes to a file: a pipe that nobody reads would keep this waiting for the server itself
    run(*start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        run(PROGRAMS / "createdb", "-h", folder, "-U", "dropbox", "dropbox", capture_output=True)
        yield f"postgresql://dropbox@/dropbox?host={folder}"
    finally:
        run(PROGRAMS / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_every_test_of_the_store_holds_on_postgresql(server: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(STORE)],
        env={**os.environ, "EVENHAND_DATABASE_URL": server},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert "skipped" not in ran.stdout
