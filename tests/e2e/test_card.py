"""Their makers' validators accept the card of the demo cohort."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from breastdce.cli.main import main
from tests.e2e.conftest import digests, rows

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
BIN = Path(sys.executable).parent
LOAD = """
import json, sys, mlcroissant
data = mlcroissant.Dataset(jsonld=sys.argv[1])
names = [one.uuid for one in data.metadata.record_sets]
print(json.dumps({name: len(list(data.records(name))) for name in names}))
"""
WORDS = """
license = "CC-BY-4.0"
doi = "10.1234/example"
version = "1.0.0"
year = 2030
[[authors]]
name = "Example Consortium"
"""


def call(command: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which(command, path=str(BIN))
    if program is None:
        pytest.skip(f"{command} is not installed")
    return subprocess.run([program, *words], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def published(demo, tmp_path_factory) -> Path:
    """The demo's data set with the publisher's words."""
    out = tmp_path_factory.mktemp("published") / "dataset"
    shutil.copytree(demo, out)
    (out / "dataset.toml").write_text(WORDS, encoding="utf-8")
    assert main(["report", str(out)]) == 0
    return out


def test_frictionless_finds_every_table_valid(demo):
    done = call("frictionless", "validate", "--json", "datapackage.json", cwd=demo)
    assert done.returncode == 0, done.stdout[-2000:]
    report = json.loads(done.stdout)
    read = {task["place"]: task["stats"].get("rows", 0) for task in report["tasks"]}
    assert report["valid"]
    tables = [path for path in demo.rglob("*.tsv") if ".breastdce" not in path.parts]
    assert read == {path.relative_to(demo).as_posix(): len(rows(path)) for path in tables}


def test_mlcroissant_finds_no_error_and_what_only_the_publisher_knows(demo):
    done = call("mlcroissant", "validate", "--jsonld", "croissant.json", cwd=demo)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "4 warning(s)" in done.stderr
    for key in ("citeAs", "datePublished", "license", "version"):
        assert f'/{key}" is recommended' in done.stderr


def test_mlcroissant_has_nothing_to_say_where_the_publisher_has_spoken(published):
    done = call("mlcroissant", "validate", "--jsonld", "croissant.json", cwd=published)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "warning" not in done.stderr


def test_mlcroissant_loads_every_row(demo):
    pytest.importorskip("mlcroissant")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOAD, "croissant.json"],
        cwd=demo,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    for name in ("participants", "exams", "exclusions", "deidentification", "dictionary"):
        assert found[name] == len(rows(demo / f"{name}.tsv"))
    assert found["captk"] == len(rows(demo / "features" / "captk.tsv"))
    own = demo.glob("sub-*/ses-*/features/*_ftv-sensitivity.tsv")
    assert found["ftv-sensitivity"] == sum(len(rows(path)) for path in own)


def test_bids_knows_what_is_its_own_and_misses_names_alone(demo):
    words = ("--format", "json", "--datasetTypes", "derivative", ".")
    done = call("bids-validator-deno", *words, cwd=demo)
    issues = json.loads(done.stdout)["issues"]["issues"]
    errors = {one["code"] for one in issues if one["severity"] == "error"}
    assert errors == {"NOT_INCLUDED", "SIDECAR_WITHOUT_DATAFILE", "EXTENSION_MISMATCH"}
    wrong = {one["location"] for one in issues if one["severity"] == "error"}
    known = {"dataset_description.json", "README.md", "CITATION.cff", "participants.tsv"}
    assert not wrong & {f"/{name}" for name in (*known, "participants.json")}


def test_the_report_changes_no_byte(published):
    before = digests(published)
    assert main(["report", str(published)]) == 0
    assert digests(published) == before
