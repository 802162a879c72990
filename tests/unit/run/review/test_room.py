"""The room: drafts, signing, deciding, and what each reader may see."""

from __future__ import annotations

import shutil
import threading

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_grid, read_mask, read_volume
from breastdce.review.changes import NO_CHANGE, Change, apply, between
from breastdce.review.revision import Reader, Role
from breastdce.review.worklist import State
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths
from breastdce.run.review.ledger import read_ledger
from breastdce.run.review.mask_files import MaskFiles
from breastdce.run.review.named_files import file_digest
from breastdce.run.review.room import ReviewRoom
from tests.unit.dataset.conftest import EXAMS
from tests.unit.run.review.conftest import ADMIN, ANNA, BERT, EXAM, JUDGE, data_of, sign, toggled


def refused(code, call, *args):
    with pytest.raises(InputError) as caught:
        call(*args)
    assert caught.value.code is code
    return caught.value


def state(room, reader, exam=EXAM):
    return next(row.state for row in room.cases(reader) if row.exam == str(exam))


def expert(room):
    return layout.mask(room.out, EXAM, MaskName.STV_EXPERT)


def test_a_draft_begins_from_the_best_mask_there_is(room, out):
    candidate = read_mask(layout.mask(out, EXAM, MaskName.STV_CANDIDATE)).data
    draft = room.open_draft(EXAM, ANNA)
    assert (draft.start, draft.changes) == ("stv-candidate", 0)
    np.testing.assert_array_equal(draft.mask, candidate)
    assert state(room, ANNA) is State.IN_PROGRESS
    auto = layout.mask(out, EXAM, MaskName.STV_AUTO)
    shutil.copy(layout.mask(out, EXAMS[1], MaskName.STV_CANDIDATE), auto)
    assert room.open_draft(EXAM, BERT).start == "stv-auto"
    assert room.open_draft(EXAM, JUDGE, "empty").mask.sum() == 0
    assert room.open_draft(EXAM, ANNA).start == "stv-candidate"  # an open one stays as it is
    layout.mask(out, EXAMS[2], MaskName.STV_CANDIDATE).unlink()
    assert room.open_draft(EXAMS[2], ANNA).start == "ftv"
    layout.mask(out, EXAMS[2], MaskName.FTV).unlink()
    assert room.open_draft(EXAMS[2], BERT).start == "empty"


def test_a_signed_mask_differs_from_its_parent_by_the_strokes_alone(room, out):
    draft = room.open_draft(EXAM, ANNA)
    voxels = [(0, 0, 0), (5, 5, 12), (3, 2, 7)]
    change = toggled(draft.mask, *voxels)
    number = room.append(EXAM, ANNA, draft.parent, draft.sequence, change)
    told = room.delta(EXAM, ANNA)
    revision = room.sign(EXAM, ANNA, draft.parent, number, "clear", 61.5)
    assert (revision.number, revision.reader, revision.tool) == (1, "Anna", "browser")
    assert (revision.comment, revision.seconds, revision.parent) == ("clear", 61.5, draft.parent)
    assert revision.delta.voxels_added + revision.delta.voxels_removed == 3
    assert told.volume_ml == revision.delta.volume_ml
    path = MaskFiles(out).path(EXAM, revision.mask)
    stored = read_mask(path)
    assert {tuple(map(int, v)) for v in np.argwhere(stored.data != draft.mask)} == set(voxels)
    image = read_grid(layout.image(out, EXAM, 1))
    np.testing.assert_array_equal(stored.grid.affine, image.affine)
    assert file_digest(path) == revision.mask
    assert state(room, ANNA) is State.SUBMITTED
    assert room.open_draft(EXAM, ANNA).start == "revision:1"


def test_where_no_draft_is_open_there_is_nothing_to_compare(room):
    for call in (room.delta, room.surface):
        assert "No draft is open" in refused(ErrorCode.REVIEW_STATE, call, EXAM, ANNA).message


