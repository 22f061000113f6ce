"""Prepare: a real drop box as docs/deploy.md sets it up, its keys made elsewhere."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import zxingcpp
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


def test_a_fault_in_the_notices_is_told_before_the_server_starts(trial: Path, tmp_path: Path) -> None:
    folder = tmp_path / "box"
    shutil.copytree(trial, folder)
    (folder / "notices.toml").write_text("[[talks]]\n", encoding="utf-8")
    done = run(folder, "--port", free_port())
    assert done.returncode == 1
    assert "expected talk, young, complain, deadline" in done.stderr
    assert "Traceback" not in done.stderr


def read_by_a_camera(page: Any) -> str:
    """What another library (zxing) reads in the picture that the browser draws of the sheet's code."""
    grey = page.evaluate("""async () => {
        const drawn = document.querySelector(".way svg"), image = new Image(), size = 400;
        image.src = "data:image/svg+xml," + encodeURIComponent(new XMLSerializer().serializeToString(drawn));
        await image.decode();
        const on = new OffscreenCanvas(size, size).getContext("2d");
        on.fillStyle = "white";
        on.fillRect(0, 0, size, size);
        on.drawImage(image, 0, 0, size, size);
        return Array.from(on.getImageData(0, 0, size, size).data).filter((_, at) => at % 4 === 0);
    }""")
    (found,) = zxingcpp.read_barcodes(np.array(grey, dtype=np.uint8).reshape(400, 400))
    return str(found.text)


def test_a_poster_tells_its_address_in_words_and_in_a_code_that_a_camera_reads(
    trial: Path, tmp_path: Path, browser: Any
) -> None:
    made = tmp_path / "poster.html"
    done = run(trial, "--poster", "https://report.example.org", "--to", made)
    assert done.returncode == 0, done.stderr
    page = browser.new_page(viewport={"width": 816, "height": 1056})
    page.goto(made.as_uri())
    assert "report.example.org" in page.inner_text(".address")
    assert "Trial office one (civil rights)" in page.inner_text(".who")
    assert page.pdf(format="Letter").count(b"/Type /Page\n") == 1
    assert read_by_a_camera(page) == "https://report.example.org"
    for wrong in ("http://report.example.org", "report.example.org", "https://report.example.org/en/start"):
        refused = run(trial, "--poster", wrong, "--to", tmp_path / "other.html")
        assert refused.returncode == 1
        assert "https://" in refused.stderr
