"""The audit table tells the truth: what readers touch is not called removed, and no less."""

from __future__ import annotations

import re

import pytest
from pydicom.datadict import keyword_for_tag, tag_for_keyword

from breastdce.dataset import deidentification, layout, sidecar
from breastdce.dataset.deidentification import (
    Action,
    HeaderNote,
    deidentification_cells,
    fate_of,
    fates,
)
from breastdce.formats.dicom.attributes import attributes_of
from breastdce.formats.dicom.decode import decode
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.read import scan_file
from breastdce.testing import write_cohort
from tests.unit.formats.dicom.made import enhanced, write

FOR_THE_SCREEN = {
    *("SeriesDescription", "StudyDescription", "ProtocolName", "SoftwareVersions"),
    *("BodyPartExamined", "PatientPosition", "SequenceName"),
}
"""Read for `breastdce scan`, which prints to its user; a run makes nothing of them."""
LISTED = deidentification._FATES


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    write_cohort(folder / "cohort", size="tiny")
    images = [path for path in (folder / "cohort" / "dicom").rglob("*") if path.is_file()]
    return [write(folder / "classic"), write(folder / "enhanced", enhanced(4)), *images[::20]]


@pytest.fixture
def touched(files, monkeypatch):
    """Keywords of the elements that scanning and decoding ask for."""
    seen: set[int] = set()

    class Recorder(dict[int, bytes]):
        def get(self, key, default=None):
            seen.add(key)
            return super().get(key, default)

    whole = Fields.__init__

    def record(self, values, *args, **more):
        whole(self, Recorder(values), *args, **more)

    monkeypatch.setattr(Fields, "__init__", record)
    for path in files:
        if scan_file(path).header is not None:
            decode(path)
    return {keyword_for_tag(tag) for tag in seen} - {""}


def test_nothing_that_a_reader_touches_is_called_removed(touched):
    assert len(touched) > 60
    removed = {word for word in touched if fates(word)[0].action is Action.REMOVED}
    assert removed == FOR_THE_SCREEN


def test_private_elements_that_are_read_are_on_the_list(files):
    seen = {found.name for path in files for found in attributes_of(path)}
    private = {name for name in seen if " " in name}
    assert len(private) == 3
    assert private <= LISTED.keys()


def test_names_on_the_list_are_of_the_standard():
    assert [word for word in LISTED if " " not in word and tag_for_keyword(word) is None] == []


def test_outcomes_name_keys_that_an_acquisition_record_may_hold():
    texts = [fate.where for fate in LISTED.values() if fate.where.startswith("native/*.json")]
    assert len(texts) > 20
    assert {text.split()[1] for text in texts} <= sidecar._RULES.keys()


@pytest.mark.parametrize(
    "name",
    [
        *("PatientName", "PatientBirthDate", "InstitutionName", "StudyDescription"),
        *("SeriesDescription", "DeviceSerialNumber", "AccessionNumber", "SeriesDate"),
        *("PrivateElements", "UnknownElements", "OverlayData", "IconImageSequence"),
        "a name that nobody knows",
    ],
)
def test_what_is_not_listed_is_removed(name):
    assert fates(name) == ((Action.REMOVED, ""),)


@pytest.mark.parametrize(
    ("name", "id_kept", "dated", "action"),
    [
        ("PatientID", False, False, Action.REPLACED),
        ("PatientID", True, False, Action.KEPT),
        ("StudyDate", False, False, Action.DERIVED),
        ("StudyDate", False, True, Action.SHIFTED),
        ("StudyTime", True, True, Action.DERIVED),
        ("SeriesDate", True, True, Action.REMOVED),
    ],
)
def test_two_fates_are_the_users_choice(name, id_kept, dated, action):
    assert fate_of(name, id_kept=id_kept, dated=dated).action is action


def test_exams_are_added_up_by_attribute_and_action():
    def note(name, tag, action, n):
        return HeaderNote(attribute=name, tag=tag, action=action, n_files=n)

    one = [note("PatientID", "(0010,0020)", Action.REPLACED, 5)]
    two = [
        note("PatientID", "(0010,0020)", Action.KEPT, 7),
        note("Modality", "(0008,0060)", Action.CODED, 7),
    ]
    cells = deidentification_cells([one, two, one])
    assert [(row["attribute"], row["action"], row["n_files"], row["n_exams"]) for row in cells] == [
        ("Modality", "coded", 7, 1),
        ("PatientID", "kept", 7, 1),
        ("PatientID", "replaced", 10, 2),
    ]


def test_table_holds_names_and_numbers_alone(intact):
    text = layout.deidentification(intact).read_text()
    assert re.search(r"^PatientName\t\(0010,0010\)\tremoved\tn/a\t18\t3$", text, re.MULTILINE)