def test_the_start_is_what_an_open_draft_began_from_or_a_new_one_would(room, out):
    candidate = read_mask(layout.mask(out, EXAM, MaskName.STV_CANDIDATE)).data
    np.testing.assert_array_equal(room.mask(EXAM, "start", ANNA), candidate)
    draft = room.open_draft(EXAM, ANNA, "empty")
    room.append(EXAM, ANNA, draft.parent, draft.sequence, toggled(draft.mask, (1, 2, 3)))
    assert not room.mask(EXAM, "start", ANNA).any()


def test_drafts_of_more_readers_than_are_held_are_made_again_from_their_strokes(room):
    readers = [Reader(f"Reader{n}", Role.READER) for n in range(10)]
    for n, reader in enumerate(readers):
        draft = room.open_draft(EXAM, reader, "empty")
        room.append(EXAM, reader, draft.parent, draft.sequence, toggled(draft.mask, (n % 6, 2, 3)))
    for n, reader in enumerate(readers):
        drawn = room.open_draft(EXAM, reader).mask
        assert np.argwhere(drawn).tolist() == [[n % 6, 2, 3]]


def test_the_map_that_is_shown_before_signing_is_stored_on_the_images_grid(room, out):
    draft = room.open_draft(EXAM, ANNA)
    added = tuple(np.argwhere(~draft.mask)[0])
    nearest = np.linalg.norm(np.argwhere(draft.mask) - added, axis=1).min()  # voxels are 1 mm
    grown = draft.mask.copy(order="F")
    grown[added] = True
    change = between(draft.mask, grown)
    number = room.append(EXAM, ANNA, draft.parent, draft.sequence, change)
    shown = room.surface(EXAM, ANNA)
    revision = room.sign(EXAM, ANNA, draft.parent, number, "", 1.0)
    path = layout.review_surfaces(out) / str(EXAM) / f"{revision.surface}.nii.gz"
    stored = read_volume(path)
    assert file_digest(path) == revision.surface
    assert stored.grid.matches(read_grid(layout.image(out, EXAM, 1)))
    there = tuple(shown.voxels.T)
    np.testing.assert_array_equal(stored.data[there], shown.moved_mm)
    assert np.count_nonzero(~np.isnan(stored.data)) == len(shown.voxels)
    assert stored.data[added] == pytest.approx(nearest)
    assert np.count_nonzero(shown.moved_mm) == 1


def test_an_empty_mask_has_an_empty_map(room, out):
    draft = room.open_draft(EXAM, ANNA)
    change = between(draft.mask, np.zeros_like(draft.mask))
    number = room.append(EXAM, ANNA, draft.parent, draft.sequence, change)
    assert len(room.surface(EXAM, ANNA).voxels) == 0
    revision = room.sign(EXAM, ANNA, draft.parent, number, "", 1.0)
    path = layout.review_surfaces(out) / str(EXAM) / f"{revision.surface}.nii.gz"
    assert np.isnan(read_volume(path).data).all()


def test_undo_is_a_change_more_and_leaves_the_mask_as_it_was(room):
    draft = room.open_draft(EXAM, ANNA)
    change = toggled(draft.mask, (1, 1, 1), (2, 1, 1))
    first = room.append(EXAM, ANNA, draft.parent, draft.sequence, change)
    second = room.append(EXAM, ANNA, draft.parent, first, change.turned())
    again = room.open_draft(EXAM, ANNA)
    assert (again.sequence, again.changes, second) == (second, 2, draft.sequence + 2)
    np.testing.assert_array_equal(again.mask, draft.mask)
    assert room.append(EXAM, ANNA, draft.parent, second, NO_CHANGE) == second


def test_autosaved_work_is_there_after_a_restart(room, out):
    draft = room.open_draft(EXAM, ANNA)
    mask, number = draft.mask, draft.sequence
    for voxel in [(0, 0, 0), (1, 0, 0), (0, 0, 0), (4, 4, 4)]:
        change = toggled(mask, voxel)
        number = room.append(EXAM, ANNA, draft.parent, number, change)
        mask = apply(mask, change)
    with ReviewRoom(out) as later:  # nobody has closed the first: as after a crash
        back = later.open_draft(EXAM, ANNA)
        assert (back.parent, back.sequence, back.changes) == (draft.parent, number, 4)
        np.testing.assert_array_equal(back.mask, mask)
        later.append(EXAM, ANNA, back.parent, back.sequence, toggled(mask, (5, 5, 5)))
    stale = refused(
        ErrorCode.STALE, room.append, EXAM, ANNA, draft.parent, number, toggled(mask, (5, 5, 5))
    )
    assert stale.evidence == {"parent": draft.parent, "sequence": number + 1}
    assert room.open_draft(EXAM, ANNA).mask[5, 5, 5] != mask[5, 5, 5]


