"""A folder with one volume is an image; what is not one is explained."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode, ExamCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.run.series import read_series
from tests.unit.formats.dicom.made import write
from tests.unit.run.made_features import GRID, series, values


def test_a_folder_of_one_series_is_its_volume(tmp_path):
    series(tmp_path / "a" / "b", values())
    (tmp_path / "a" / "notes.txt").write_text("no image", encoding="utf-8")
    image, caveats = read_series(tmp_path / "a")
    assert np.array_equal(image.data, values())
    assert image.grid.matches(GRID)
    assert caveats == ()


def test_a_file_stands_for_its_series_among_others(tmp_path):
    first = series(tmp_path, values())
    second = series(tmp_path, values(2), number=3)
    assert np.array_equal(read_series(first[2])[0].data, values())
    assert np.array_equal(read_series(second[0])[0].data, values(2))


def test_a_file_picks_its_phase_of_one_series(tmp_path):
    phases = [
        series(tmp_path, values(phase), phase=phase, TemporalPositionIdentifier=phase)
        for phase in (1, 2, 3)
    ]
    with pytest.raises(InputError) as caught:
        read_series(tmp_path)
    assert caught.value.code is ExamCode.AMBIGUOUS
    assert str(caught.value.evidence).count("5 slices") == 3
    for phase, paths in enumerate(phases, 1):
        assert np.array_equal(read_series(paths[3])[0].data, values(phase))


def test_two_series_are_refused_and_named(tmp_path):
    series(tmp_path, values())
    series(tmp_path, values(2), number=3)
    with pytest.raises(InputError) as caught:
        read_series(tmp_path)
    assert caught.value.code is ExamCode.AMBIGUOUS
    words = str(caught.value.evidence["volumes"])
    assert "series 2," in words
    assert "series 3," in words
    assert "one file" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8bzip"])
def test_a_file_that_is_no_image_says_what_it_is(tmp_path, content):
    (tmp_path / "a.dcm").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_series(tmp_path / "a.dcm")
    assert caught.value.code is ErrorCode.IMAGE_INVALID
    assert {"FILE_EMPTY", "NOT_DICOM", "ARCHIVE"} & set(caught.value.evidence)


def test_folders_without_a_volume_are_explained(tmp_path):
    with pytest.raises(InputError, match="No volume"):
        read_series(tmp_path)
    write(tmp_path / "one.dcm")
    with pytest.raises(InputError, match="1 OK"):
        read_series(tmp_path)


def test_a_missing_slice_is_the_reason(tmp_path):
    paths = series(tmp_path, values())
    paths[2].unlink()
    with pytest.raises(InputError) as caught:
        read_series(tmp_path)
    assert SeriesCode.SLICE_MISSING in str(caught.value.evidence)


def test_text_in_the_pixels_is_refused(tmp_path):
    series(tmp_path, values(), BurnedInAnnotation="YES")
    with pytest.raises(InputError) as caught:
        read_series(tmp_path)
    assert caught.value.code is ExamCode.BURNED_IN
