"""Fixtures that every test may use."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # no test measures time: a machine may be busy
settings.load_profile("untimed")

ARCHIVES = ("ucsf_br_06", "duke_153", "dicom_odd")
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def _unpacked(archive: str) -> Path | None:
    """Folder of an archive, unpacked on first use; None where the archive is absent."""
    fallback = Path.home() / ".cache" / "breastdce-test-data"
    cache = Path(os.environ.get("BREASTDCE_TEST_DATA", fallback))
    if (SHARED / f"{archive}.tar.xz").exists():
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / ".lock").open("w") as lock:  # parallel test workers unpack once
            fcntl.flock(lock, fcntl.LOCK_EX)
            command = [sys.executable, str(SHARED / "unpack"), archive]
            subprocess.run(command, check=True, capture_output=True)
    return cache if (cache / archive).is_dir() else None


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """Path of a real exam or reference file by name; skips with the reason where it is absent."""

    def find(name: str) -> Path:
        archive = name.split("/")[0]
        root = _unpacked(archive) if archive in ARCHIVES else SHARED
        if root is None or not (root / name).exists():
            pytest.skip(f"test data {name} is not here (CONTRIBUTING.md, section Test data)")
        return root / name

    return find


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium under Playwright; skips where either is absent."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Makes a disk of so many kB in a folder, or in a new one below the test's."""
    mounted = []

    def make(size_kb: int, folder: Path = tmp_path / "disk") -> Path:
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("there is no mount here")
        if done.returncode:
            pytest.skip("no disk may be mounted here")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)