def test_two_windows_of_one_reader_cannot_overwrite_each_other(room):
    one = room.open_draft(EXAM, ANNA)
    other = room.open_draft(EXAM, ANNA)
    number = room.append(EXAM, ANNA, one.parent, one.sequence, toggled(one.mask, (0, 0, 0)))
    late = (other.parent, other.sequence)
    for call, args in (
        (room.append, (*late, toggled(other.mask, (1, 1, 1)))),
        (room.sign, (*late, "", 1.0)),
        (room.discard, late),
        (room.tool, ("largest", {}, *late)),
    ):
        stale = refused(ErrorCode.STALE, call, EXAM, ANNA, *args)
        assert stale.evidence == {"parent": one.parent, "sequence": number}
    assert room.open_draft(EXAM, ANNA).sequence == number


def test_an_old_window_cannot_write_into_a_new_draft(room):
    old = room.open_draft(EXAM, ANNA)
    first = room.append(EXAM, ANNA, old.parent, old.sequence, toggled(old.mask, (0, 0, 0)))
    room.discard(EXAM, ANNA, old.parent, first)
    assert state(room, ANNA) is State.TODO
    assert not room.case(EXAM, ANNA).draft
    refused(ErrorCode.STALE, room.append, EXAM, ANNA, old.parent, first, NO_CHANGE)
    new = room.open_draft(EXAM, ANNA)
    assert new.parent == old.parent  # the same start, and yet another head
    np.testing.assert_array_equal(new.mask, old.mask)
    assert new.sequence > first
    for sequence in (old.sequence, first):
        refused(
            *(ErrorCode.STALE, room.append, EXAM, ANNA, old.parent, sequence),
            toggled(old.mask, (1, 1, 1)),
        )


def test_two_readers_work_on_one_exam_without_seeing_each_other(room):
    sign(room, ANNA, EXAM, (0, 0, 0))
    draft = room.open_draft(EXAM, BERT)
    assert draft.start == "stv-candidate"
    sign(room, BERT, EXAM, (1, 1, 1))
    for reader, own, other in ((ANNA, 1, 2), (BERT, 2, 1)):
        view = room.case(EXAM, reader)
        assert [one.number for one in view.revisions] == [own]
        assert f"revision:{other}" not in view.masks
        assert [one.reader for one in room.revisions(EXAM, reader)] == [reader.name]
        room.mask(EXAM, f"revision:{own}", reader)
        refused(ErrorCode.UNKNOWN_ENTRY, room.mask, EXAM, f"revision:{other}", reader)
        refused(ErrorCode.UNKNOWN_ENTRY, room.revision_mask, EXAM, other, reader)
        refused(ErrorCode.UNKNOWN_ENTRY, room.open_draft, EXAM, reader, f"revision:{other}")
        refused(ErrorCode.ROLE_MISSING, room.readings, reader)
    assert [one.reader for one in room.case(EXAM, JUDGE).revisions] == ["Anna", "Bert"]
    assert [(one.reader, one.revision.number) for one in room.readings(JUDGE)] == [
        ("Anna", 1),
        ("Bert", 2),
    ]
    assert data_of(room, EXAM, 1)[1, 1, 1] != data_of(room, EXAM, 2)[1, 1, 1]


def test_another_start_is_taken_only_while_nothing_was_drawn(room):
    room.open_draft(EXAM, ANNA)
    draft = room.open_draft(EXAM, ANNA, "ftv")
    assert draft.start == "ftv"
    room.append(EXAM, ANNA, draft.parent, draft.sequence, toggled(draft.mask, (0, 0, 0)))
    assert room.open_draft(EXAM, ANNA, "ftv").changes == 1
    told = refused(ErrorCode.REVIEW_STATE, room.open_draft, EXAM, ANNA, "empty")
    assert told.evidence["changes"] == 1
    refused(ErrorCode.UNKNOWN_ENTRY, room.open_draft, EXAM, BERT, "../../etc/passwd")


