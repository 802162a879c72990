"""A revision that was accepted is taken up by the next run, of its exam alone."""

from __future__ import annotations

import shutil

import msgspec
import numpy as np
import pytest

from breastdce.core.errors import StoreError
from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import read_provenance
from breastdce.formats.nifti import read_grid, read_mask, read_volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import load_panel
from breastdce.review.changes import between
from breastdce.review.revision import Reader, Role
from breastdce.run.export import export, layout_names
from breastdce.run.pages import read_measurements
from breastdce.run.review.ledger import read_register
from breastdce.run.review.mask_files import MaskFiles
from breastdce.run.review.room import ReviewRoom
from breastdce.run.validation import validate_all
from tests.e2e.conftest import digests, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tiny")]

EXAM = ExamId("PHANTOM01", "1")
ANNA = Reader("Anna Annotator", Role.READER)
JUDGE = Reader("Judge", Role.ADJUDICATOR)


def revise(out, change):
    """Sign and accept what `change` makes of the start; the accepted mask."""
    with ReviewRoom(out) as room:
        draft = room.open_draft(EXAM, ANNA)
        mask = change(draft.mask)
        number = room.append(EXAM, ANNA, draft.parent, draft.sequence, between(draft.mask, mask))
        signed = room.sign(EXAM, ANNA, draft.parent, number, "a comment of mine", 30.0)
        room.accept(EXAM, signed.number, JUDGE)
    return mask


def without_ledger(found):
    return {path: sum for path, sum in found.items() if not path.startswith("review/")}


def changed(before, after):
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}


def eroded(mask):
    """The mask without its outermost slices along i."""
    smaller = mask.copy(order="F")
    filled = np.flatnonzero(mask.any(axis=(1, 2)))
    smaller[filled[0]] = False
    smaller[filled[-1]] = False
    return smaller


@pytest.fixture(scope="module")
def taken(finished, tiny_cohort, fast, tmp_path_factory):
    """A data set with a revision that was accepted and taken up; not to be changed."""
    out = shutil.copytree(finished, tmp_path_factory.mktemp("taken") / "dataset")
    revise(out, eroded)
    run(tiny_cohort / "dicom", out=out, recipe=fast)
    return out


@pytest.fixture
def made(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "dataset")


@pytest.fixture
def revised(taken, tmp_path):
    return shutil.copytree(taken, tmp_path / "dataset")


def row_of(out):
    return next(row for row in rows(out / "exams.tsv") if row["exam_id"] == str(EXAM))


def test_only_the_features_of_the_revised_exam_are_computed(finished, made, tiny_cohort, fast):
    before = without_ledger(digests(finished))
    mask = revise(made, eroded)
    told = {problem.remedy for problem in validate_all(made)}
    assert any("breastdce run" in remedy for remedy in told)
    summary = run(tiny_cohort / "dicom", out=made, recipe=fast)
    computed = {str(one.exam): one.computed for one in summary.outcomes}
    assert computed.pop(str(EXAM)) == 2  # radiomics and trust
    assert set(computed.values()) == {0}
    folder = f"sub-{EXAM.participant}/ses-{EXAM.visit}"
    own = {
        f"{folder}/masks/{EXAM}_stv-expert.nii.gz",
        f"{folder}/features/{EXAM}_captk.tsv",
        f"{folder}/features/{EXAM}_trust.tsv",
        f"{folder}/provenance.json",
        f"report/exams/{EXAM}.html",
    }
    spanning = {"exams.tsv", "features/captk.tsv", "features/trust.tsv", "report/index.html"}
    spanning |= {"README.md", "SHA256SUMS", "croissant.json", "datapackage.json"}
    spanning |= {f"report/exams/{name}.html" for name in computed}  # where they stand beside it
    assert changed(before, without_ledger(digests(made))) == own | spanning
    row = row_of(made)
    assert row["stv_source"] == "stv-expert"
    assert int(row["stv_voxels"]) == np.count_nonzero(mask)
    stored = read_mask(layout.mask(made, EXAM, MaskName.STV_EXPERT))
    np.testing.assert_array_equal(stored.data, mask)
    grid = read_grid(layout.image(made, EXAM, 1))
    np.testing.assert_allclose(stored.grid.affine, grid.affine, rtol=0, atol=1e-6)
    (features,) = rows(layout.exam_features(made, EXAM))
    assert features["mask"] == "stv-expert"
    image = read_volume(layout.image(made, EXAM, 1))
    expected = extract_features(image, Mask(mask, image.grid), load_panel("captk")).values
    for name, value in expected.items():
        assert features[name] == ("n/a" if np.isnan(value) else repr(float(value))), name
    assert validate_all(made) == []
    again = run(tiny_cohort / "dicom", out=made, recipe=fast)
    assert again.nothing_to_do


