"""Pictures of images are refused, and images with text in their pixels unless told otherwise."""

from __future__ import annotations

import pytest

from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.ingest.find import find_exams
from breastdce.ingest.image_types import computed_kind
from tests.unit.ingest.headers import change, flat, one_series, series_each, volume


def notes(found):
    return {(item.series_number, item.code) for item in found.series_notes}


def test_one_marked_slice_refuses_the_whole_series_and_the_exam():
    groups = one_series(3)
    groups[1][5:6] = change(groups[1][5:6], burned_in=True)
    found = find_exams(flat(groups))
    assert found.exams == ()
    assert notes(found) == {(3, SeriesCode.BURNED_IN_TEXT)}
    assert found.series_notes[0].evidence == "1 of 42 images say so"
    assert found.exam_notes[0].code is ExamCode.BURNED_IN


@pytest.mark.parametrize("phase", range(5))
def test_marked_phase_of_its_own_series_refuses_the_exam_rather_than_shift_the_others(phase):
    groups = series_each(5)
    groups[phase] = change(groups[phase], burned_in=True)
    found = find_exams(flat(groups))
    assert found.exams == ()
    assert found.exam_notes[0].code is ExamCode.BURNED_IN
    assert (3 + phase, SeriesCode.BURNED_IN_TEXT) in notes(found)


def test_marked_series_that_is_no_phase_anyway_leaves_the_exam_alone():
    groups = one_series(3)
    shots = volume(
        series="1.1.7",
        number=7,
        echo_time_ms=90.0,
        fields={"burned_in": True, "scanning_sequence": ("SE",)},
    )
    found = find_exams([*flat(groups), *shots])
    assert len(found.exams) == 1
    assert notes(found) == {(7, SeriesCode.NOT_T1_GRE)}


def test_marked_images_are_used_with_a_caveat_when_told():
    groups = one_series(3)
    groups[1][5:6] = change(groups[1][5:6], burned_in=True)
    found = find_exams(flat(groups), allow_burned_in=True)
    (caveat,) = [c for c in found.exams[0].caveats if c.code is CaveatCode.BURNED_IN]
    assert caveat.detail == {"images": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"sop_class_uid": "1.2.840.10008.5.1.4.1.1.7"},
        {"sop_class_uid": "1.2.840.10008.5.1.4.1.1.7.4"},
        {"conversion_type": "WSD"},
        {"conversion_type": "df"},
        {"image_type": ("DERIVED", "SECONDARY", "SCREEN SAVE")},
    ],
)
def test_secondary_captures_are_refused_though_they_look_like_a_dynamic(fields):
    found = find_exams([item for group in one_series(3) for item in change(group, **fields)])
    assert found.exams == ()
    assert notes(found) == {(3, SeriesCode.SECONDARY)}


@pytest.mark.parametrize("fields", [{"conversion_type": ""}, {"conversion_type": "SYN"}])
def test_images_that_were_not_captured_are_no_captures(fields):
    found = find_exams([item for group in one_series(3) for item in change(group, **fields)])
    assert len(found.exams) == 1


def test_class_whose_number_begins_alike_is_no_capture():
    fields = {"sop_class_uid": "1.2.840.10008.5.1.4.1.1.77.1.1"}
    found = find_exams([item for group in one_series(3) for item in change(group, **fields)])
    assert SeriesCode.SECONDARY not in {code for _, code in notes(found)}


@pytest.mark.parametrize("word", ["SCREEN SAVE", "SCREEN_SAVE", "screenshot", "SCREENSAVE"])
def test_words_of_screens_are_known(word):
    assert computed_kind(("DERIVED", "SECONDARY", word)) is SeriesCode.SECONDARY


def test_series_number_that_could_be_a_date_is_not_published():
    groups = [change(g, series_number=20010402) for g in one_series(2)]
    found = find_exams(flat(groups))
    assert {note.series_number for note in found.series_notes} == {None}
    assert "20010402" not in " ".join(note.evidence for note in found.exam_notes)
