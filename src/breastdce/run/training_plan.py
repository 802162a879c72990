"""What a training will do: exams stored, folds dealt or checked, patches sized."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from breastdce import __version__
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.dataset import layout
from breastdce.run.exam_facts import tertiles
from breastdce.run.training_cases import CaseNote, store_case
from breastdce.run.training_folder import RunFolder
from breastdce.run.training_folds import (
    check_participants,
    folds_of,
    participants_digest,
    read_folds,
    write_folds,
)
from breastdce.run.training_job import OnEpoch
from breastdce.run.training_source import TrainingExam, training_exams
from breastdce.segment.folds import Folds, check_enough, make_folds
from breastdce.segment.preset import Preset
from breastdce.segment.sampling import Shape

Say = Callable[[str], None]
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """What the user asked for."""

    dataset: Path
    run: Path
    preset: Preset
    on_epoch: OnEpoch
    folds: Path | None = None
    """Who is where; else the run's own, else made."""
    clinical: Path | None = None
    """Table of patients with their outcome, which folds are spread by."""
    only: tuple[int, ...] = ()
    """Outer folds to do; all where none is named."""
    seed: int = 20220722
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    devices: int = 1
    threads: int = 1
    license: str = "not stated"
    """Of the training data, for the card."""
    membership: bool = True
    """Whether the model says by hashes who took part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainPlan:
    """What will be done."""

    exams: tuple[TrainingExam, ...]
    notes: Mapping[str, CaseNote]
    folds: Folds
    patch: Shape
    batch: int
    estimate_gb: float | None = None
    """Memory of the GPU, where the planner had to choose."""
    outer: tuple[int, ...] = field(default=())

    def of(self, participants: Sequence[str]) -> tuple[str, ...]:
        """Exams of these participants, in order of name."""
        members = set(participants)
        return tuple(exam.name for exam in self.exams if exam.participant in members)

    @property
    def models(self) -> int:
        """Networks to train."""
        return sum(len(self.folds.folds[outer].inner) for outer in self.outer)


def plan_training(request: TrainRequest, say: Say) -> TrainPlan:
    """Store the exams, deal or check the folds, and choose the patch.

    Raises
    ------
    CallError
        CALL_INVALID when there is nothing to learn from, a fold is unknown, the network takes no
        patches of that size, or there are fewer GPUs than asked for.
    InputError
        FOLDS_INVALID, GRID_MISMATCH, IMAGE_INVALID.
    StoreError
        OUTPUT_FOREIGN for another training's folder.
    """
    from breastdce.segment.net.memory import check_gpus

    if uses_gpu(request):
        check_gpus(request.devices)
    run = RunFolder(request.run)
    exams = training_exams(request.dataset)
    if request.folds is None and not run.folds.exists():  # said before exams are stored
        training, people = request.preset.training, {exam.participant for exam in exams}
        check_enough(len(people), outer=training.outer, inner=training.inner)
    if not isinstance(request.preset.sampling.patch, str):
        _check_patch(request.preset.sampling.patch, request.preset)
    run.begin(request.preset, _environment(request))
    notes = {}
    for number, exam in enumerate(exams, 1):
        say(f"storing {number} of {len(exams)}: {exam.name}")
        notes[exam.name] = store_case(run.cases, exam)
    folds = _folds(request, run, exams, notes)
    known = tuple(range(len(folds.folds)))
    if not set(request.only) <= set(known):
        raise CallError(
            ErrorCode.CALL_INVALID,
            "There is no such outer fold",
            evidence={"given": request.only, "folds": known},
        )
    patch, batch, estimate = _size(request, notes)
    return TrainPlan(
        exams=exams,
        notes=notes,
        folds=folds,
        patch=patch,
        batch=batch,
        estimate_gb=estimate,
        outer=request.only or known,
    )


def _folds(
    request: TrainRequest,
    run: RunFolder,
    exams: Sequence[TrainingExam],
    notes: Mapping[str, CaseNote],
) -> Folds:
    """The file is the truth: it is checked against the exams, never silently made anew."""
    path = request.folds or (run.folds if run.folds.exists() else None)
    people = sorted({exam.participant for exam in exams})
    if path is not None:
        folds = read_folds(path)
        check_participants(folds, people)
    else:
        folds = _dealt(request, exams, notes, people)
    if run.folds.exists() and read_folds(run.folds) != folds:
        raise InputError(
            ErrorCode.FOLDS_INVALID,
            "The folder holds a training with other folds",
            evidence={"folder": str(run.root)},
            remedy="Give another folder with --out, or leave out --folds.",
        )
    write_folds(run.folds, folds)
    return folds


def _dealt(
    request: TrainRequest,
    exams: Sequence[TrainingExam],
    notes: Mapping[str, CaseNote],
    people: Sequence[str],
) -> Folds:
    training = request.preset.training
    outer, inner, seed = training.outer, training.inner, request.seed
    if layout.description(request.dataset).exists():
        return folds_of(
            request.dataset, outer=outer, inner=inner, seed=seed, clinical=request.clinical
        )
    firsts: dict[str, float] = {}
    for exam in exams:
        firsts.setdefault(exam.participant, notes[exam.name].volume_ml)
    thirds = tertiles(firsts)
    return make_folds(
        {name: (thirds[name],) for name in people},
        names=("volume_tertile",),
        seed=seed,
        outer=outer,
        inner=inner,
        dataset_digest=participants_digest(people),
    )


def _size(request: TrainRequest, notes: Mapping[str, CaseNote]) -> tuple[Shape, int, float | None]:
    sampling = request.preset.sampling
    if not isinstance(sampling.patch, str) and not isinstance(sampling.batch, str):
        return sampling.patch, sampling.batch, None
    from breastdce.segment.net.memory import free_gpu_gb
    from breastdce.segment.planner import plan

    shapes = np.array([note.shape for note in notes.values()])
    found = plan(
        request.preset.network,
        [int(n) for n in np.median(shapes, axis=0)],
        int(shapes.prod(axis=1).sum()),
        free_gpu_gb() if uses_gpu(request) else None,
    )
    patch = found.patch if isinstance(sampling.patch, str) else sampling.patch
    batch = found.batch if isinstance(sampling.batch, str) else sampling.batch
    _check_patch(patch, request.preset)
    return patch, batch, found.estimate_gb


def _check_patch(patch: Shape, preset: Preset) -> None:
    """Refuse a patch that the network cannot halve as often as it will, or halves to one voxel."""
    from breastdce.segment.net.build import divisor

    step = divisor(preset.network)
    if patch != step and not any(
        size % multiple for size, multiple in zip(patch, step, strict=True)
    ):
        return
    raise CallError(
        ErrorCode.CALL_INVALID,
        "The network cannot be trained on patches of this size",
        evidence={"patch": patch, "multiples of": step, "preset": preset.name},
        remedy="Give `patch` in [sampling] of the preset a multiple of these along each axis, and "
        "twice that along one at least.",
    )


def uses_gpu(request: TrainRequest) -> bool:
    """Whether the training will run on a GPU."""
    from breastdce.segment.net.memory import has_gpu

    return request.accelerator == "gpu" or (request.accelerator == "auto" and has_gpu())


def _environment(request: TrainRequest) -> dict[str, object]:
    from breastdce.segment.net.memory import device_name

    packages = ("torch", "lightning-fabric", "dynamic-network-architectures", "numpy")
    return {
        "breastdce": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in packages},
        "device": device_name(gpu=uses_gpu(request)),
        "devices": request.devices,
        "threads": request.threads,
        "seed": request.seed,
        "preset": msgspec.to_builtins(request.preset)["name"],
    }