def test_acceptance_writes_the_expert_mask_and_can_be_taken_back(room, out):
    sign(room, ANNA, EXAM, (0, 0, 0))
    sign(room, BERT, EXAM, (1, 1, 1))
    for reader in (ANNA, BERT):
        refused(ErrorCode.ROLE_MISSING, room.accept, EXAM, 1, reader)
    refused(ErrorCode.UNKNOWN_ENTRY, room.accept, EXAM, 3, JUDGE)
    assert not expert(room).exists()
    room.accept(EXAM, 2, JUDGE)
    np.testing.assert_array_equal(read_mask(expert(room)).data, data_of(room, EXAM, 2))
    assert (state(room, BERT), state(room, ANNA)) == (State.ACCEPTED, State.SUBMITTED)
    accepted = refused(ErrorCode.REVIEW_STATE, room.open_draft, EXAM, BERT)
    assert accepted.evidence["number"] == 2
    room.accept(EXAM, 1, JUDGE)
    np.testing.assert_array_equal(read_mask(expert(room)).data, data_of(room, EXAM, 1))
    room.send_back(EXAM, "Anna", JUDGE, "the skin is in it")
    assert not expert(room).exists()
    assert (state(room, ANNA), state(room, JUDGE)) == (State.SENT_BACK, State.SENT_BACK)
    sign(room, ANNA, EXAM, (2, 2, 2))
    assert [one.number for one in room.revisions(EXAM, ANNA)] == [1, 3]
    assert read_ledger(layout.review_ledger(out)).last_number == 9


def test_only_who_decides_sends_back_and_assigns_and_only_admins_give_roles(room):
    sign(room, ANNA)
    refused(ErrorCode.ROLE_MISSING, room.send_back, EXAM, "Anna", BERT, "")
    refused(ErrorCode.ROLE_MISSING, room.assign, EXAM, "Anna", BERT)
    refused(ErrorCode.ROLE_MISSING, room.set_role, "Bert", Role.ADMIN, JUDGE)
    refused(ErrorCode.REVIEW_STATE, room.send_back, EXAM, "Bert", JUDGE, "")
    room.assign(EXAMS[1], "Bert", JUDGE)
    room.assign(EXAMS[1], "Bert", JUDGE)
    rows = {row.exam: row for row in room.cases(JUDGE)}
    assert rows[str(EXAMS[1])].assigned == ("Bert",)
    assert rows[str(EXAMS[1])].state is State.TODO
    room.set_role("Bert", Role.ADJUDICATOR, ADMIN)
    assert room.reader("Bert").decides
    assert [reader.name for reader in room.readers()] == ["Bert"]


def test_a_run_that_works_on_the_exam_is_not_disturbed(room, out):
    sign(room)
    with locked(WorkPaths(out).lock(str(EXAM))):
        room.accept(EXAM, 1, JUDGE)
        assert not expert(room).exists()
    with ReviewRoom(out):
        assert expert(room).exists()


def test_an_expert_mask_of_elsewhere_is_left_alone(room, out):
    shutil.copy(layout.mask(out, EXAM, MaskName.STV_CANDIDATE), expert(room))
    before = expert(room).read_bytes()
    sign(room)
    room.send_back(EXAM, "Anna", JUDGE, "")
    with ReviewRoom(out):
        assert expert(room).read_bytes() == before


def test_a_mask_drawn_elsewhere_becomes_a_revision(room, out):
    mask = np.zeros(room.grid(EXAM).shape, np.bool_)
    mask[2:4, 2:4, 2:4] = True
    revision = room.import_mask(EXAM, ANNA, mask, "itksnap", "done in ITK-SNAP")
    assert (revision.tool, revision.seconds, revision.delta.volume_ml) == ("itksnap", 0.0, 0.008)
    np.testing.assert_array_equal(data_of(room, EXAM, 1), mask)
    assert not room.case(EXAM, ANNA).draft
    refused(ErrorCode.GRID_MISMATCH, room.import_mask, EXAM, ANNA, mask[1:], "itksnap", "")
    refused(ErrorCode.CALL_INVALID, room.import_mask, EXAM, ANNA, mask, "itksnap", "x" * 4001)
    assert not room.case(EXAM, ANNA).draft
    draft = room.open_draft(EXAM, ANNA)
    room.append(EXAM, ANNA, draft.parent, draft.sequence, toggled(draft.mask, (0, 0, 0)))
    refused(ErrorCode.REVIEW_STATE, room.import_mask, EXAM, ANNA, mask, "itksnap", "")
    assert len(room.revisions(EXAM, ANNA)) == 1


