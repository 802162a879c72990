"""What is built holds what belongs in it, runs, and has one version."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
import yaml

from breastdce import __version__

ROOT = Path(__file__).parents[2]
VENDORED = "breastdce/web/static/vendor/"


def build(target: str, folder: Path) -> Path:
    """Build as `make wheel` does."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def tracked(folder: str) -> set[str]:
    """Files below a folder that git knows or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return {name for name in done.stdout.splitlines() if (ROOT / name).exists()}


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith(VENDORED)}
    metadata = {name for name in names if ".dist-info/" in name}
    assert {name.partition("/")[2] for name in metadata} == {
        *("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }
    assert names - metadata == {name.removeprefix("src/") for name in tracked("src")}


def test_the_wheel_is_for_every_machine_and_small(wheel):
    assert wheel.name == f"breastdce-{__version__}-py3-none-any.whl"
    assert wheel.stat().st_size < 5_000_000


def test_the_unpacked_wheel_runs_and_says_its_version(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202 - we have just made it
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    code = "import breastdce, runpy, sys; print(breastdce.__file__); runpy.run_module('breastdce')"
    command = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    where, words = done.stdout.splitlines()
    assert Path(where) == tmp_path / "breastdce" / "__init__.py"
    assert words == f"breastdce {__version__}"


def test_the_source_archive_holds_what_is_listed_and_no_results(tmp_path):
    path = build("sdist", tmp_path)
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {name.partition("/")[0] for name in names} == {
        *("src", "docs", "README.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE"),
        *("PKG-INFO", "pyproject.toml", ".gitignore"),
    }
    assert {n for n in names if n.startswith(("src/", "docs/")) and VENDORED not in n} == {
        *tracked("src"),
        *tracked("docs"),
    }
    assert path.stat().st_size < 5_000_000


def test_the_version_is_one(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = f"breastdce-{__version__}.dist-info/METADATA"
        metadata = message_from_string(archive.read(name).decode())
    assert metadata["Version"] == __version__
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__


def test_no_other_file_of_ours_states_a_version_of_its_own():
    """Provenance and segmentations take the number from the package, not from a copy of it."""
    stated = re.compile(rf"[\"']{re.escape(__version__)}[\"']")
    found = [
        name
        for name in tracked("src")
        if name.endswith((".py", ".toml", ".jinja", ".html", ".js"))
        and stated.search((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert found == ["src/breastdce/__init__.py"]
