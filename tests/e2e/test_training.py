"""From a folder of exams to a bundled model, interrupted and not."""

from __future__ import annotations

import json
import shutil

import msgspec
import numpy as np
import pytest

from breastdce.cli.main import main
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError, StoreError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.run.bundle import read_bundle
from breastdce.run.evaluation import EvaluationRequest, evaluate
from breastdce.run.prediction import PredictRequest, predict
from breastdce.run.training import train
from breastdce.run.training_folder import ModelFolder
from breastdce.run.training_folds import read_folds
from breastdce.run.training_job import FitJob
from breastdce.run.training_plan import TrainRequest, plan_training
from breastdce.run.training_state import load_state
from breastdce.segment.bundle import choose_models
from breastdce.segment.net.launch import Compute, launch
from breastdce.segment.preset import (
    ForegroundParams,
    LossParams,
    OptimizerParams,
    PredictionParams,
    Preset,
    ResUNetParams,
    TrainingParams,
)
from breastdce.segment.sampling import Stream
from breastdce.segment.schedule import ScheduleParams
from tests.e2e.conftest import rows

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("training")]

SMALL = Preset(
    schema=1,
    name="small",
    network=ResUNetParams(base=2, dropout=0.3),
    sampling=ForegroundParams(patch=(32, 32, 32), batch=1, steps_per_epoch=2),
    augment=({"transform": "mirror"}, {"transform": "noise", "probability": 0.5}),
    loss=LossParams(kind="dice_ce"),
    optimizer=OptimizerParams(kind="adamw", clip_grad_norm=12.0),
    schedule=ScheduleParams(schedule="cosine", lr=1e-3, epochs=2),
    training=TrainingParams(outer=2, inner=2, ema=0.9, precision="fp32"),
    prediction=PredictionParams(overlap=0.0, postprocess="none"),
)
# i to the back, j to the feet, k to the right and a little turned, as of a sagittal exam
TURN = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
TILT = np.array([[1, 0, 0], [0, np.cos(0.1), -np.sin(0.1)], [0, np.sin(0.1), np.cos(0.1)]])
GRID = Grid((28, 40, 33), (1.0, 1.0, 1.0), TILT @ TURN, (10.0, -20.0, 5.0))


@pytest.fixture(scope="module")
def exams(tmp_path_factory):
    """Five exams of four participants, on an oblique grid smaller than a patch; one healthy."""
    folder = tmp_path_factory.mktemp("raw") / "Dataset901_Balls"
    rng = np.random.default_rng(0)
    names = ["sub-1_ses-T0", "sub-1_ses-T1", "sub-2_ses-T0", "sub-3_ses-T0", "sub-4_ses-T0"]
    for number, name in enumerate(names):
        at = np.indices(GRID.shape) - np.array([14, 18 + number, 16])[:, None, None, None]
        label = np.asfortranarray((at**2).sum(axis=0) < (0 if number == 3 else 49))
        for phase in range(3):
            data = rng.standard_normal(GRID.shape).astype(np.float32) + 2 * (phase > 0) * label
            image = Volume(np.asfortranarray(data, np.float32), GRID)
            write_volume(folder / "imagesTr" / f"{name}_{phase:04d}.nii.gz", image)
        write_mask(folder / "labelsTr" / f"{name}.nii.gz", Mask(label, GRID))
    (folder / "dataset.json").write_text("{}")
    return folder


def quiet(*_):
    pass


def request_for(exams, run, **changes):
    plain = TrainRequest(dataset=exams, run=run, preset=SMALL, on_epoch=quiet, accelerator="cpu")
    fields = {name: getattr(plain, name) for name in plain.__slots__}
    return TrainRequest(**(fields | changes))


@pytest.fixture(scope="module")
def trained(exams, tmp_path_factory):
    return train(request_for(exams, tmp_path_factory.mktemp("run") / "run"), quiet)


def test_everything_that_was_promised_is_there(trained):
    for outer in range(2):
        for inner in range(2):
            model = trained.model(outer, inner)
            assert model.trained().epochs == 2
            assert [row["epoch"] for row in rows(model.log)] == ["1", "2"]
            assert rows(model.validation)
            assert not list(model.path.glob("state-*"))  # nothing that only resuming needs
    assert json.loads((trained.root / "environment.json").read_text())["threads"] == 1
    assert "epochs = 2" in (trained.root / "run.toml").read_text()


