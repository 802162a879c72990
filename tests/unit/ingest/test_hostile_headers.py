"""Headers that contradict themselves or say what no scanner says: never taken without a word."""

from __future__ import annotations

import pytest

from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.ingest.find import find_exams
from tests.unit.ingest.headers import change, clock, flat, one_series, series_each, volume


def codes(found):
    return {caveat.code for exam in found.exams for caveat in exam.caveats}


def reasons(found):
    return {note.code for note in found.series_notes}


@pytest.mark.parametrize("which", ["one slice", "one phase", "all"])
@pytest.mark.parametrize(
    "fields",
    [
        {"rescale_slope": 0.0},
        {"rescale_slope": -1.0},
        {"rescale_slope": 1e30},
        {"rescale_slope": 1e-30},
        {"rescale_slope": 1.0, "rescale_intercept": 1e30},
        {"rescale_intercept": -1e9},
        {"rescale_slope": float("inf")},
    ],
)
def test_a_modality_lut_that_no_magnitude_has_is_refused(fields, which):
    groups = one_series(3)
    hit = {"one slice": groups[1][5:6], "one phase": groups[1], "all": flat(groups)}[which]
    wrong = {item.path: item for item in change(hit, **fields)}
    found = find_exams([wrong.get(item.path, item) for item in flat(groups)])
    assert not found.exams
    assert SeriesCode.PIXELS_BAD in reasons(found)


@pytest.mark.parametrize("slope", [1e-6, 0.37, 1.0, 4000.0])
def test_a_slope_that_scanners_write_is_taken(slope):
    groups = [change(group, rescale_slope=slope, rescale_intercept=0.0) for group in one_series(3)]
    assert len(find_exams(flat(groups)).exams) == 1


def test_a_slope_that_only_some_slices_have_is_refused():
    groups = [change(group, rescale_slope=0.5) for group in one_series(3)]
    groups[2][3:4] = change(groups[2][3:4], rescale_slope=None)
    found = find_exams(flat(groups))
    assert not found.exams
    assert SeriesCode.PIXELS_BAD in reasons(found)


def test_an_intercept_without_a_slope_is_told():
    groups = [change(group, rescale_intercept=0.0) for group in one_series(3)]
    assert CaveatCode.SLOPE_MISSING in codes(find_exams(flat(groups)))
    assert CaveatCode.SLOPE_MISSING not in codes(find_exams(flat(one_series(3))))


@pytest.mark.parametrize("spacing", [(1e5, 1e5), (1e-5, 1e-5), (25.0, 1.0), (1.0, 0.001)])
def test_pixels_that_no_breast_has_are_refused(spacing):
    found = find_exams(change(flat(one_series(3)), pixel_spacing_mm=spacing))
    assert not found.exams
    assert reasons(found) == {SeriesCode.GEOMETRY_BAD}


@pytest.mark.parametrize("field", ["patient_id", "study_uid"])
@pytest.mark.parametrize("layout", [one_series, series_each])
@pytest.mark.parametrize("phase", range(4))
def test_a_phase_under_another_patient_or_study_is_refused(layout, field, phase):
    groups = layout(4)
    groups[phase] = change(groups[phase], **{field: "9.9"})
    found = find_exams(flat(groups))
    shared = field == "patient_id" or layout is one_series
    if shared:
        assert not found.exams
        assert {note.code for note in found.exam_notes} == {ExamCode.PATIENTS_MIXED}
    else:  # a study with a series of its own is a study
        assert [len(exam.phases) for exam in found.exams] == [3]


def test_a_localizer_under_another_patient_harms_no_exam():
    other: dict[str, object] = {"patient_id": "P2"}
    trap = volume(phase=8, series="1.1.2", number=2, n=3, echo_time_ms=1.7, fields=other)
    assert len(find_exams([*flat(one_series(3)), *trap]).exams) == 1


def test_a_better_time_that_only_some_slices_have_is_told():
    groups = [
        change(group, content_time=clock(36500 + 400 * phase))
        for phase, group in enumerate(series_each(3))
    ]
    groups[1][4:5] = change(groups[1][4:5], acquisition_time=None)
    found = find_exams(flat(groups))
    assert CaveatCode.TIMES_INCOMPLETE in codes(found)
    assert [phase.start_s for phase in found.exams[0].phases] == [0.0, 400.0, 800.0]
    for group in groups:
        group[:] = change(group, acquisition_time=None)
    assert CaveatCode.TIMES_INCOMPLETE not in codes(find_exams(flat(groups)))
