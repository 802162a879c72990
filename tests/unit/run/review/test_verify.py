"""What `validate` says of the ledger: nothing while it is whole, and every way it can be harmed."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from breastdce.core.digest import digest_bytes
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.problem import Promise
from breastdce.dataset.provenance import write_provenance
from breastdce.dataset.validate import validate
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.run.review.accept import accepted_revisions
from breastdce.run.review.room import ReviewRoom
from breastdce.run.review.verify import check_review
from tests.unit.dataset.conftest import EXAMS, record_of, write_record
from tests.unit.run.review.conftest import ANNA, BERT, EXAM, JUDGE, sign, toggled


@pytest.fixture
def reviewed(out):
    """A data set with three revisions of two exams, an open draft, and one that was accepted."""
    with ReviewRoom(out) as room:
        sign(room, ANNA, EXAM, (0, 0, 0))
        sign(room, BERT, EXAM, (1, 1, 1))
        sign(room, ANNA, EXAMS[1], (2, 2, 2))
        draft = room.open_draft(EXAMS[2], ANNA)
        room.append(EXAMS[2], ANNA, draft.parent, draft.sequence, toggled(draft.mask, (0, 0, 0)))
        room.accept(EXAM, 2, JUDGE)
    take_up(out)
    return out


def take_up(out):
    """What a run writes about the accepted revision, without a run."""
    revised = accepted_revisions(out)[str(EXAM)]
    record = record_of(out, EXAM)
    told = {**record.measurements, "reports": {"revision": msgspec.to_builtins(revised)}}
    write_provenance(out, EXAM, msgspec.structs.replace(record, measurements=told))


def found(out):
    return [(one.path, one.what) for one in check_review(out)]


def ledger(out, *statements, rows=((),)):
    """As somebody with the sqlite3 shell would, the triggers out of the way."""
    base = sqlite3.connect(layout.review_ledger(out))
    for name in ("update", "delete", "replace"):
        base.execute(f"DROP TRIGGER ledger_kept_{name}")
    for statement in statements:
        base.executemany(statement, rows)
    base.commit()
    base.close()


def masks(out, exam=EXAM):
    return sorted((layout.review_masks(out) / str(exam)).iterdir())


def test_a_whole_ledger_is_no_problem_and_is_not_touched(reviewed):
    before = {path: path.stat().st_mtime_ns for path in layout.review(reviewed).rglob("*")}
    assert found(reviewed) == []
    assert {path: path.stat().st_mtime_ns for path in layout.review(reviewed).rglob("*")} == before


def test_it_can_be_checked_while_somebody_works(reviewed):
    with ReviewRoom(reviewed) as room:
        room.open_draft(EXAMS[1], BERT)
        assert found(reviewed) == []


def test_a_data_set_without_a_ledger_is_fine(out):
    assert found(out) == []


def test_the_folder_of_revisions_is_no_stranger_to_the_data_set(reviewed):
    """Only what a run would have made anew is missing here: no run was made."""
    problems = [one for one in validate(reviewed) if one.promise is Promise.FILES]
    assert problems == []


def test_an_edited_mask_is_found(reviewed):
    path = masks(reviewed)[0]
    mask = read_mask(path)
    edited = mask.data.copy(order="F")
    edited[0, 0, 0] = not edited[0, 0, 0]
    write_mask(path, Mask(edited, mask.grid))
    ((where, what),) = found(reviewed)
    assert (where, what) == (
        path.relative_to(reviewed).as_posix(),
        "a file of the ledger is not the one that was written",
    )


def test_an_edited_map_a_lost_one_and_one_too_many_are_found(reviewed):
    folder = layout.review_surfaces(reviewed) / str(EXAM)
    edited, lost = sorted(folder.iterdir())
    volume = read_volume(edited)
    values = np.nan_to_num(volume.data, nan=1.0)
    write_volume(edited, Volume(np.asfortranarray(values), volume.grid))
    lost.rename(lost.with_name(f"{'ab' * 32}.nii.gz"))
    assert sorted(what for _, what in found(reviewed)) == [
        "a file of the ledger is not the one that was written",
        "a file that the ledger names is missing",
        "the ledger knows no such file",
    ]
    with ReviewRoom(reviewed):
        pass  # clears what no row names
    assert not lost.with_name(f"{'ab' * 32}.nii.gz").exists()


def test_a_mask_moved_in_space_is_found(reviewed):
    path = masks(reviewed)[0]
    mask = read_mask(path)
    x, y, z = mask.grid.origin_mm
    write_mask(path, Mask(mask.data, replace(mask.grid, origin_mm=(x, y, z + 1e-3))))
    assert len(found(reviewed)) == 1


def test_a_mask_that_is_no_file_any_more_and_one_too_many_are_found(reviewed):
    lost, kept = masks(reviewed)[:2]
    shutil.copy(kept, kept.with_name(f"{'ab' * 32}.nii.gz"))
    lost.unlink()
    kept.write_bytes(b"\x1f\x8b broken")
    assert sorted(what for _, what in found(reviewed)) == [
        "a file of the ledger is not the one that was written",
        "a file that the ledger names is missing",
        "the ledger knows no such file",
    ]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "UPDATE ledger SET text = replace(text, 'Anna', 'Berta') WHERE number = 2",
            "the row is not the one that was written",
        ),
        ("DELETE FROM ledger WHERE number = 3", "rows 3 to 3 are missing"),
        (
            "DELETE FROM ledger WHERE number >= 7",
            "the last rows are missing: 6 of 8 are there",
        ),
    ],
)
def test_an_edited_row_and_a_deleted_row_are_found(reviewed, statement, what):
    ledger(reviewed, statement)
    assert ("review/ledger.sqlite", what) in found(reviewed)


def test_rows_cut_off_without_a_trace_are_found_by_the_data_set(reviewed):
    ledger(
        reviewed,
        "DELETE FROM ledger WHERE number >= 8",
        "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'ledger'",
    )
    whats = [what for _, what in found(reviewed)]
    assert "the ledger has lost the row by which the exam's mask was accepted" in whats
    assert "the expert's mask is not the accepted revision" in whats


def test_a_chain_written_anew_is_found_by_the_data_set(reviewed):
    """Somebody who knows how changes a name, and links all rows again."""
    base = sqlite3.connect(layout.review_ledger(reviewed))
    rows = base.execute("SELECT number, text, link FROM ledger ORDER BY number").fetchall()
    base.close()
    known: dict[str, str] = {}
    anew = []
    for number, text, link in rows:
        new = text.replace("Bert", "Eva")
        for old, fresh in known.items():
            new = new.replace(old, fresh)
        known[link] = digest_bytes(new.encode())
        anew.append((new, known[link], number))
    ledger(reviewed, "UPDATE ledger SET text = ?, link = ? WHERE number = ?", rows=anew)
    assert [what for _, what in found(reviewed)] == [
        "the ledger has lost the row by which the exam's mask was accepted"
    ]


def test_an_expert_mask_that_is_not_the_accepted_one_is_found(reviewed):
    path = layout.mask(reviewed, EXAM, MaskName.STV_EXPERT)
    other = layout.mask(reviewed, EXAM, MaskName.STV_CANDIDATE)
    shutil.copy(other, path)
    assert [what for _, what in found(reviewed)] == [
        "the expert's mask is not the accepted revision"
    ]
    path.unlink()
    assert [what for _, what in found(reviewed)] == [
        "the accepted revision is not in the data set as the expert's mask"
    ]
    shutil.copy(other, layout.mask(reviewed, EXAMS[1], MaskName.STV_EXPERT))
    assert len(found(reviewed)) == 2  # one that nobody has accepted


def test_it_is_said_when_a_run_has_not_taken_the_mask_up_yet(reviewed):
    with ReviewRoom(reviewed) as room:
        room.accept(EXAM, 1, JUDGE)
    (told,) = check_review(reviewed)
    assert told.path.endswith("provenance.json")
    assert told.what.endswith("not of what the ledger says now")
    assert "breastdce run" in told.remedy
    write_record(reviewed, EXAM)  # without a revision in it
    assert len(found(reviewed)) == 1


def test_a_ledger_that_is_lost_or_no_ledger_is_found(reviewed):
    layout.review_ledger(reviewed).write_bytes(b"no ledger" * 1000)
    assert [what for _, what in found(reviewed)] == ["the ledger cannot be read"]
    layout.review_ledger(reviewed).unlink()
    assert [what for _, what in found(reviewed)] == [
        "there is a folder of revisions, but not their ledger"
    ]


def test_images_on_another_grid_are_found(reviewed):
    path = layout.image(reviewed, EXAM, 0)
    image = read_volume(path)
    moved = replace(image.grid, origin_mm=(0.0, 0.0, 0.0))
    write_volume(path, Volume(image.data, moved))
    assert [what for _, what in found(reviewed)] == [
        "the expert's mask is on another grid than the images"
    ]


def test_an_exam_that_left_the_data_set_is_no_problem(reviewed):
    shutil.rmtree(layout.exam_folder(reviewed, EXAM))
    assert found(reviewed) == []