def test_tools_change_the_draft_like_a_stroke(room):
    draft = room.open_draft(EXAM, ANNA, "empty")
    voxels = [(0, 0, 0), (1, 0, 0), (5, 5, 12)]
    number = room.append(EXAM, ANNA, draft.parent, draft.sequence, toggled(draft.mask, *voxels))
    near = room.tool(EXAM, ANNA, "near", {"mm": 30}, draft.parent, number)
    assert (near.change.is_empty, near.sequence) == (True, number)
    answer = room.tool(EXAM, ANNA, "largest", {}, draft.parent, number)
    assert (answer.change.voxels_removed, answer.sequence) == (1, number + 1)
    assert np.argwhere(room.open_draft(EXAM, ANNA).mask).tolist() == [[0, 0, 0], [1, 0, 0]]
    head = (draft.parent, answer.sequence)
    refused(ErrorCode.UNKNOWN_ENTRY, room.tool, EXAM, ANNA, "magic", {}, *head)
    refused(ErrorCode.CALL_INVALID, room.tool, EXAM, ANNA, "near", {"mm": -1}, *head)
    refused(ErrorCode.CALL_INVALID, room.tool, EXAM, ANNA, "near", {"cm": 2}, *head)


def test_a_region_is_grown_on_what_is_shown(room):
    draft = room.open_draft(EXAM, ANNA, "empty")
    data, slope, intercept = room.volume(EXAM, "post1")
    value = float(data[3, 3, 3]) * slope + intercept
    params = {"seed": [3, 3, 3], "low": value, "high": value, "radius_mm": 2.0}
    answer = room.tool(EXAM, ANNA, "grow", params, draft.parent, draft.sequence)
    assert np.argwhere(room.open_draft(EXAM, ANNA).mask).tolist() == [[3, 3, 3]]
    head = (draft.parent, answer.sequence)
    proposed = room.tool(EXAM, ANNA, "grow", {"seed": [3, 3, 3]}, *head)
    assert proposed.change.voxels_added > 0
    assert proposed.change.voxels_removed == 0
    head = (draft.parent, proposed.sequence)
    refused(ErrorCode.CALL_INVALID, room.tool, EXAM, ANNA, "grow", {"seed": [9, 9, 99]}, *head)


def test_slices_between_drawn_ones_are_filled(room):
    draft = room.open_draft(EXAM, ANNA, "empty")
    drawn = [(i, j, k) for i in (2, 3) for j in (2, 3) for k in (4, 8)]
    number = room.append(EXAM, ANNA, draft.parent, draft.sequence, toggled(draft.mask, *drawn))
    room.tool(EXAM, ANNA, "between", {"axis": 2}, draft.parent, number)
    mask = room.open_draft(EXAM, ANNA).mask
    assert mask[2:4, 2:4, 4:9].all()
    assert np.count_nonzero(mask) == 20


def test_images_come_in_16_bits_over_their_range(room, out):
    for name, index in (("pre", 0), ("post1", 1), ("post2", 2)):
        image = read_volume(layout.image(out, EXAM, index)).data
        data, slope, intercept = room.volume(EXAM, name)
        assert data.flags.f_contiguous
        assert slope == pytest.approx(np.ptp(image) / 65_534)
        # half a step, and the rounding of float32
        np.testing.assert_allclose(data * slope + intercept, image, atol=0.51 * slope)
    sub = room.volume(EXAM, "sub1")
    pre, post = (read_volume(layout.image(out, EXAM, n)).data for n in (0, 1))
    np.testing.assert_allclose(
        sub.data * sub.slope + sub.intercept, post - pre, atol=0.51 * sub.slope
    )
    refused(ErrorCode.UNKNOWN_ENTRY, room.volume, EXAM, "../secret")


