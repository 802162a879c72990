"""A network that learns from a data set of the main job, and is asked about the same data set."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_grid, read_mask, read_volume
from breastdce.run.bundle import read_bundle
from breastdce.run.prediction import PredictRequest, predict
from breastdce.run.training import train
from breastdce.run.training_folds import read_folds
from breastdce.run.training_plan import TrainRequest
from breastdce.run.training_source import training_exams
from breastdce.segment.preset import (
    ForegroundParams,
    PredictionParams,
    ResUNetParams,
    TrainingParams,
)
from breastdce.segment.schedule import ScheduleParams
from tests.e2e.conftest import rows
from tests.e2e.test_training import SMALL, quiet

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model")]

BRIEF = msgspec.structs.replace(
    SMALL,
    network=ResUNetParams(base=2, dropout=0.3, coarse=2),
    sampling=ForegroundParams(patch=(96, 96, 96), batch=1, steps_per_epoch=2),
    training=TrainingParams(outer=3, inner=2, precision="fp32"),  # for three participants
    schedule=ScheduleParams(schedule="cosine", lr=1e-3, epochs=1),
    prediction=PredictionParams(overlap=0.0, threshold=0.3, postprocess="stv"),
)


@pytest.fixture(scope="module")
def learned(outlined, tmp_path_factory):
    """The first outer fold of three."""
    request = TrainRequest(
        dataset=outlined,
        run=tmp_path_factory.mktemp("learned") / "run",
        preset=BRIEF,
        on_epoch=quiet,
        only=(0,),
        accelerator="cpu",
    )
    return train(request, quiet)


@pytest.fixture(scope="module")
def tested(learned, outlined) -> list[ExamId]:
    """Exams of participants that no network of the fold has seen."""
    test = read_folds(learned.folds).folds[0].test
    exams = [layout.exam_of(folder) for folder in layout.exam_folders(outlined)]
    return [exam for exam in exams if exam.participant in test and candidate(outlined, exam)]


def candidate(out: Path, exam: ExamId) -> bool:
    return layout.mask(out, exam, MaskName.STV_CANDIDATE).exists()


def test_it_learns_from_every_exam_with_a_candidate_and_says_what_that_means(learned, outlined):
    exams = [layout.exam_of(folder) for folder in layout.exam_folders(outlined)]
    with_mask = {exam for exam in exams if candidate(outlined, exam)}
    assert with_mask
    folds = read_folds(learned.folds).folds
    assert sorted(name for fold in folds for name in fold.test) == sorted(
        {exam.participant for exam in with_mask}
    )
    card = read_bundle(learned.bundle).card
    assert card.training is not None
    assert card.training.n_exams == len(with_mask)
    makers = {row["manufacturer"] for row in rows(outlined / "exams.tsv")}
    assert set(card.training.makers) <= makers
    assert card.training.makers
    assert any("rule on kinetics" in line for line in card.known_failures)


def test_exams_without_a_mask_teach_nothing(outlined, tmp_path):
    images = shutil.ignore_patterns(".breastdce", "report", "images", "maps")
    copy = shutil.copytree(outlined, tmp_path / "copy", ignore=images)
    first, *others = sorted(copy.glob("sub-*/ses-*/masks/*_stv-candidate.nii.gz"))
    first.unlink()
    assert [exam.label for exam in training_exams(copy)] == others
    for mask in others:
        mask.unlink()
    assert list(copy.glob("sub-*/ses-*/masks/*_stv-auto.nii.gz"))  # never from a network's own
    with pytest.raises(CallError) as caught:
        training_exams(copy)
    assert caught.value.evidence["why"] == "no exam has a mask of its tumor"


@pytest.mark.parametrize("patch", [(32, 32, 32), (48, 64, 64)])
def test_patches_that_the_network_cannot_halve_are_refused(outlined, tmp_path, patch):
    sampling = msgspec.structs.replace(BRIEF.sampling, patch=patch)
    preset = msgspec.structs.replace(BRIEF, sampling=sampling)
    request = TrainRequest(
        dataset=outlined, run=tmp_path / "run", preset=preset, on_epoch=quiet, accelerator="cpu"
    )
    with pytest.raises(CallError) as caught:
        train(request, quiet)
    assert caught.value.evidence["multiples of"] == (32, 32, 32)
    assert not (tmp_path / "run" / "cases").exists()  # said before exams are stored


def test_one_fold_of_three_leaves_its_predictions_and_networks_and_no_scores(learned, tested):
    made = {path.name for path in learned.predictions(0).glob("*_mask.nii.gz")}
    assert made == {f"{exam}_mask.nii.gz" for exam in tested}
    assert not learned.predictions(1).exists()
    assert not learned.metrics.exists()  # they are of all folds
    card = read_bundle(learned.bundle).card
    assert [(model.outer, model.inner) for model in card.models] == [(0, 0), (0, 1)]
    assert card.metrics == {}


def test_masks_of_a_data_set_come_on_both_grids_and_lie_in_the_breasts(
    learned, outlined, tested, tmp_path
):
    out = tmp_path / "out"
    found = predict(PredictRequest(bundle=learned.bundle, dataset=outlined, out=out), quiet)
    assert sorted(str(row["exam_id"]) for row in found.rows) == sorted(map(str, tested))
    assert {row["origin"] for row in found.rows} == {"out_of_fold"}
    assert {refusal.error.code for refusal in found.refused} == {ErrorCode.LEAK}
    for exam in tested:
        fine, native = (read_mask(path / f"{exam}_mask.nii.gz") for path in (out, out / "native"))
        assert fine.grid.matches(read_grid(layout.image(outlined, exam, 0)))
        assert native.grid.matches(read_grid(layout.native_image(outlined, exam, 0)))
        assert np.isclose(native.volume_ml, fine.volume_ml, rtol=0.1)
        name = f"{exam}_prob.nii.gz"
        one, other = (read_volume(folder / name).data for folder in (out, learned.predictions(0)))
        np.testing.assert_allclose(one, other, atol=2)  # of 255: training stores float16


def test_breasts_that_the_data_set_does_not_have_are_found_again(
    learned, outlined, tested, tmp_path
):
    bare, exam = tmp_path / "bare", tested[0]
    shutil.copytree(outlined, bare, ignore=shutil.ignore_patterns(".breastdce", "report"))
    layout.mask(bare, exam, MaskName.BREAST).unlink()
    made = []
    for folder in (outlined, bare):
        out = tmp_path / f"of-{folder.name}"
        request = PredictRequest(bundle=learned.bundle, dataset=folder, out=out, exams=(str(exam),))
        assert predict(request, quiet).refused == ()
        made.append((out / f"{exam}_mask.nii.gz").read_bytes())
    assert made[0] == made[1]


def test_where_no_exam_can_be_predicted_there_is_no_table(learned, outlined, tested, tmp_path):
    seen = [
        str(exam)
        for exam in map(layout.exam_of, layout.exam_folders(outlined))
        if exam.participant not in {one.participant for one in tested} and candidate(outlined, exam)
    ]
    out = tmp_path / "out"
    request = PredictRequest(
        bundle=learned.bundle, dataset=outlined, out=out, exams=tuple(seen[:1])
    )
    found = predict(request, quiet)
    assert (found.rows, [refusal.exam for refusal in found.refused]) == ((), seen[:1])
    assert not (out / "predictions.tsv").exists()


def test_a_folder_of_nothing_is_no_data_set(learned, tmp_path):
    request = PredictRequest(bundle=learned.bundle, dataset=tmp_path, out=tmp_path / "out")
    with pytest.raises(CallError) as caught:
        predict(request, quiet)
    assert caught.value.code is ErrorCode.CALL_INVALID
    assert "nothing to predict" in caught.value.message
