"""A small exam on disk, and the program as a process of its own."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="session")
def load():
    """Scripts of the campaign; they import each other by name, as they do when they are run."""
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="session")
def recipe(load) -> Path:
    """The shipped recipe with 4 mm voxels, which takes less time."""
    return load("hostile_run").coarse_recipe()


@pytest.fixture(scope="session")
def clean(load, tmp_path_factory) -> Path:
    """A phantom with three phases of twelve slices; not to be written to."""
    scenes, folder = load("hostile_scenes"), tmp_path_factory.mktemp("clean")
    scenes.write_files(folder, scenes.phantom_files("ge"))
    return folder


def breastdce(*words: object, **options) -> subprocess.CompletedProcess[str]:
    """Run a command line; a traceback is never an answer."""
    command = [sys.executable, "-m", "breastdce", *map(str, words)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=300, **options
    )
    assert "Traceback" not in done.stderr
    return done
