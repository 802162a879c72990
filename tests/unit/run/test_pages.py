"""What was left out is said in a few words."""

from __future__ import annotations

import pytest

from breastdce.core.codes import ExamCode, FileCode, SeriesCode
from breastdce.dataset.rows import ExclusionRow, Level
from breastdce.run.pages import exclusion_view


def row(level, code, participant=None, visit=None, number=None, modality=None, n_files=0):
    return ExclusionRow(
        level=level,
        participant=participant,
        visit=visit,
        series_number=number,
        modality=modality,
        n_files=n_files,
        code=code,
    )


@pytest.mark.parametrize(
    ("left_out", "words", "count"),
    [
        (row(Level.FILE, FileCode.NOT_DICOM, n_files=7), "file", 7),
        (row(Level.EXAM, ExamCode.NO_DCE, "0003", "1"), "exam sub-0003 ses-1", 1),
        (row(Level.EXAM, ExamCode.ID_COLLISION), "exam", 1),
        (
            row(Level.SERIES, SeriesCode.DIFFUSION, "0001", "T0", 4, "MR", 50),
            "series sub-0001 ses-T0 series 4",
            50,
        ),
        (
            row(Level.SERIES, SeriesCode.DIFFUSION, "0001", "T0", 9, "CT", 50),
            "series sub-0001 ses-T0 series 9 CT",
            50,
        ),
    ],
)
def test_words_name_what_is_known_and_a_modality_that_is_unusual(left_out, words, count):
    view = exclusion_view(left_out)
    assert (view.what, view.code, view.count) == (words, left_out.code.value, count)