def test_every_exam_is_predicted_once_by_networks_that_never_saw_its_participant(trained, exams):
    folds = read_folds(trained.folds)
    found = [
        path for fold in folds.folds for path in trained.predictions(fold.outer).glob("*_mask*")
    ]
    assert len(found) == 5
    for fold in folds.folds:
        for path in trained.predictions(fold.outer).glob("*_mask.nii.gz"):
            assert path.name.split("_")[0][4:] in fold.test
            assert read_mask(path).grid.matches(GRID)
    table = rows(trained.metrics)
    assert {row["origin"] for row in table} == {"out_of_fold"}
    assert len(table) == 5
    assert "dice_soft_fg" in table[0]
    again = evaluate(EvaluationRequest(prediction=trained.root, reference=exams / "labelsTr"))
    assert again.origin == "out_of_fold"
    assert {case.exam: case.scores.dice for case in again.cases}.keys() == {
        row["exam_id"] for row in table
    }


def test_bundle_is_whole_and_knows_who_took_part(trained):
    bundle = read_bundle(trained.bundle)
    assert len(bundle.card.models) == 4
    learned = bundle.card.training
    assert learned is not None
    assert (learned.n_participants, learned.n_exams) == (4, 5)
    fold = read_folds(trained.folds).folds[0]
    choice = choose_models(bundle.card, fold.test[0])
    assert {bundle.card.models[n].outer for n in choice.models} == {0}
    assert choose_models(bundle.card, "stranger").models == (0, 1, 2, 3)


def test_predicting_the_same_exams_gives_what_the_training_gave(trained, exams, tmp_path):
    out = tmp_path / "predicted"
    request = PredictRequest(bundle=trained.bundle, dataset=exams, out=out)
    found = predict(request, quiet)
    assert not found.refused
    assert len(found.rows) == 5
    for path in trained.root.glob("outer*/predictions/*_prob.nii.gz"):
        one, other = (read_volume(file).data for file in (path, out / path.name))
        np.testing.assert_allclose(one, other, atol=2)  # of 255: training stores images as float16
    for row in rows(out / "predictions.tsv"):
        assert row["origin"] == "out_of_fold"
        assert row["networks"] == "2"
    again = evaluate(EvaluationRequest(prediction=out, reference=exams / "labelsTr"))
    assert again.origin == "out_of_fold"


def test_fast_profile_is_one_pass_of_one_network(trained, exams, tmp_path):
    plain = PredictRequest(bundle=trained.bundle, dataset=exams, out=tmp_path / "fast")
    request = msgspec.structs.replace(plain, profile="fast", exams=("sub-2_ses-T0",))
    said: list[str] = []
    (row,) = predict(request, said.append).rows
    assert said[1].startswith("  1 network, windows of 48 x 32 x 48 voxels, at most 0.")
    assert row["networks"] == 1
    assert not (tmp_path / "fast" / "spread").exists()
    assert len(list((tmp_path / "fast").glob("*_mask.nii.gz"))) == 1


def test_exam_that_cannot_be_predicted_leaves_the_others(trained, exams, tmp_path):
    copy = shutil.copytree(exams, tmp_path / "Dataset902_Broken")
    path = copy / "imagesTr" / "sub-2_ses-T0_0001.nii.gz"
    path.write_bytes(path.read_bytes()[:200])
    found = predict(
        PredictRequest(bundle=trained.bundle, dataset=copy, out=tmp_path / "out"), quiet
    )
    assert [refusal.exam for refusal in found.refused] == ["sub-2_ses-T0"]
    assert len(found.rows) == 4
    with pytest.raises(CallError):
        predict(
            PredictRequest(
                bundle=trained.bundle, dataset=copy, out=tmp_path / "out", exams=("sub-9_ses-T0",)
            ),
            quiet,
        )


def test_another_run_does_nothing_again(trained, exams):
    before = {path: path.stat().st_mtime_ns for path in trained.root.glob("outer*/**/*.*")}
    for name in ("last.json", "state-00001.safetensors"):  # as a kill at the very end leaves them
        (trained.model(0, 0).path / name).write_bytes(b"{}")
    train(request_for(exams, trained.root), quiet)
    after = {path: path.stat().st_mtime_ns for path in trained.root.glob("outer*/**/*.*")}
    assert before == after


class Stopped(Exception):
    pass


class StopAfter:
    """Ends the training after its n-th epoch, as a kill would."""

    def __init__(self, epochs):
        self.left = epochs

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            raise Stopped


def test_interrupted_training_ends_with_the_same_bytes(trained, exams, tmp_path):
    run = tmp_path / "run"
    with pytest.raises(Stopped):  # when one network is done, and another has one epoch of two
        train(request_for(exams, run, on_epoch=StopAfter(3)), quiet)
    assert not (run / "bundle").exists()
    train(request_for(exams, run), quiet)
    for path in sorted(trained.root.glob("outer*/**/*.safetensors")):
        other = run / path.relative_to(trained.root)
        assert path.read_bytes() == other.read_bytes()
    assert (run / "metrics.tsv").read_text() == trained.metrics.read_text()
    logs = [rows(root / "outer0/inner0/log.tsv") for root in (trained.root, run)]
    assert [row["loss_train"] for row in logs[0]] == [row["loss_train"] for row in logs[1]]


