"""The main job with a model: its mask, what hangs on it, and who may be asked."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.dataset.validate import validate
from breastdce.formats.nifti import read_mask
from breastdce.segment.bundle import membership_of
from breastdce.segment.folds import make_folds
from tests.e2e.conftest import digests, rows, run
from tests.e2e.made_model import made_bundle

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model")]


def masks(out, kind):
    return sorted(out.glob(f"sub-*/ses-*/masks/*_{kind}.nii.gz"))


def test_mask_note_row_and_features_are_of_the_network(outlined):
    found = rows(outlined / "exams.tsv")
    assert len(masks(outlined, "stv-auto")) == len(found) > 0
    for row in found:
        assert row["stv_source"] == "stv-auto"
        folder = outlined / row["participant_id"] / row["session_id"] / "masks"
        mask = read_mask(folder / f"{row['exam_id']}_stv-auto.nii.gz")
        note = json.loads((folder / f"{row['exam_id']}_stv-auto.json").read_text())
        assert int(row["stv_voxels"]) == np.count_nonzero(mask.data) == note["voxels"]
        assert note["origin"] == "unknown"
        assert 0 < note["entropy_bits"] <= 1
    features = rows(outlined / "features" / "captk.tsv")
    assert {row["mask"] for row in features} == {"stv-auto"}


def test_every_promise_holds(outlined):
    assert validate(outlined) == []


def test_another_run_and_another_place_of_the_bundle_change_nothing(
    outlined, tiny_cohort, masking, bundle, tmp_path
):
    before = digests(outlined)
    moved = shutil.copytree(bundle, tmp_path / "elsewhere")
    again = run(tiny_cohort / "dicom", out=outlined, recipe=masking, model=moved, keep_ids=True)
    assert again.nothing_to_do
    assert digests(outlined) == before


def test_patients_that_all_networks_have_seen_keep_their_candidate(
    outlined, tiny_cohort, masking, tmp_path
):
    exams = {row["participant_id"][4:]: row["exam_id"] for row in rows(outlined / "exams.tsv")}
    strata = dict.fromkeys([*exams, *(f"other{n}" for n in range(11))], ("x",))
    folds = make_folds(strata, names=("x",), seed=1, outer=2, inner=1, dataset_digest="d")
    inside = next(name for name in exams if name not in folds.folds[0].test)
    outside = next(name for name in exams if name in folds.folds[0].test)
    membership = membership_of(folds, [(0, 0)])
    model = made_bundle(tmp_path / "model", membership=membership, places=((0, 0),))
    out = shutil.copytree(outlined, tmp_path / "dataset")  # with what was computed
    wanted = (exams[inside], exams[outside])
    run(tiny_cohort / "dicom", out=out, recipe=masking, model=model, keep_ids=True, exams=wanted)
    for row in (row for row in rows(out / "exams.tsv") if row["exam_id"] in wanted):
        known = row["exam_id"] == exams[inside]
        assert ("MODEL_SAW_PATIENT" in row["caveats"]) is known
        assert (row["stv_source"] == "stv-auto") is not known
    assert validate(out) == []


def test_nothing_found_leaves_the_candidate_and_says_so(outlined, tiny_cohort, masking, tmp_path):
    model = made_bundle(tmp_path / "model", threshold=1.0)
    out = shutil.copytree(outlined, tmp_path / "dataset")
    exam = rows(outlined / "exams.tsv")[0]["exam_id"]
    assert any(exam in path.name for path in masks(out, "stv-auto"))
    run(tiny_cohort / "dicom", out=out, recipe=masking, model=model, keep_ids=True, exams=(exam,))
    assert not any(exam in path.name for path in masks(out, "stv-auto"))
    row = rows(out / "exams.tsv")[0]
    assert "MODEL_FOUND_NOTHING" in row["caveats"]
    assert row["stv_source"] in ("stv-candidate", "n/a")


def test_damaged_model_is_refused_before_any_work(tiny_cohort, bundle, tmp_path):
    broken = shutil.copytree(bundle, tmp_path / "model")
    path = next(broken.glob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(InputError) as caught:
        run(tiny_cohort / "dicom", out=tmp_path / "out", model=broken)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED
    assert not (tmp_path / "out").exists()
