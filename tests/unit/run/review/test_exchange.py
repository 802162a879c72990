"""A case goes out, is edited, and comes back; whatever is not on its image's voxels stays out."""

from __future__ import annotations

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode, MaskCode
from breastdce.core.errors import CallError, InputError, StoreError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.edited_mask import read_edited_mask
from breastdce.formats.nifti import read_mask, read_volume, write_mask
from breastdce.formats.seg_nrrd import Segment, write_seg_nrrd
from breastdce.run.review.exchange import export_case, import_file
from breastdce.run.review.programs import Program
from breastdce.run.review.room import ReviewRoom
from tests.unit.dataset.conftest import EXAMS
from tests.unit.run.review.conftest import ANNA, EXAM, JUDGE, data_of, sign

NAME = str(EXAM)
SEGMENT = Segment("tumor", (1.0, 0.5, 0.0))


@pytest.fixture(autouse=True)
def no_programs(monkeypatch, tmp_path):
    """No editor is installed, whatever this machine has."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", os.fspath(tmp_path / "bin"))
    return tmp_path / "bin"


@pytest.fixture(params=Program)
def program(request):
    return request.param


@pytest.fixture
def exported(room, program, tmp_path):
    return export_case(room, EXAM, ANNA.name, program, tmp_path / "there")


def save(exported, data, grid=None, path=None):
    """Write a mask as the program would."""
    found = grid or read_edited_mask(exported.mask, 10**6).grid
    assert found is not None
    mask = Mask(np.asfortranarray(data), found)
    path = path or exported.mask
    if exported.record.program is Program.ITKSNAP:
        write_mask(path, mask)
    else:
        write_seg_nrrd(path, mask, SEGMENT)
    return mask


def edited(exported):
    """The exported mask with a voxel more and a voxel less."""
    data = read_edited_mask(exported.mask, 10**6).values != 0
    data = data.copy()
    data[2, 3, 4], data[tuple(np.argwhere(data)[0])] = True, False
    return data


def back(room, exported, **more):
    return import_file(room, exported.mask, otherwise="nobody", **more)


def test_images_go_out_as_they_are_with_their_difference(room, exported, out):
    for name, index in (("pre", 0), ("post1", 1), ("post2", 2)):
        sent = exported.folder / f"{NAME}_{name}.nii.gz"
        assert sent.read_bytes() == layout.image(out, EXAM, index).read_bytes()
    difference = read_volume(exported.folder / f"{NAME}_sub1.nii.gz")
    pre, post = (read_volume(layout.image(out, EXAM, index)) for index in (0, 1))
    assert np.array_equal(difference.data, post.data - pre.data)
    assert difference.grid.matches(post.grid)


def test_the_mask_that_goes_out_is_the_readers_start(room, exported, out):
    sent = read_edited_mask(exported.mask, 10**6)
    start = read_mask(layout.mask(out, EXAM, MaskName.STV_CANDIDATE))
    assert np.array_equal(sent.values, start.data)
    assert sent.grid is not None
    assert sent.grid.apart_mm(start.grid) == 0


def test_an_unedited_mask_comes_back_and_is_said_to_be_unchanged(room, exported):
    found = back(room, exported)
    assert found.unchanged
    assert found.diagnosis.code is MaskCode.RIGHT_GRID
    assert found.revision.delta.voxels_added == found.revision.delta.voxels_removed == 0


def test_an_edited_mask_comes_back_as_a_revision(room, exported, program):
    mask = save(exported, edited(exported))
    found = back(room, exported, comment="cut at the chest wall")
    assert not found.unchanged
    assert np.array_equal(data_of(room, EXAM, found.revision.number), mask.data)
    assert found.revision.delta.voxels_added == 1
    assert found.revision.delta.voxels_removed == 1
    assert found.revision.reader == ANNA.name
    assert found.revision.tool == program.value
    assert found.revision.comment == "cut at the chest wall"
    assert found.revision.parent == exported.record.start


def test_the_same_file_can_be_edited_further(room, exported):
    save(exported, edited(exported))
    first = back(room, exported)
    assert first.record_kept
    again = edited(exported)
    again[0, 0, 0] = not again[0, 0, 0]
    save(exported, again)
    second = back(room, exported)
    assert second.revision.parent == first.revision.mask
    assert second.revision.number == first.revision.number + 1


def test_work_signed_elsewhere_in_the_meantime_is_not_passed_over(room, exported):
    sign(room, ANNA, EXAM)
    save(exported, edited(exported))
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is ErrorCode.STALE
    assert back(room, exported, case=EXAM).revision.tool == "file"


def test_work_signed_while_the_mask_is_judged_is_not_passed_over(room, exported, out):
    save(exported, edited(exported))
    with ReviewRoom(out) as browser, ThreadPoolExecutor() as other:
        with browser._ledger.transaction():  # what comes back has to wait, when it is judged
            work = other.submit(back, room, exported)
            time.sleep(0.5)
            sign(browser, ANNA, EXAM)
        with pytest.raises(InputError) as refused:
            work.result()
    assert refused.value.code is ErrorCode.STALE
    assert len(room.revisions(EXAM, ANNA)) == 1


def test_another_readers_work_does_not_make_it_stale(room, exported):
    sign(room, JUDGE, EXAM)
    save(exported, edited(exported))
    assert back(room, exported).revision.parent == exported.record.start


def test_a_turned_mask_is_refused_with_words(room, exported):
    save(exported, edited(exported)[::-1])
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is MaskCode.VOXELS_TURNED
    assert "axis i is reversed" in refused.value.message
    assert refused.value.remedy == MaskCode.VOXELS_TURNED.remedy
    assert refused.value.evidence == {"file": exported.mask.name, "exam": NAME}
    assert room.revisions(EXAM, JUDGE) == []


def test_another_grid_is_refused_with_both(room, exported):
    grid = room.grid(EXAM)
    moved = Grid(grid.shape, grid.spacing_mm, grid.direction.copy(), (1.0, 2.0, 3.0))
    save(exported, edited(exported), moved)
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is MaskCode.GRID_SHIFTED
    assert refused.value.evidence["image"] == grid.describe()
    assert refused.value.evidence["mask"] == moved.describe()


def test_an_empty_mask_is_refused(room, exported):
    save(exported, np.zeros_like(edited(exported)))
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is MaskCode.MASK_EMPTY


def test_another_label_of_a_segmentation_is_named(room, tmp_path):
    exported = export_case(room, EXAM, ANNA.name, Program.SLICER, tmp_path / "there")
    header = exported.mask.read_bytes().partition(b"\n\n")[0]
    for old, new in ((b"LabelValue:=1", b"LabelValue:=2"), (b": gzip", b": raw")):
        assert old in header
        header = header.replace(old, new)
    values = edited(exported) * np.uint8(2)
    exported.mask.write_bytes(header + b"\n\n" + values.tobytes(order="F"))
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is MaskCode.MASK_LABELS
    assert "label 2 (tumor)" in refused.value.message


def test_a_file_without_record_needs_its_case(room, exported, tmp_path):
    lonely = tmp_path / f"other{''.join(exported.mask.suffixes)}"
    save(exported, edited(exported), path=lonely)
    with pytest.raises(CallError) as refused:
        import_file(room, lonely, otherwise="Bert")
    assert refused.value.code is ErrorCode.CALL_INVALID
    assert "--case" in refused.value.remedy
    found = import_file(room, lonely, case=EXAM, otherwise="Bert")
    assert (found.revision.reader, found.revision.tool) == ("Bert", "file")


def test_the_record_that_names_the_file_counts_where_there_are_several(room, program, tmp_path):
    first, second = (
        export_case(room, exam, ANNA.name, program, tmp_path / "both") for exam in EXAMS[:2]
    )
    assert import_file(room, second.mask, otherwise="x").revision.exam == str(EXAMS[1])
    assert import_file(room, first.mask, otherwise="x").revision.exam == str(EXAMS[0])
    other = shutil.copy(first.mask, tmp_path / "both" / "my.nii.gz")
    with pytest.raises(CallError):
        import_file(room, Path(other), otherwise="x")


def test_a_mask_saved_under_another_name_is_of_the_one_record(room, exported):
    other = exported.folder / f"final{''.join(exported.mask.suffixes)}"
    save(exported, edited(exported), path=other)
    assert import_file(room, other, otherwise="x").revision.exam == NAME


@pytest.mark.parametrize("broken", ["{}", "nonsense", '{"exam": "../../etc"}'])
def test_a_broken_record_is_refused(room, exported, broken):
    (exported.folder / f"{NAME}_export.json").write_text(broken)
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is ErrorCode.TABLE_INVALID


def test_a_record_of_a_strange_exam_is_refused(room, exported):
    path = exported.folder / f"{NAME}_export.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "exam": "../up"}))
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is ErrorCode.TABLE_INVALID
    path.write_text(json.dumps({**record, "exam": "sub-9_ses-9"}))
    with pytest.raises(InputError) as refused:
        back(room, exported)
    assert refused.value.code is ErrorCode.UNKNOWN_ENTRY


def test_an_edited_mask_is_not_written_over(room, exported, program):
    save(exported, edited(exported))
    with pytest.raises(StoreError) as refused:
        export_case(room, EXAM, ANNA.name, program, exported.folder)
    assert refused.value.code is ErrorCode.OUTPUT_FOREIGN
    back(room, exported)
    again = export_case(room, EXAM, ANNA.name, program, exported.folder)  # it is in the ledger now
    sent = read_edited_mask(again.mask, 10**6).values
    assert np.array_equal(sent, room.mask(EXAM, "start", ANNA))


def test_the_same_case_makes_the_same_files(room, exported, program, tmp_path):
    again = export_case(room, EXAM, ANNA.name, program, tmp_path / "again" / "there")
    for path in sorted(exported.folder.iterdir()):
        if path.suffix != ".itksnap":  # which names its folder
            assert path.read_bytes() == (again.folder / path.name).read_bytes()


def test_the_data_set_is_no_place_for_exports(room, program, out):
    for inside in (out, out / "review" / "there"):
        with pytest.raises(CallError) as refused:
            export_case(room, EXAM, ANNA.name, program, inside)
        assert refused.value.code is ErrorCode.CALL_INVALID


def test_an_unknown_case_is_refused(room, program, tmp_path):
    with pytest.raises(InputError) as refused:
        export_case(room, ExamId("0009", "T0"), ANNA.name, program, tmp_path / "there")
    assert refused.value.code is ErrorCode.UNKNOWN_ENTRY
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(
    ("program", "executable"),
    [(Program.ITKSNAP, "itksnap"), (Program.ITKSNAP, "ITK-SNAP"), (Program.SLICER, "Slicer")],
)
def test_an_installed_program_is_started_with_the_files(
    room, program, executable, no_programs, tmp_path
):
    heard = tmp_path / "heard"
    script = no_programs / executable
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$PWD" "$@" > "{heard}"\n')
    script.chmod(0o755)
    folder = tmp_path / "with space; and $(touch oops)"
    exported = export_case(room, EXAM, ANNA.name, program, folder)
    assert exported.process is not None
    assert exported.process.wait(timeout=20) == 0
    where, *words = heard.read_text().splitlines()
    assert where == os.fspath(folder)
    files = [word for word in words if not word.startswith("-")]
    assert all(Path(file).is_file() for file in files)
    assert os.fspath(exported.mask) in files
    if program is Program.ITKSNAP:
        assert words[0::2][:4] == ["-g", "-s", "-l", "-o"]
        assert words[1] == os.fspath(folder / f"{NAME}_post1.nii.gz")
    else:
        assert words[-2:] == [os.fspath(folder / f"{NAME}_post1.nii.gz"), os.fspath(exported.mask)]


def test_without_the_program_nothing_is_started(exported):
    assert exported.process is None