def test_resuming_with_other_threads_is_refused(exams, tmp_path):
    run = tmp_path / "run"
    with pytest.raises(Stopped):
        train(request_for(exams, run, on_epoch=StopAfter(1)), quiet)
    with pytest.raises(CallError) as caught:
        train(request_for(exams, run, threads=2), quiet)
    assert "--threads" in caught.value.remedy


def test_more_gpus_than_there_are_are_refused_before_anything_is_written(exams, tmp_path, capsys):
    run = tmp_path / "run"
    words = ["segment", "train", str(exams), "--preset", "tiny", "--out", str(run)]
    assert main([*words, "--accelerator", "gpu", "--devices", "99"]) == 2
    said = capsys.readouterr().err
    assert "fewer GPUs" in said
    assert "Leave out --accelerator" in said
    assert not list(run.glob("[!.]*"))


def test_of_two_processes_one_writes(trained, tmp_path):
    folder = ModelFolder(tmp_path / "inner0")
    job = FitJob(
        name="outer0/inner0",
        folder=folder,
        cases=trained.cases,
        train=("sub-1_ses-T0", "sub-2_ses-T0"),
        val=("sub-4_ses-T0",),
        preset=SMALL,
        patch=(32, 32, 32),
        batch=1,
        stream=Stream(0, 0, 0),
        threads=1,
        workers=0,
        on_epoch=quiet,
    )
    launch(Compute(accelerator="cpu", devices=2), job)
    assert [row["epoch"] for row in rows(folder.log)] == ["1", "2"]
    done, state = folder.trained(), load_state(folder.path)
    assert done is not None
    assert done.epochs == 2
    assert state is not None
    assert state.record.processes == 2


def test_patches_are_planned_and_exams_without_a_mask_left_out(exams, tmp_path):
    copy = shutil.copytree(exams, tmp_path / "Dataset903_Less")
    (copy / "labelsTr" / "sub-1_ses-T1.nii.gz").unlink()
    sampling = ForegroundParams(patch="plan", batch=1, steps_per_epoch=2)
    preset = msgspec.structs.replace(SMALL, sampling=sampling)
    plan = plan_training(request_for(copy, tmp_path / "run", preset=preset), quiet)
    assert [exam.name for exam in plan.exams] == [f"sub-{n}_ses-T0" for n in range(1, 5)]
    assert plan.batch == 1
    assert all(size % 16 == 0 for size in plan.patch)
    assert all(
        size >= length for size, length in zip(sorted(plan.patch), (28, 33, 40), strict=True)
    )


def test_a_folder_of_other_things_is_not_trained_into(exams, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError) as caught:
        train(request_for(exams, tmp_path), quiet)
    assert caught.value.code is ErrorCode.OUTPUT_FOREIGN
    assert caught.value.evidence["holds"] == ["letter.txt"]


def test_a_network_that_was_not_trained_has_no_weights(tmp_path):
    with pytest.raises(InputError) as caught:
        ModelFolder(tmp_path).weights()
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED


def test_another_preset_or_other_folds_are_refused(trained, exams, tmp_path):
    other = msgspec.structs.replace(SMALL, loss=LossParams(kind="mcd"))
    with pytest.raises(StoreError) as caught:
        train(request_for(exams, trained.root, preset=other), quiet)
    assert caught.value.code is ErrorCode.OUTPUT_FOREIGN
    folds = read_folds(trained.folds)
    swapped = msgspec.structs.replace(folds, seed=folds.seed + 1)
    path = tmp_path / "folds.json"
    path.write_bytes(msgspec.json.encode(swapped))
    with pytest.raises(InputError) as found:
        train(request_for(exams, trained.root, folds=path), quiet)
    assert found.value.code is ErrorCode.FOLDS_INVALID


def test_command_says_what_it_would_do_and_what_is_wrong(exams, tmp_path, capsys):
    preset = tmp_path / "small.toml"
    from breastdce.run.training_folder import preset_toml

    preset.write_bytes(preset_toml(SMALL))
    words = ["segment", "train", str(exams), "--preset", str(preset), "--out", str(tmp_path / "r")]
    assert main([*words, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "5 exams of 4 participants" in said
    assert "4 networks in 2 outer folds" in said
    assert main([*words, "--fold", "7", "--dry-run"]) == 2
    assert "no such outer fold" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["segment", "train", str(empty), "--preset", "tiny"]) == 2
    assert "nothing to learn from" in capsys.readouterr().err