def test_the_time_curve_is_of_the_nearest_native_voxel(room, out):
    curve = room.curve(EXAM, (2, 0, 6))  # 1 mm: native i = 2 / 0.7031 = 2.8, k = 6 / 2.2 = 2.7
    phases = [read_volume(layout.native_image(out, EXAM, n)).data for n in range(4)]
    assert curve.signal == tuple(float(phase[3, 0, 3]) for phase in phases)
    assert curve.times_s == (-20.0, 130.125, None, 450.0)
    for outside in ((-1, 0, 0), (0, 0, 13)):
        refused(ErrorCode.UNKNOWN_ENTRY, room.curve, EXAM, outside)


def test_an_exam_that_is_not_there_is_unknown_to_all_methods(room):
    exam = ExamId("9999", "T0")
    for call, args in (
        (room.case, (ANNA,)),
        (room.volume, ("post1",)),
        (room.mask, ("start", ANNA)),
        (room.curve, ((0, 0, 0),)),
        (room.grid, ()),
        (room.open_draft, (ANNA,)),
        (room.assign, ("Anna", JUDGE)),
        (room.accept, (1, JUDGE)),
    ):
        refused(ErrorCode.UNKNOWN_ENTRY, call, exam, *args)


def test_a_room_needs_a_data_set_and_makes_nothing_without(tmp_path):
    with pytest.raises(InputError, match="TABLE_INVALID"):
        ReviewRoom(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_comment_out_of_bounds_signs_nothing(room, out):
    draft = room.open_draft(EXAM, ANNA)
    for comment, seconds in (("x" * 4001, 1.0), ("", -1.0), ("", float("nan"))):
        refused(
            *(ErrorCode.CALL_INVALID, room.sign, EXAM, ANNA),
            *(draft.parent, draft.sequence, comment, seconds),
        )
    assert room.open_draft(EXAM, ANNA).sequence == draft.sequence
    assert room.revisions(EXAM, ANNA) == []


def test_masks_without_their_ledger_are_not_swept_away(room, out):
    sign(room)
    room.close()
    layout.review_ledger(out).unlink()
    with pytest.raises(StoreError) as caught:
        ReviewRoom(out)
    assert caught.value.code is ErrorCode.LEDGER_BROKEN
    assert len(list(layout.review_masks(out).glob("*/*"))) == 2


def test_a_mask_file_that_was_edited_is_never_served(room, out):
    revision = sign(room)
    path = MaskFiles(out).path(EXAM, revision.mask)
    shutil.copy(layout.mask(out, EXAMS[1], MaskName.STV_CANDIDATE), path)
    with pytest.raises(StoreError, match="LEDGER_BROKEN"):
        room.revision_mask(EXAM, 1, JUDGE)
    path.unlink()
    with pytest.raises(StoreError, match="LEDGER_BROKEN"):
        room.revision_mask(EXAM, 1, JUDGE)


def test_threads_share_a_room(room):
    """Eight threads, each its own reader: every stroke is in its draft, in order."""

    def work(reader):
        draft = room.open_draft(EXAM, reader)
        mask, number = draft.mask, draft.sequence
        for n in range(6):
            change = toggled(mask, (n, n, n))
            number = room.append(EXAM, reader, draft.parent, number, change)
            mask = apply(mask, change)
        results[reader.name] = (number - draft.sequence, mask)

    results: dict[str, tuple[int, np.ndarray]] = {}
    readers = [type(ANNA)(f"R{n}", Role.READER) for n in range(8)]
    threads = [threading.Thread(target=work, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for reader in readers:
        steps, mask = results[reader.name]
        assert steps == 6
        np.testing.assert_array_equal(room.open_draft(EXAM, reader).mask, mask)


def test_a_change_of_another_mask_is_refused(room):
    draft = room.open_draft(EXAM, ANNA, "empty")
    wrong = Change(np.array([[0, 1, 0]], np.uint32))  # takes away what is not there
    refused(ErrorCode.CHANGE_INVALID, room.append, EXAM, ANNA, draft.parent, draft.sequence, wrong)
    assert room.open_draft(EXAM, ANNA).sequence == draft.sequence
