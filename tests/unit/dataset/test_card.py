"""The card says what the data set is, marks what is to be filled in, and is valid."""

from __future__ import annotations

import json

import pytest

from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.dataset import layout
from breastdce.dataset.card import TO_FILL_IN
from tests.unit.dataset.conftest import build


def test_the_description_is_that_of_a_bids_derivative(intact):
    record = json.loads(layout.description(intact).read_text())
    assert record["DatasetType"] == "derivative"
    assert record["GeneratedBy"] == [{"Name": "breastdce", "Version": "0.1.0"}]
    assert record["Recipe"] == {"Name": "ispy1", "Digest": "ab" * 32}
    assert record["License"] == TO_FILL_IN
    assert record["Dates"] == "dropped"


def test_the_readme_has_counts_methods_limits_and_gaps(intact):
    text = layout.readme(intact).read_text()
    assert "| patients | 2 |" in text
    assert "| exams | 3 |" in text
    assert "Images were resampled to 1 mm." in text
    assert f"| `VOI_NONE` | 3 | {CaveatCode.VOI_NONE.meaning} |" in text
    for code in (SeriesCode.DIFFUSION, ExamCode.NO_DCE):
        assert f"| `{code}` | 1 | {code.meaning} |" in text
    assert f"| license | {TO_FILL_IN} |" in text
    assert "| DOI | TO FILL IN |" in text


def test_tables_in_the_readme_have_no_gaps_between_their_lines(intact):
    lines = layout.readme(intact).read_text().split("\n")
    for before, blank, after in zip(lines, lines[1:], lines[2:], strict=False):
        assert not (before.startswith("| `") and blank == "" and after.startswith("| `"))


def test_the_citation_names_the_paper(intact):
    text = layout.citation(intact).read_text()
    assert text.startswith("# Complete")
    assert "cff-version: 1.2.0" in text
    assert "doi: 10.1038/s41597-022-01555-4" in text
    assert TO_FILL_IN in text


def test_equal_content_gives_equal_bytes(intact, tmp_path):
    again = build(tmp_path / "again")
    files = sorted(path.relative_to(intact) for path in intact.rglob("*") if path.is_file())
    assert [
        name for name in files if (intact / name).read_bytes() != (again / name).read_bytes()
    ] == []
    assert len(files) > 50


def test_the_citation_is_yaml_with_the_fields_that_cff_asks_for(intact):
    yaml = pytest.importorskip("yaml")
    record = yaml.safe_load(layout.citation(intact).read_text())
    assert {"cff-version", "message", "title", "authors"} <= record.keys()
    assert record["type"] == "dataset"
    assert record["references"][1]["authors"] == [{"name": "breastdce contributors"}]
    assert record["references"][1]["version"] == "0.1.0"
    assert record["references"][0]["doi"] == "10.1038/s41597-022-01555-4"
