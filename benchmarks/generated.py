"""Train a preset on generated exams and predict others of the same cohort."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.imaging.anatomical import Anatomical
from breastdce.run.training_cases import open_case, store_arrays
from breastdce.run.training_folder import ModelFolder
from breastdce.run.training_job import FitJob
from breastdce.segment.net.fit import EpochLog
from breastdce.segment.net.launch import Compute, launch
from breastdce.segment.net.predict import Form, predict_exam
from breastdce.segment.postprocess import mask_of
from breastdce.segment.preset import Preset
from breastdce.segment.sampling import Case, Stream
from breastdce.segment.scores import Scores, score
from breastdce.segment.windows import Shape, WindowPlan, rounded_up, window_plan
from breastdce.testing.trial.exam import learning_exam

_BREAST = "breast.npy"


class Row(NamedTuple):
    """How well an unseen exam was outlined."""

    exam: str
    dice: float
    dice_one_pass: float
    """Of the fast profile: the breasts in one window."""
    hd95_mm: float
    volume_ml: float
    reference_ml: float


def store(cases: Path, seed: int, index: int, shape: Shape) -> str:
    """Make and store one exam; its name."""
    exam = learning_exam(seed, index, shape)
    along = Anatomical.of(exam.grid)
    images = np.stack([along.view(phase) for phase in exam.images])
    label, breast = along.view(exam.label), along.view(exam.breast)
    name = f"exam{index:03d}"
    breast = np.ascontiguousarray(breast)
    store_arrays(cases, name, images, label, breast)
    np.save(cases / name / _BREAST, breast)
    return name


def train(
    scratch: Path, cases: Path, names: list[str], preset: Preset, seed: int, threads: int
) -> dict[str, NDArray[Any]]:
    """Train on all exams, none validates; the weights that a bundle would get.

    Goes on where an earlier call with this folder was stopped.
    """
    folder = ModelFolder(scratch / "model")
    job = FitJob(
        name=preset.name,
        folder=folder,
        cases=cases,
        train=tuple(names),
        val=(),
        preset=preset,
        patch=preset.sampling.patch,
        batch=preset.sampling.batch,
        stream=Stream(seed),
        threads=threads,
        workers=0,
        on_epoch=_say,
    )
    launch(Compute(accelerator="cpu", threads=threads, precision="auto"), job)
    return folder.weights()


def _say(name: str, epochs: int, log: EpochLog) -> None:
    print(
        f"{name} {log.epoch}/{epochs} loss {log.loss_train:.3f} {log.patches_per_s:.2f} patches/s",
        flush=True,
    )


def predict_row(cases: Path, name: str, form: Form, preset: Preset) -> Row:
    """Predict one exam as `segment predict` does, with and without `--fast`; score it, say so."""
    case = open_case(cases, name)
    plan = window_plan(preset.prediction, preset.sampling.patch)
    i, j, k = (part.stop - part.start for part in case.breast)
    whole = msgspec.structs.replace(plan, window=rounded_up((i, j, k), form.divisor))
    breast = np.load(cases / name / _BREAST)
    scores, fast = (_score(case, form, one, preset, breast) for one in (plan, whole))
    print(
        f"{name} Dice {scores.dice:.3f} HD95 {scores.hd95_mm:.1f} mm, {scores.volume_ml:.1f} of "
        f"{scores.reference_ml:.1f} mL; in one pass {fast.dice:.3f}",
        flush=True,
    )
    return Row(
        name,
        round(scores.dice, 4),
        round(fast.dice, 4),
        round(scores.hd95_mm, 2),
        round(scores.volume_ml, 3),
        round(scores.reference_ml, 3),
    )


def _score(
    case: Case, form: Form, plan: WindowPlan, preset: Preset, breast: NDArray[np.bool_]
) -> Scores:
    images = np.asarray(case.images, np.float32)
    found = predict_exam(images, [form], plan, floor=case.floor, regions=[case.breast])
    i, j, k = case.label.shape
    grid = Grid((i, j, k), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    mask = mask_of(found.probability, grid, preset.prediction.threshold, "stv", breast)
    return score(mask, Mask(np.asarray(case.label) > 0, grid))
