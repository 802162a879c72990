"""Phases come into memory on one RAS+ grid, or the exam is refused with its reason."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.core.errors import ExamRefused
from breastdce.formats.dicom.decode import decode
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.load import grid_of, load_exam
from breastdce.ingest.records import GridFacts, SliceRef
from tests.unit.formats.dicom.made import enhanced, write
from tests.unit.ingest.made_exam import exam


def test_grid_is_ras_with_the_step_rounded_once(tmp_path):
    grid = grid_of(exam(tmp_path).grid)
    assert grid.spacing_mm == (0.7, 0.5, 2.0)
    np.testing.assert_allclose(grid.affine @ (1, 1, 1, 1), (-1.7, -2.5, 5.0, 1.0))


def test_exam_is_loaded_with_phases_in_order(tmp_path):
    loaded = load_exam(exam(tmp_path))
    assert [float(p.data.min()) for p in loaded.dynamic.phases] == [0, 1, 2]
    assert loaded.facts.delays_s == (-50.0, 50.0, 150.0)
    assert len(loaded.facts.sidecars) == 3


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"BurnedInAnnotation": "YES"}, ExamCode.BURNED_IN),
        ({"RescaleSlope": 0, "RescaleIntercept": 0}, ExamCode.PIXELS_UNREADABLE),
        ({"PixelData": bytes(40)}, ExamCode.PIXELS_UNREADABLE),
    ],
)
def test_exam_that_cannot_be_trusted_is_refused(tmp_path, fields, code):
    with pytest.raises(ExamRefused) as caught:
        load_exam(exam(tmp_path, **fields))
    assert caught.value.code is code


def test_refusal_names_phase_slice_and_reason_without_header_text(tmp_path):
    source = exam(tmp_path)
    write(tmp_path / "2", SOPInstanceUID="1.2.3", RescaleSlope=0, RescaleIntercept=0)
    with pytest.raises(ExamRefused) as caught:
        load_exam(source)
    evidence = caught.value.evidence
    assert (evidence["phase"], evidence["slice"]) == (2, 0)
    assert evidence["reason"] == SeriesCode.PIXELS_BAD
    assert "P-1" not in str(caught.value)


def test_text_burned_into_any_slice_refuses_the_exam(tmp_path):
    source = exam(tmp_path)
    write(tmp_path / "2", SOPInstanceUID="1.2.3", BurnedInAnnotation="YES")
    with pytest.raises(ExamRefused) as caught:
        load_exam(source)
    assert caught.value.code is ExamCode.BURNED_IN


def test_text_in_the_pixels_is_read_where_the_finder_was_told_to_allow_it(tmp_path):
    source = exam(tmp_path, BurnedInAnnotation="YES")
    told = replace(source, caveats=(Caveat(CaveatCode.BURNED_IN, {"images": 3}),))
    assert len(load_exam(told).dynamic.phases) == 3


def test_object_that_holds_all_phases_is_decoded_once(tmp_path, monkeypatch):
    stack = np.arange(6 * 20, dtype=np.int16).reshape(6, 4, 5)
    path = write(tmp_path / "all", enhanced(6, stack))
    header = scan_file(path).header
    assert header is not None
    source = exam(tmp_path)
    phases = tuple(
        replace(
            phase,
            slices=(SliceRef(str(path), 2 * n), SliceRef(str(path), 2 * n + 1)),
            header=replace(header, frames=header.frames[2 * n : 2 * n + 1]),
        )
        for n, phase in enumerate(source.phases)
    )
    grid = GridFacts(
        shape=(5, 4, 2),
        spacing_mm=(1.0, 1.0, 5.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
        origin_lps_mm=(0.0, 0.0, 0.0),
    )
    calls = []

    def counted(file):
        calls.append(file)
        return decode(file)

    monkeypatch.setattr("breastdce.formats.dicom.pixels.decode", counted)
    loaded = load_exam(replace(source, phases=phases, grid=grid))
    assert calls == [path]
    for n, phase in enumerate(loaded.dynamic.phases):
        np.testing.assert_array_equal(phase.data, stack[2 * n : 2 * n + 2].T)
        assert phase.data.flags.f_contiguous


def test_two_phases_are_refused(tmp_path):
    with pytest.raises(ExamRefused) as caught:
        load_exam(exam(tmp_path, n_phases=2))
    assert caught.value.code is ExamCode.TOO_FEW_PHASES


def test_lossy_source_is_a_caveat(tmp_path):
    loaded = load_exam(exam(tmp_path, LossyImageCompression="01"))
    assert loaded.caveats == (Caveat(CaveatCode.LOSSY),)
    assert loaded.facts.sidecars[0]["Caveats"] == ["LOSSY"]
