"""What a training leaves: masks of exams that a network never saw, scores, and the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from breastdce import __version__
from breastdce.core.counted import counted
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.formats.tensors import Arrays
from breastdce.imaging.anatomical import Anatomical
from breastdce.prepare.resample import breasts_on
from breastdce.run import bundle as bundles
from breastdce.run.evaluation_cases import EvaluationCase, evaluate_cases
from breastdce.run.evaluation_files import write_case_table
from breastdce.run.training_cases import open_case
from breastdce.run.training_folder import RunFolder
from breastdce.run.training_source import TrainingExam
from breastdce.segment.bundle import Metric, ModelCard, TrainingData, membership_of
from breastdce.segment.evaluation import ALL, ScoredCase, summarize_cases
from breastdce.segment.postprocess import mask_of
from breastdce.segment.preset import Preset
from breastdce.segment.scores import score
from breastdce.segment.windows import window_plan

if TYPE_CHECKING:
    from breastdce.run.training_plan import Say, TrainPlan, TrainRequest
    from breastdce.segment.net.predict import Form, Prediction

_BYTE = 255
_METRICS = ("dice", "hd95_mm", "nsd_1mm", "nsd_2mm", "assd_mm")


def predict_outer(
    run: RunFolder, plan: TrainPlan, request: TrainRequest, outer: int, say: Say
) -> None:
    """Predict the exams that an outer fold tests, by all of its networks together."""
    from breastdce.segment.net.predict import predict_exam

    fold = plan.folds.folds[outer]
    folder = run.predictions(outer)
    windows = window_plan(request.preset.prediction, plan.patch)
    for exam in (exam for exam in plan.exams if exam.participant in fold.test):
        if (folder / f"{exam.name}_mask.nii.gz").exists():
            continue
        say(f"predicting {exam.name}")
        case = open_case(run.cases, exam.name)
        models = [run.model(outer, inner.inner).weights for inner in fold.inner]
        forms = (_form(request, weights()) for weights in models)
        images = np.asarray(case.images, np.float32)
        found = predict_exam(images, forms, windows, floor=case.floor, regions=[case.breast])
        _write(run, outer, exam, found, request.preset)


def validate_network(
    run: RunFolder, plan: TrainPlan, request: TrainRequest, outer: int, inner: int, say: Say
) -> None:
    """Write val_cases.tsv: whole exams that one network validated on, by that network alone."""
    from breastdce.segment.net.predict import predict_exam

    model = run.model(outer, inner)
    if model.validation.exists():
        return
    say(f"validating outer{outer}/inner{inner}")
    form = _form(request, model.weights())
    exams = {exam.name: exam for exam in plan.exams}
    windows = window_plan(request.preset.prediction, plan.patch)
    scored = []
    for name in plan.of(plan.folds.folds[outer].inner[inner].val):
        case = open_case(run.cases, name)
        images = np.asarray(case.images, np.float32)
        found = predict_exam(images, [form], windows, floor=case.floor, regions=[case.breast])
        label = read_mask(exams[name].label)
        probability = on_grid(found.probability, label.grid)
        mask = _mask(exams[name], probability, label.grid, request.preset)
        scored.append(
            ScoredCase(
                exam=name,
                participant=exams[name].participant,
                origin="in_sample",
                scores=score(mask, label),
                diagonal_mm=float(np.linalg.norm(case.label.shape)),
            )
        )
    write_case_table(model.validation, scored)


def score_run(run: RunFolder, plan: TrainPlan, say: Say) -> list[ScoredCase]:
    """Write metrics.tsv: one row an exam, each predicted by networks that never saw it."""
    say("scoring")
    cases = [
        EvaluationCase(
            exam.name,
            run.predictions(fold.outer) / f"{exam.name}_mask.nii.gz",
            exam.label,
            "out_of_fold",
            run.predictions(fold.outer) / f"{exam.name}_prob.nii.gz",
        )
        for fold in plan.folds.folds
        for exam in plan.exams
        if exam.participant in fold.test
    ]
    scored = evaluate_cases(cases, as_published=True)
    write_case_table(run.metrics, scored)
    return scored


def bundle_networks(run: RunFolder, plan: TrainPlan, request: TrainRequest) -> bundles.Bundle:
    """Write the finished networks as a model bundle."""
    places = [
        (fold.outer, inner.inner)
        for fold in plan.folds.folds
        for inner in fold.inner
        if run.model(fold.outer, inner.inner).trained() is not None
    ]
    scored: Sequence[ScoredCase] = ()
    if run.metrics.exists():
        scored = score_run(run, plan, lambda _: None)
    return bundles.write_bundle(
        run.bundle, _card(plan, request, places, scored), _networks(run, places)
    )


def _form(request: TrainRequest, arrays: Arrays) -> Form:
    from breastdce.segment.net.forms import ready_form

    preset = request.preset
    return ready_form(preset.network, len(preset.in_phases), arrays, threads=request.threads)


def _write(
    run: RunFolder, outer: int, exam: TrainingExam, found: Prediction, preset: Preset
) -> None:
    """Probability and mask on the exam's own grid; the mask last, it says that all is there."""
    grid = read_volume(exam.images[0]).grid
    probability = on_grid(found.probability, grid)
    mask = _mask(exam, probability, grid, preset)
    folder = run.predictions(outer)
    bytes_ = np.asfortranarray(np.rint(probability * _BYTE), np.float32)
    write_volume(folder / f"{exam.name}_prob.nii.gz", Volume(bytes_, grid), dtype="exact-integer")
    write_mask(folder / f"{exam.name}_mask.nii.gz", mask)


