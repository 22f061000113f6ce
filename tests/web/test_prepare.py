"""Prepare: a real drop box as docs/deploy.md sets it up, its keys made elsewhere."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from sites import Server, free_port


def run(folder: Path, *said: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "evenhand.cli", "serve", "dropbox", "--folder", folder, *said]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def test_a_server_with_its_own_keys_takes_in_a_manifest_and_is_no_trial(trial: Path, tmp_path: Path) -> None:
    folder = tmp_path / "real"
    (folder / "keys").mkdir(parents=True)
    for name in ("log.key", "promise.key"):
        shutil.copy(trial / "keys" / name, folder / "keys" / name)
    without = run(folder, "--port", free_port())
    assert without.returncode == 1
    assert "--publish --document manifest-1" in without.stderr
    done = run(folder, "--publish", "--document", trial / "trial/manifest-1")
    assert done.returncode == 0, done.stderr
    server = Server(folder, free_port())
    server.start()
    try:
        assert b"This is a trial" not in server.get("/en/start")[2]
        assert b"Trial office two (legal help)" in server.get("/en/start")[2]
    finally:
        server.stop(signal.SIGTERM)
