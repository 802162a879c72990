"""`segment train`: nested cross-validation from a data set to a model that can be given away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from breastdce.run.lock import locked
from breastdce.run.training_folder import RunFolder
from breastdce.run.training_job import FitJob
from breastdce.run.training_plan import Say, TrainPlan, TrainRequest, plan_training, uses_gpu
from breastdce.run.training_results import (
    bundle_networks,
    predict_outer,
    score_run,
    validate_network,
)
from breastdce.run.training_state import forget_state
from breastdce.segment.folds import check_apart
from breastdce.segment.sampling import Stream

_WORKERS = 4
"""Processes that draw patches for a GPU; a CPU has none to spare."""


class _Model(NamedTuple):
    outer: int
    inner: int
    job: FitJob


def train(request: TrainRequest, say: Say) -> RunFolder:
    """Train every network of the plan, predict what each never saw, score it, and bundle all.

    What is finished is not done again; an interrupted network goes on from its last epoch.

    Raises
    ------
    CallError, InputError, StoreError
        As `plan_training`; TRAINING_DIVERGED, WEIGHTS_DAMAGED.
    """
    from breastdce.segment.net.launch import Compute, is_exact, launch

    run = RunFolder(request.run)
    with locked(run.lock, wait=False):
        plan = plan_training(request, say)
        compute = Compute(
            accelerator=request.accelerator,
            devices=request.devices,
            threads=request.threads,
            precision=request.preset.training.precision,
            exact=is_exact(request.preset.network, gpu=uses_gpu(request)),
        )
        for model in _models(request, plan, run):
            if run.model(model.outer, model.inner).trained() is None:
                say(f"training {model.job.name}")
                launch(compute, model.job)
            # Here, not in the job: a kill may come between its last two files.
            forget_state(run.model(model.outer, model.inner).path)
            validate_network(run, plan, request, model.outer, model.inner, say)
        for outer in plan.outer:
            predict_outer(run, plan, request, outer, say)
        if all(run.predictions(n).exists() for n in range(len(plan.folds.folds))):
            score_run(run, plan, say)
        bundle_networks(run, plan, request)
    return run


def _models(request: TrainRequest, plan: TrainPlan, run: RunFolder) -> Iterator[_Model]:
    for outer in plan.outer:
        fold = plan.folds.folds[outer]
        for inner in fold.inner:
            train, val = plan.of(inner.train), plan.of(inner.val)
            members = {exam.name: exam.participant for exam in plan.exams}
            seen = {members[name] for name in (*train, *val)}
            check_apart(seen, {*inner.train, *inner.val}, what=f"outer fold {outer}")
            job = FitJob(
                name=f"outer{outer}/inner{inner.inner}",
                folder=run.model(outer, inner.inner),
                cases=run.cases,
                train=train,
                val=val,
                preset=request.preset,
                patch=plan.patch,
                batch=plan.batch,
                stream=Stream(request.seed, outer, inner.inner),
                threads=request.threads,
                workers=_WORKERS if uses_gpu(request) else 0,
                on_epoch=request.on_epoch,
            )
            yield _Model(outer, inner.inner, job)
