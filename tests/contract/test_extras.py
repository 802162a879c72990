"""A command that needs an extra says so in one line; the table of extras is the one declared."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLosslessSV1

from breastdce import __version__
from breastdce.cli.main import main
from breastdce.core.codes import FileCode
from breastdce.core.extras import CORE, EXTRAS, how_to_install
from tests.unit.formats.dicom.made import dataset, write

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_FOR_USERS = {"build", "dev", "docs"}
_BLIND = """
import sys
from importlib.machinery import PathFinder

class Blind(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in {hidden!r} else super().find_spec(name, path, target)

    @classmethod
    def find_distributions(cls, context):
        return () if context.name in {hidden!r} else super().find_distributions(context)

sys.meta_path[:] = [Blind if finder is PathFinder else finder for finder in sys.meta_path]
"""


def declared(requirements) -> set[str]:
    return {re.split(r"[\s>=<;\[]", one)[0] for one in requirements}


def test_the_table_holds_what_is_declared():
    optional = PROJECT["optional-dependencies"]
    assert set(EXTRAS) == set(optional) - NOT_FOR_USERS
    for name, extra in EXTRAS.items():
        assert set(extra.packages) == declared(optional[name])
    assert set(CORE) == declared(PROJECT["dependencies"])


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_extra_is_explained(extra):
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert f"| `{extra}` |" in page
    assert f"`'breastdce[{extra}]'` |" in page


def test_a_python_without_wheels_is_not_told_to_install_them():
    assert how_to_install("dicom-seg", (3, 13)).endswith("pip install 'breastdce[dicom-seg]'.")
    assert how_to_install("dicom-seg", (3, 14)).startswith("Use Python 3.13 or older")
    marked = PROJECT["optional-dependencies"]["dicom-seg"][0].partition(";")[2]
    assert marked.strip() == "python_version < '3.14'"


def call_without(hidden: list[str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program in an interpreter that finds nothing of these names."""
    site = folder / "blocked"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_BLIND.format(hidden=hidden), encoding="utf-8")
    paths = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PATH": "/nowhere"}
    command = [sys.executable, "-m", "breastdce", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=folder
    )


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("cluster", "demo OUT --scheduler tcp://127.0.0.1:1"),
        ("cluster", "run IN OUT --scheduler tcp://127.0.0.1:1"),
        ("dicom-seg", "export OUT DEST --to dicom-seg --dicom IN"),
        ("fetch", "fetch ispy1 DEST"),
        ("register", "run IN OUT --recipe best"),
        ("segment", "run IN OUT --model BUNDLE"),
        ("segment", "segment info BUNDLE"),
        ("segment", "segment train OUT"),
        ("segment", "segment predict BUNDLE OUT --out DEST"),
        ("segment", "segment import-nnunet FOLDER BUNDLE"),
        ("web", "review OUT"),
    ],
)
def test_without_the_extra_one_line_names_it_and_nothing_is_written(extra, words, tmp_path):
    (tmp_path / "IN").mkdir()
    packages = EXTRAS[extra].packages
    done = call_without([*packages, *packages.values()], tmp_path, *words.split())
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {EXTRAS[extra].need}") or extra == "register"
    assert next(iter(EXTRAS[extra].packages)) in line
    assert f"Install the extra: pip install 'breastdce[{extra}]'." in line
    assert line.endswith("[ENGINE_MISSING]")
    assert {path.name for path in tmp_path.iterdir()} == {"IN", "blocked"}


def compressed(folder: Path) -> None:
    """An MR slice as JPEG, lossless; what its pixels are, no scan asks."""
    data = dataset()
    data.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    data.PixelData = encapsulate([b"\xff\xd8 no picture \xff\xd9"])
    data["PixelData"].is_undefined_length = True
    write(folder / "a", data)


@pytest.mark.parametrize("words", [["scan", "IN"], ["run", "IN", "OUT"]])
def test_compressed_files_name_the_extra_that_reads_them(words, tmp_path):
    (tmp_path / "IN").mkdir()
    compressed(tmp_path / "IN")
    done = call_without(["gdcm", "openjpeg", "pylibjpeg", "pyjpegls"], tmp_path, *words)
    assert done.returncode == (0 if words[0] == "scan" else 1)
    lines = [line for line in done.stdout.splitlines() if how_to_install("codecs") in line]
    assert len(lines) == 1
    assert "1 CODEC_MISSING" in done.stdout or "1 file  CODEC_MISSING" in done.stdout


def test_the_code_of_compressed_files_says_what_the_table_says():
    assert FileCode.CODEC_MISSING.remedy == how_to_install("codecs", (3, 11))


def test_the_installation_is_told_without_loading_it(tmp_path):
    told = call_without(["itk", "itk-elastix"], tmp_path, "--version", "--json")
    found = json.loads(told.stdout)
    assert found["breastdce"] == __version__
    assert set(found["engines"]) == set(CORE)
    assert found["engines"]["numpy"] == version("numpy")
    assert set(found["extras"]) == set(EXTRAS)
    assert found["extras"]["register"] == {
        "installed": False,
        "packages": {"itk-elastix": None},
        "remedy": "Install the extra: pip install 'breastdce[register]'.",
    }


def test_the_installation_is_told_in_words(capsys):
    assert main(["--version", "--verbose"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"breastdce {__version__}"
    assert f"  numpy         {version('numpy')}" in lines
    assert any(line.startswith("  codecs        ") for line in lines)
