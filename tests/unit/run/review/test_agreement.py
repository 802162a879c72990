"""The readers' agreement from a room: whose revisions count, and what is written of them."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from breastdce.cli.main import main
from breastdce.core.errors import CallError, InputError, StoreError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.tables import read_raw_tsv
from breastdce.imaging.mask_scores import dice
from breastdce.report.readers_page import render_readers
from breastdce.review.agreement import compare_readers, summarize_readers
from breastdce.review.revision import Role
from breastdce.review.staple import StapleParams, staple
from breastdce.run.review.agreement import Found, RoomAgreement
from breastdce.run.review.agreement_files import FILES, check_out, write_agreement
from breastdce.run.review.agreement_view import agreement_table, letters, readers_page
from breastdce.run.review.consensus import TOGETHER
from tests.unit.dataset.conftest import EXAMS
from tests.unit.run.review.conftest import ADMIN, ANNA, BERT, EXAM, JUDGE, sign

GRID = Grid((24, 12, 10), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))


def slab(start: int, length: int) -> Mask:
    data = np.zeros(GRID.shape, np.bool_, order="F")
    data[start : start + length, 3:9, :] = True
    return Mask(data, GRID)


def found() -> Found:
    lengths = [(8, 9, 7), (0, 4, 3), (5, 5, 5), (12, 10, 13)]
    cases = tuple(
        compare_readers(
            f"sub-{n // 2}_ses-{n % 2 + 1}",
            {
                name: slab(2, length)
                for name, length in zip(("Anna", "Bert", "Carl"), row, strict=True)
            },
        )
        for n, row in enumerate(lengths)
    )
    return Found(cases, summarize_readers(cases), blinded=True)


@pytest.fixture
def read(room):
    """Two readers on one exam, one of them on another, and a judge who has seen both."""
    room.set_role(JUDGE.name, Role.ADJUDICATOR, ADMIN)
    sign(room, ANNA)
    sign(room, ANNA, EXAM, (2, 2, 2))
    sign(room, BERT, EXAM, (1, 2, 4), (1, 2, 5))
    sign(room, BERT, EXAMS[1])
    sign(room, JUDGE, EXAM, (3, 3, 3))
    return room


def test_the_last_revisions_of_those_who_saw_no_others_are_compared(read):
    result = RoomAgreement(read).find(JUDGE)
    assert result.blinded
    assert [case.exam for case in result.cases] == [str(exam) for exam in EXAMS[:2]]
    assert [one.reader for one in result.cases[0].readers] == ["Anna", "Bert"]
    last = [read.revisions(EXAM, JUDGE)[at] for at in (1, 2)]
    masks = [read.revision_mask(EXAM, one.number, JUDGE) for one in last]
    assert result.cases[0].pairs[0].dice == dice(*masks)
    assert result.summary.pairs[0].cases == 1


def test_without_a_reader_everybody_counts_and_it_is_said(room):
    sign(room, ANNA)  # nobody has a role yet: all may see all
    sign(room, BERT)
    result = RoomAgreement(room).find(JUDGE)
    assert not result.blinded
    assert len(result.cases[0].readers) == 2
    assert "also of people who see the work of others" in agreement_table(result).note


def test_only_what_is_new_is_compared_again(read):
    agreement = RoomAgreement(read)
    one, two = agreement.find(JUDGE).cases
    again = agreement.find(JUDGE).cases
    assert again[0] is one
    assert again[1] is two
    sign(read, BERT, EXAM, (4, 4, 4))
    new = agreement.find(JUDGE).cases
    assert new[0] != one
    assert new[1] is two


def test_a_reader_sees_no_agreement(read):
    with pytest.raises((InputError, CallError), match="ROLE_MISSING"):
        RoomAgreement(read).find(ANNA)


def test_readers_who_agree_fully_have_a_value_and_no_interval():
    cases = tuple(
        compare_readers(f"sub-{n}_ses-1", {name: slab(2, length) for name in ("Anna", "Bert")})
        for n, length in enumerate((8, 5, 3))
    )
    note = agreement_table(Found(cases, summarize_readers(cases), blinded=True)).note
    assert "ICC(2,1) of volumes 1.000 (no interval: no spread to tell)" in note
    assert "kappa of lesion seen undefined (all say the same of every exam)" in note


@pytest.mark.parametrize("readers", [(), ("Anna",)])
def test_where_there_is_no_pair_the_note_says_so(readers):
    cases = tuple(compare_readers("sub-1_ses-1", {name: slab(2, 8)}) for name in readers)
    table = agreement_table(Found(cases, summarize_readers(cases), blinded=True))
    assert not table.rows
    assert table.note.endswith("No two readers have drawn the same case.")


def test_the_table_of_the_server_is_json_without_holes():
    table = agreement_table(found())
    rows = json.loads(msgspec.json.encode(table))["rows"]
    assert [(row["first"], row["second"]) for row in rows] == [
        ("Anna", "Bert"),
        ("Anna", "Carl"),
        ("Bert", "Carl"),
    ]
    names = {column.name for column in table.columns}
    assert all(row.keys() == names for row in rows)
    assert rows[0]["one_empty"] == 1
    assert rows[2]["kappa"] is None  # both saw a lesion in every exam
    assert "4 cases: ICC(2,1) of volumes 0.889 (0.509 to 0.992)" in table.note


def test_the_page_shows_names_only_where_asked():
    assert "Anna" in render_readers(readers_page(found(), "study", names=True))
    page = render_readers(readers_page(found(), "study", names=False))
    assert "Anna" not in page
    assert "4 exams are of 2 participants" in page


def test_files_hold_letters_and_every_table_its_dictionary(tmp_path):
    write_agreement(tmp_path, found(), "study", names=False)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    for path in tmp_path.iterdir():
        assert "Anna" not in path.read_text()
    for table in tmp_path.glob("*.tsv"):
        names, lines = read_raw_tsv(table)
        assert names == list(json.loads(table.with_suffix(".json").read_text()))
        assert lines
    names, lines = read_raw_tsv(tmp_path / "pairs.tsv")
    row = dict(zip(names, lines[2], strict=True))
    assert (row["first"], row["second"], row["kappa_undefined"]) == ("B", "C", "one_category")
    check_out(tmp_path)  # to be written again


def test_files_hold_names_where_they_are_asked_for(tmp_path):
    write_agreement(tmp_path, found(), "study", names=True)
    assert "Anna" in (tmp_path / "readers.tsv").read_text()


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="OUTPUT_FOREIGN"):
        check_out(tmp_path)
    with pytest.raises(StoreError, match="OUTPUT_UNWRITABLE"):
        check_out(tmp_path / "notes.txt")
    check_out(tmp_path / "new")


def test_many_readers_are_numbered():
    masks = {f"reader {n:02d}": slab(2, 3 + n % 3) for n in range(27)}
    summary = summarize_readers([compare_readers("sub-1_ses-1", masks)])
    assert letters(summary)["reader 26"] == "27"


def test_a_consensus_goes_by_its_name():
    masks = [slab(2, 8), slab(2, 9), slab(4, 8)]
    assert TOGETHER["majority"](masks).data.sum() == 9 * 60
    expected = staple(masks, StapleParams()).mask.data
    np.testing.assert_array_equal(TOGETHER["staple"](masks).data, expected)


def test_who_sees_all_sees_what_readers_say_together(read):
    revisions = read.revisions(EXAM, JUDGE)
    masks = [read.revision_mask(EXAM, revisions[at].number, JUDGE) for at in (1, 2)]
    for name, make in TOGETHER.items():
        assert name in read.case(EXAM, JUDGE).masks
        np.testing.assert_array_equal(read.mask(EXAM, name, JUDGE), make(masks).data)
        assert name not in read.case(EXAM, ANNA).masks
        with pytest.raises(InputError, match="UNKNOWN_ENTRY"):
            read.mask(EXAM, name, ANNA)
        with pytest.raises(InputError, match="UNKNOWN_ENTRY"):
            read.mask(EXAMS[1], name, JUDGE)  # one reader


def test_a_revision_made_of_a_consensus_is_no_reading(room):
    sign(room, ANNA)  # nobody has a role: everybody's revisions are readings
    sign(room, BERT, EXAM, (1, 2, 4))
    draft = room.open_draft(EXAM, JUDGE, "majority")
    signed = room.sign(EXAM, JUDGE, draft.parent, draft.sequence, "", 1.0)
    assert signed.tool == "consensus"
    assert [one.reader for one in room.readings(JUDGE)] == ["Anna", "Bert"]


def test_the_command_says_who_is_who_on_stderr_alone(read, out, tmp_path, capsys):
    read.close()
    assert main(["review", "agreement", str(out), "--out", str(tmp_path / "agreement")]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1].split("\t")[:3] == ["A", "B", "1"]
    assert "B is Bert" in said.err
    assert "Bert" not in said.out
    assert {path.name for path in (tmp_path / "agreement").iterdir()} == set(FILES)


def test_the_command_answers_programs(read, out, capsys):
    read.close()
    assert main(["review", "agreement", str(out), "--json", "--names"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["first"] == "Anna"
