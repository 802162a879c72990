"""The card's memory of checksums, and a data set that does not say what made it."""

from __future__ import annotations

import json

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.dataset import layout
from breastdce.dataset.provenance import read_exams
from breastdce.run.card import FileSums, renew_metadata
from breastdce.run.cohort import rebuild_report
from breastdce.run.paths import WorkPaths
from tests.unit.dataset.conftest import EXAMS, build


@pytest.fixture
def out(tmp_path):
    return build(tmp_path / "out", EXAMS[:1])


def test_checksums_are_remembered_and_written_only_when_they_changed(tmp_path):
    page, inodes = tmp_path / "page.html", []
    for text in ("one", "one", "three"):
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
        memory = FileSums(tmp_path)
        memory.of(page)
        memory.remember()
        inodes.append(WorkPaths(tmp_path).sums.stat().st_ino)
    assert inodes[0] == inodes[1]  # what is written anew is another file under the name
    assert FileSums(tmp_path).of(page).startswith("8b5b9db0c13d")  # sha256 of "three"


@pytest.mark.parametrize("spoil", ["program", "all"])
def test_a_data_set_that_does_not_say_what_made_it_is_refused(out, spoil):
    path = layout.description(out)
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"GeneratedBy": []}) if spoil == "program" else "{")
    with pytest.raises(InputError) as caught:
        renew_metadata(out, read_exams(out))
    assert caught.value.code is ErrorCode.TABLE_INVALID
    assert caught.value.evidence == {"file": "dataset_description.json"}


def test_a_folder_without_a_data_set_has_no_report(tmp_path):
    with pytest.raises(InputError, match="No data set is here"):
        rebuild_report(tmp_path)
    assert list(tmp_path.iterdir()) == []