def _mask(exam: TrainingExam, probability: NDArray[np.float32], grid: Grid, preset: Preset) -> Mask:
    params, breast = preset.prediction, None
    if exam.breast is not None:
        breast = breasts_on(read_mask(exam.breast), grid)
    return mask_of(probability, grid, params.threshold, params.postprocess, breast)


def on_grid(values: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """Values along the axes of the body as a grid has them, Fortran order."""
    out = np.empty(grid.shape, np.float32, order="F")
    Anatomical.of(grid).view(out)[...] = values
    return out


def _networks(run: RunFolder, places: Sequence[tuple[int, int]]) -> Iterator[bundles.Trained]:
    for outer, inner in places:
        yield bundles.Trained(outer, inner, run.model(outer, inner).weights())


def _card(
    plan: TrainPlan,
    request: TrainRequest,
    places: Sequence[tuple[int, int]],
    scored: Sequence[ScoredCase],
) -> ModelCard:
    preset = request.preset
    people = {exam.participant for exam in plan.exams}
    kinds, one = sorted({exam.label_kind for exam in plan.exams}), len(places) == 1
    return ModelCard(
        title=f"Breast tumor network, preset {preset.name}",
        package_version=__version__,
        preset=preset.name,
        network=preset.network,
        in_phases=preset.in_phases,
        patch=plan.patch,
        prediction=preset.prediction,
        training=TrainingData(
            n_participants=len(people),
            n_exams=len(plan.exams),
            makers=tuple(sorted({exam.maker for exam in plan.exams if exam.maker})),
            source=request.dataset.resolve().name,
            license=request.license,
        ),
        methods=(
            f"{counted(len(places), 'network')} of a nested cross-validation with "
            f"{counted(len(plan.folds.folds), 'outer fold')} {'was' if one else 'were'} trained "
            f"for up to {counted(preset.schedule.epochs, 'epoch')} on patches of "
            f"{' x '.join(map(str, plan.patch))} voxels, {plan.batch} a step.",
            f"They learned from masks of the kind {', '.join(kinds)}.",
        ),
        metrics=_metrics(scored),
        known_failures=_failures(kinds),
        intended_input="Pre-contrast, first and second post-contrast phase of a breast DCE-MRI, "
        "bias-corrected, on a grid of 1 mm, z-scored by the moments of the three together, as "
        "`breastdce run` makes them.",
        license="not stated",
        membership=membership_of(plan.folds, places) if request.membership else None,
    )


def _metrics(scored: Sequence[ScoredCase]) -> dict[str, Metric]:
    """Out-of-fold figures with their intervals."""
    found = {}
    for line in summarize_cases(scored) if scored else ():
        if line.metric.name in _METRICS and line.group == ALL:
            summary = line.summary
            found[f"{line.metric.name}_mean"] = Metric(
                value=summary.mean_capped,
                low=None if summary.interval_reason else summary.mean_low,
                high=None if summary.interval_reason else summary.mean_high,
                n=summary.n,
            )
    return {name: metric for name, metric in found.items() if np.isfinite(metric.value)}


def _failures(kinds: Sequence[str]) -> tuple[str, ...]:
    failures = ["It has seen one tumor an exam: of several it may keep one."]
    if "stv-candidate" in kinds:
        failures.append(
            "Where it learned from candidates, it has learned the rule on kinetics, not a "
            "radiologist's outline."
        )
    return tuple(failures)
