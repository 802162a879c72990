"""Fixtures that every test may use."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ARCHIVES = ("ucsf_br_06", "duke_153", "dicom_odd")
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