def test_who_revised_stays_in_the_ledger_alone(taken):
    for path in taken.rglob("*"):
        if path.is_file() and "review" not in path.relative_to(taken).parts:
            content = path.read_bytes()
            assert b"Annotator" not in content, path
            assert b"comment of mine" not in content, path
    record = read_provenance(layout.provenance(taken, EXAM))
    told = read_measurements(record).reports["revision"]
    assert set(msgspec.to_builtins(told)) == {"number", "mask", "link"}


def test_work_sent_back_brings_the_former_features_back(finished, revised, tiny_cohort, fast):
    with ReviewRoom(revised) as room:
        room.send_back(EXAM, ANNA.name, JUDGE, "again, please")
    summary = run(tiny_cohort / "dicom", out=revised, recipe=fast)
    assert {one.computed for one in summary.outcomes} == {0}  # they were kept
    assert without_ledger(digests(revised)) == without_ledger(digests(finished))
    assert validate_all(revised) == []


def test_an_expert_who_sees_no_tumor_is_believed(made, tiny_cohort, fast):
    revise(made, np.zeros_like)
    run(tiny_cohort / "dicom", out=made, recipe=fast)
    row = row_of(made)
    assert (row["stv_source"], row["stv_voxels"]) == ("stv-expert", "0")
    assert validate_all(made) == []


def test_a_mask_edited_behind_the_ledger_is_put_right_by_a_run(revised, tiny_cohort, fast):
    path = layout.mask(revised, EXAM, MaskName.STV_EXPERT)
    before = path.read_bytes()
    shutil.copy(layout.mask(revised, EXAM, MaskName.STV_CANDIDATE), path)
    assert any("not the accepted" in problem.what for problem in validate_all(revised))
    run(tiny_cohort / "dicom", out=revised, recipe=fast)
    assert path.read_bytes() == before
    assert validate_all(revised) == []


def test_a_run_refuses_to_build_on_a_ledger_that_was_tampered_with(revised, tiny_cohort, fast):
    before = without_ledger(digests(revised))
    (signed,) = read_register(layout.review_ledger(revised)).standing(str(EXAM)).revisions
    path = MaskFiles(revised).path(EXAM, signed.mask)
    shutil.copy(layout.mask(revised, EXAM, MaskName.STV_CANDIDATE), path)
    with pytest.raises(StoreError, match="LEDGER_BROKEN"):
        run(tiny_cohort / "dicom", out=revised, recipe=fast)
    assert without_ledger(digests(revised)) == before  # no exam was withdrawn


def test_no_export_holds_the_ledger(taken, tiny_cohort, tmp_path):
    for name in layout_names():
        needs = {"dicom": tiny_cohort / "dicom"} if name == "dicom-seg" else {}
        dest = tmp_path / name
        export(taken, dest, name, on_exam=lambda *_: None, **needs)
        files = [path for path in dest.rglob("*") if path.is_file()]
        assert files
        assert not [path for path in files if "ledger" in path.name or path.suffix == ".sqlite"]
        assert not [path for path in files if b"Annotator" in path.read_bytes()]
