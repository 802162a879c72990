"""The card says what the data set is, marks what is to be filled in, and keeps what was."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.dataset import layout
from breastdce.dataset.card import TO_FILL_IN, edited_files, read_origin
from breastdce.dataset.validate import validate
from tests.unit.dataset.conftest import EXAMS, ORIGIN, build, renew_card

WORDS = """
title = "Example | trial"
description = "Women with breast cancer."
version = "1.2.0"
year = 2030
license = "CC-BY-4.0"
doi = "10.1234/example"
keywords = ["breast MRI"]
ethics = ["Approved by the committee of Example University."]
funding = ["Grant 1"]
acknowledgements = "We thank the participants."
notes = "Ask us *anything*."

[contact]
name = "Example Group"
email = "data@example.org"

[[authors]]
family_names = "Example"
given_names = "Ada"
orcid = "0000-0002-1825-0097"

[[authors]]
name = "Example Consortium"

[[sources]]
name = "Example collection"
doi = "10.1234/source"
"""


@pytest.fixture
def published(dataset: Path) -> Path:
    """A data set whose publisher has filled in everything."""
    layout.publication(dataset).write_text(WORDS, encoding="utf-8")
    renew_card(dataset)
    return dataset


def said(root: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(layout.description(root).read_text())
    return record


def cited(root: Path) -> dict[str, Any]:
    record: dict[str, Any] = yaml.safe_load(layout.citation(root).read_text())
    return record


def test_the_description_is_that_of_a_bids_derivative(intact):
    record = said(intact)
    assert record["DatasetType"] == "derivative"
    assert record["GeneratedBy"] == [{"Name": "breastdce", "Version": "0.1.0"}]
    assert record["Recipe"] == {"Name": "ispy1", "Digest": "ab" * 32}
    assert record["Dates"] == "dropped"
    assert TO_FILL_IN not in layout.description(intact).read_text()


def test_the_readme_has_counts_methods_limits_and_gaps(intact):
    text = layout.readme(intact).read_text()
    assert "| patients | 2 |" in text
    assert "| exams | 3 |" in text
    assert "| exams on GE, 1.5 T | 3 |" in text
    assert "Images were resampled to 1 mm." in text
    assert f"| `VOI_NONE` | 3 | {CaveatCode.VOI_NONE.meaning} |" in text
    for code in (SeriesCode.DIFFUSION, ExamCode.NO_DCE):
        assert f"| `{code}` | 1 | {code.meaning} |" in text
    assert f"| license | {TO_FILL_IN} |" in text
    assert "| DOI | TO FILL IN |" in text


def test_volumes_are_medians_over_exams(intact):
    header, *lines = layout.exams(intact).read_text().splitlines()
    place = header.split("\t").index("ftv_ml")
    low, middle, high = sorted(float(line.split("\t")[place]) for line in lines)
    quartiles = f"{(low + middle) / 2:.2f} to {(middle + high) / 2:.2f}"
    expected = f"| FTV, median (quartiles), 3 of 3 exams | {middle:.2f} mL ({quartiles}) |"
    assert expected in layout.readme(intact).read_text()


@pytest.mark.parametrize("words", [False, True])
def test_tables_in_the_readme_have_no_gaps_between_their_lines(dataset, words):
    if words:
        layout.publication(dataset).write_text(WORDS, encoding="utf-8")
        renew_card(dataset)
    lines = layout.readme(dataset).read_text().split("\n")
    for before, blank, after in zip(lines, lines[1:], lines[2:], strict=False):
        assert not (before.startswith("| `") and blank == "" and after.startswith("| `"))
    columns = {line.count("|") - line.count(r"\|") for line in lines if line.startswith("| ")}
    assert columns <= {3, 4, 5}


def test_equal_content_gives_equal_bytes(intact, tmp_path):
    again = build(tmp_path / "again")
    files = sorted(path.relative_to(intact) for path in intact.rglob("*") if path.is_file())
    store = layout.store(intact).name
    assert [
        name
        for name in files
        if name.parts[0] != store and (intact / name).read_bytes() != (again / name).read_bytes()
    ] == []
    assert len(files) > 50


def test_the_citation_has_the_fields_that_cff_asks_for(intact):
    record = cited(intact)
    assert record["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= record.keys()
    assert record["type"] == "dataset"
    assert record["references"][1]["authors"] == [{"name": "breastdce contributors"}]
    assert record["references"][1]["version"] == "0.1.0"
    assert record["references"][0]["doi"] == "10.1038/s41597-022-01555-4"


def test_what_the_publisher_says_is_everywhere(published):
    text = layout.readme(published).read_text()
    assert text.startswith("# Example \\| trial\n\nWomen with breast cancer.\n")
    for words in ("CC-BY-4.0", "10.1234/example", "Example collection, doi:10.1234/source"):
        assert words in text
    for words in ("Ask us *anything*.", "Funding: Grant 1.", "data@example.org", "committee of"):
        assert words in text
    assert text.count(TO_FILL_IN) == 1  # the sentence that explains the word
    record = cited(published)
    assert record["authors"][0] == {
        "family-names": "Example",
        "given-names": "Ada",
        "orcid": "https://orcid.org/0000-0002-1825-0097",
    }
    assert record["authors"][1] == {"name": "Example Consortium"}
    assert (record["license"], record["doi"]) == ("CC-BY-4.0", "10.1234/example")
    assert record["references"][2]["doi"] == "10.1234/source"
    assert said(published)["DatasetDOI"] == "doi:10.1234/example"
    assert said(published)["EthicsApprovals"] == [
        "Approved by the committee of Example University."
    ]
    croissant = json.loads(layout.croissant(published).read_text())
    assert croissant["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert croissant["citeAs"] == (
        "Example, Ada; Example Consortium (2030). Example | trial [Data set]. "
        "https://doi.org/10.1234/example"
    )
    package = json.loads(layout.data_package(published).read_text())
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert [one["role"] for one in package["contributors"]] == ["author", "author", "contact"]
    assert validate(published) == []


def test_a_run_keeps_the_publishers_words(published):
    names = (path for path in published.rglob("*") if path.is_file())
    before = {path: path.read_bytes() for path in names if ".breastdce" not in path.parts}
    renew_card(published, ORIGIN)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("name", ["README.md", "CITATION.cff"])
def test_a_file_that_was_edited_is_kept(dataset, name):
    path = dataset / name
    path.write_text(path.read_text() + "My own words.\n", encoding="utf-8")
    renew_card(dataset)
    assert path.read_text().endswith("My own words.\n")
    assert edited_files(dataset) == [path]
    assert [found.path for found in validate(dataset)] == [name]
    path.unlink()
    renew_card(dataset)
    assert edited_files(dataset) == []
    assert validate(dataset) == []


def test_a_file_of_another_program_is_not_written_over(dataset):
    layout.readme(dataset).write_text("# Mine\n", encoding="utf-8")
    renew_card(dataset)
    assert layout.readme(dataset).read_text() == "# Mine\n"


def test_words_in_the_description_are_kept(dataset):
    record = said(dataset) | {"HowToAcknowledge": "Cite us.", "License": TO_FILL_IN}
    layout.description(dataset).write_text(json.dumps(record), encoding="utf-8")
    renew_card(dataset)
    assert said(dataset)["HowToAcknowledge"] == "Cite us."
    assert "License" not in said(dataset)
    assert validate(dataset) == []


@pytest.mark.parametrize(
    "words", ["title = ", "titel = 'x'", "year = '2030'", "doi = 'doi:10.1/2'", "[[authors]]\n"]
)
def test_a_mistake_in_the_publishers_file_is_said(dataset, words):
    layout.publication(dataset).write_text(words, encoding="utf-8")
    before = layout.readme(dataset).read_bytes()
    with pytest.raises(InputError, match="PUBLICATION_INVALID"):
        renew_card(dataset)
    assert layout.readme(dataset).read_bytes() == before
    assert layout.publication(dataset).read_text() == words


def test_every_key_of_the_offered_file_is_understood(dataset):
    path = layout.publication(dataset)
    lines = path.read_text().split("\n")
    start = lines.index("")  # the words before explain the file
    path.write_text("\n".join(line.removeprefix("# ") for line in lines[start:]), encoding="utf-8")
    renew_card(dataset)
    assert validate(dataset) == []
    assert layout.readme(dataset).read_text().count(TO_FILL_IN) == 1


def test_the_origin_is_read_back(intact, tmp_path):
    origin = read_origin(intact)
    assert origin is not None
    assert origin.recipe == ORIGIN.recipe
    assert read_origin(tmp_path) is None


def test_the_list_of_checksums_is_one_that_sha256sum_reads(dataset):
    command = ["sha256sum", "--strict", "--check", layout.checksum_list(dataset).name]
    done = subprocess.run(command, cwd=dataset, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    there = {path for path in dataset.rglob("*") if path.is_file()}
    there -= {path for path in there if layout.store(dataset) in path.parents}
    assert len(done.stdout.splitlines()) == len(there) - 1
    layout.readme(dataset).write_text("x")
    done = subprocess.run(command, cwd=dataset, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "README.md: FAILED" in done.stdout


def test_exams_files_are_not_read_for_their_checksums(dataset, monkeypatch):
    read: list[Path] = []

    def spy(path: Path) -> str:
        read.append(path)
        return "0" * 64

    monkeypatch.setattr("breastdce.run.card.sha256", spy)
    layout.report_index(dataset).write_text("<!doctype html><p>new</p>\n")
    renew_card(dataset)
    assert layout.report_index(dataset) in read
    assert not [path for path in read if path.suffix == ".gz"]
    unchanged = {layout.exams(dataset), layout.exam_page(dataset, EXAMS[0])}
    assert not unchanged & set(read)  # remembered
