"""The finder on real exams: known phases, times, grids, and a code for everything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from breastdce.core.codes import CaveatCode, ExamCode, FileCode, SeriesCode
from breastdce.formats.dicom.pixels import read_slices
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.find import find_exams

pytestmark = pytest.mark.data
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read(slices):
    return read_slices([(Path(item.path), item.frame) for item in slices]).data


def scan(folder):
    return [scan_file(path) for path in sorted(folder.rglob("*")) if path.is_file()]


def affine(grid):
    made = np.eye(4)
    made[:3, :3] = np.reshape(grid.direction_lps, (3, 3)) * np.asarray(grid.spacing_mm)
    made[:3, 3] = grid.origin_lps_mm
    return LPS_TO_RAS @ made


@pytest.fixture(params=[None, read], ids=["headers", "pixels"])
def look(request):
    return request.param


def test_ucsf_br_06_is_three_phases_by_content_time(data, look):
    found = find_exams(scan(data("ucsf_br_06")), look)
    (exam,) = found.exams
    assert exam.phase_key == "ContentTime"
    assert exam.phase_indices == (0, 1, 2)
    assert [phase.effective_s for phase in exam.phases] == [-230.0, 177.0, 531.0]
    assert exam.phase_duration_s == 354.0
    assert [len(phase.slices) for phase in exam.phases] == [60, 60, 60]
    assert exam.grid.shape == (256, 256, 60)
    known = [
        [0, 0, 2, -157.800003],
        [-0.703125, 0, 0, 106.699997],
        [0, -0.703125, 0, 78.0],
        [0, 0, 0, 1],
    ]
    np.testing.assert_allclose(affine(exam.grid), np.array(known), atol=1e-3)  # known to 6 decimals
    codes = sorted(str(note.code) for note in found.series_notes)
    assert codes == ["DERIVED_MAP", "DERIVED_MAP", "SEGMENTATION"]
    assert len(exam.analysis_paths) == 121
    unconfirmed = CaveatCode.NO_CONTRAST_EVIDENCE in {c.code for c in exam.caveats}
    assert unconfirmed is (look is None)


def test_ucsf_br_06_phases_are_instance_blocks_whatever_the_file_names(data):
    records = scan(data("ucsf_br_06/dce"))
    names = [item.path for item in records]
    shuffled = np.random.default_rng(3).permutation(len(records))
    renamed = [replace(item, path=names[i]) for item, i in zip(records, shuffled, strict=True)]
    instance = {item.path: item.header.frames[0].instance_number for item in renamed}
    (exam,) = find_exams(renamed).exams
    blocks = [{instance[item.path] for item in phase.slices} for phase in exam.phases]
    assert blocks == [set(range(1, 61)), set(range(61, 121)), set(range(121, 181))]


def test_ucsf_br_06_is_found_without_maps_and_segmentation(data, look):
    whole = find_exams(scan(data("ucsf_br_06")), look).exams[0]
    alone = find_exams(scan(data("ucsf_br_06/dce")), look).exams[0]
    assert replace(whole, analysis_paths=()) == alone


def test_ucsf_br_06_reversed_by_its_times_is_suspect(data):
    records = []
    swap = {"102551": "103832", "103832": "102551"}
    for item in scan(data("ucsf_br_06/dce")):
        (frame,) = item.header.frames
        time = frame.content_time.split(".")[0]
        frames = (replace(frame, content_time=swap.get(time, time), instance_number=None),)
        records.append(replace(item, header=replace(item.header, frames=frames)))
    (note,) = find_exams(records, read).exam_notes
    assert note.code is ExamCode.ORDER_SUSPECT


def test_duke_153_is_four_series_in_order_with_a_gap(data, look):
    found = find_exams(scan(data("duke_153")), look)
    (exam,) = found.exams
    assert [phase.series_number for phase in exam.phases] == [2, 4, 7, 12]
    times = [phase.effective_s for phase in exam.phases]
    assert times == pytest.approx([-1310.430, 60.705, 182.115, 304.7675], abs=1e-6)
    assert exam.phase_key == "series"
    (gap,) = [c for c in exam.caveats if c.code is CaveatCode.PRE_GAP]
    assert gap.detail == {"gap_s": 1371.135}
    known = [
        [-0.758929, 0, 0, 173.874098],
        [0, -0.758929, 0, 154.503637],
        [0, 0, 1.1, -59.305691],
        [0, 0, 0, 1],
    ]
    np.testing.assert_allclose(affine(exam.grid), np.array(known), atol=1e-3)
    notes = {(note.series_number, note.code): note.evidence for note in found.series_notes}
    assert set(notes) == {(26, SeriesCode.NOT_T1_GRE), (300, FileCode.SEGMENTATION)}


def test_odd_files_end_in_the_code_of_their_series(data, look):
    root = data("dicom_odd")
    rows = (root / "index.tsv").read_text(encoding="utf-8").splitlines()
    names = rows[0].split("\t")
    for row in (dict(zip(names, line.split("\t"), strict=False)) for line in rows[1:]):
        if row["code"] == "OK" and row["notes"].startswith("series: "):
            found = find_exams([scan_file(root / row["file"])], look)
            wanted = row["notes"].removeprefix("series: ")
            if row["file"] == "made/bits_stored_8.dcm" and look is None:
                wanted = "LOCALIZER"  # the range of values is unknown to headers
            assert [str(note.code) for note in found.series_notes] == [wanted], row["file"]


def test_the_whole_odd_tree_holds_no_exam_and_breaks_nothing(data, look):
    records = scan(data("dicom_odd"))
    found = find_exams(records, look)
    assert found.exams == ()
    facts = [item.header or item.other for item in records]
    studies = {item.study_uid for item in facts if item is not None and item.study_uid}
    named = {note.study_uid for note in found.exam_notes}
    named |= {note.study_uid for note in found.series_notes}
    assert named == studies
    with_mr = {item.study_uid for item in facts if item is not None and item.modality == "MR"}
    assert {note.study_uid for note in found.exam_notes} == with_mr & studies
