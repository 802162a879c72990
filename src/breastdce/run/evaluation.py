"""Compare predicted masks with reference masks, case by case, and sum up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.exam import ExamId
from breastdce.dataset.layout import MaskName
from breastdce.run.evaluation_cases import EvaluationCase, OnCase, evaluate_cases
from breastdce.run.evaluation_sources import (
    Masks,
    Pair,
    find_masks,
    is_dataset,
    is_run,
    pair_masks,
)
from breastdce.run.exam_facts import (
    PatientFacts,
    exam_facts,
    patient_facts,
    patient_key,
    slice_plane,
    tertiles,
)
from breastdce.segment.bundle import Origin
from breastdce.segment.challenge import ChallengeScore, Entry, Person, challenge_score
from breastdce.segment.evaluation import (
    Line,
    ScoredCase,
    check_origins,
    compare_cases,
    summarize_cases,
)
from breastdce.segment.summary import RESAMPLES, Comparison


class EvaluationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be compared with what."""

    prediction: Path
    reference: Path | None = None
    """Left out for a data set, which holds both."""
    prediction_kind: MaskName = MaskName.STV_AUTO
    """Mask of a data set that is judged."""
    reference_kind: MaskName = MaskName.STV_EXPERT
    """Mask of a data set that it is judged by."""
    against: Path | None = None
    """A second set of predictions."""
    subgroups: bool = False
    challenge: Path | None = None
    """Table of patients, for the score of the challenge."""
    challenge_voxels: bool = False
    as_published: bool = False
    """Also the published program's soft Dice, of probability maps."""
    resamples: int = RESAMPLES


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    prediction: str
    reference: str
    origin: Origin
    cases: tuple[ScoredCase, ...]
    lines: tuple[Line, ...]
    left_out: int
    """Predictions of exams without a reference."""
    against: str | None = None
    other_cases: tuple[ScoredCase, ...] = ()
    comparisons: dict[str, Comparison] = {}
    challenge: ChallengeScore | None = None
    challenge_unit: str = "mm"


def evaluate(request: EvaluationRequest, on_case: OnCase | None = None) -> Evaluation:
    """Compare masks as requested.

    Raises
    ------
    CallError
        CALL_INVALID for sources that do not say what belongs to what.
    InputError
        CASES_DIFFER, GRID_MISMATCH, ORIGINS_MIXED, IMAGE_INVALID.
    """
    predictions, references = _sources(request)
    pairs = pair_masks(predictions, references)
    cases = _scored(request, predictions, references, pairs, on_case)
    origin = check_origins(cases)
    facts = {} if request.challenge is None else patient_facts(request.challenge)
    if request.subgroups:
        cases = _grouped(cases, _dataset(request), facts)
    others, told = _against(request, references, on_case)
    return Evaluation(
        prediction=predictions.where,
        reference=references.where,
        origin=origin,
        cases=tuple(cases),
        lines=tuple(summarize_cases(cases, resamples=request.resamples)),
        left_out=len(predictions.files) - len(pairs),
        against=told,
        other_cases=tuple(others),
        comparisons=compare_cases(cases, others, resamples=request.resamples) if others else {},
        challenge=None if request.challenge is None else _challenge(cases, facts),
        challenge_unit="voxels" if request.challenge_voxels else "mm",
    )


def _sources(request: EvaluationRequest) -> tuple[Masks, Masks]:
    predictions = find_masks(request.prediction, request.prediction_kind)
    if request.reference is not None:
        return predictions, find_masks(request.reference, request.reference_kind)
    if not is_dataset(request.prediction):
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Nothing says what the masks are compared with",
            evidence={"given": str(request.prediction)},
            remedy="Give REF too: the data set that the run was trained on."
            if is_run(request.prediction)
            else "Give REF too: a folder of reference masks, or a data set.",
        )
    if request.prediction_kind is request.reference_kind:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "A mask would be compared with itself",
            evidence={"kind": request.prediction_kind.value},
            remedy="Choose two kinds with --prediction and --reference.",
        )
    return predictions, find_masks(request.prediction, request.reference_kind)


def _scored(
    request: EvaluationRequest,
    predictions: Masks,
    references: Masks,
    pairs: Iterable[Pair],
    on_case: OnCase | None,
) -> list[ScoredCase]:
    cases = [
        EvaluationCase(
            pair.exam,
            pair.prediction.path,
            pair.reference,
            pair.prediction.origin,
            pair.prediction.probability,
            _carried(predictions.kind, references.kind),
        )
        for pair in pairs
    ]
    return evaluate_cases(
        cases,
        as_published=request.as_published,
        voxels=request.challenge_voxels,
        on_case=on_case,
    )


def _carried(
    prediction: MaskName | None, reference: MaskName | None
) -> Literal["prediction", "reference"] | None:
    """Which of two masks of a data set lies on the native grid while the other does not."""
    if (prediction is MaskName.FTV) is (reference is MaskName.FTV):
        return None
    return "prediction" if prediction is MaskName.FTV else "reference"


def _against(
    request: EvaluationRequest, references: Masks, on_case: OnCase | None
) -> tuple[list[ScoredCase], str | None]:
    if request.against is None:
        return [], None
    others = find_masks(request.against, request.prediction_kind)
    pairs = pair_masks(others, references)
    plain = msgspec.structs.replace(request, as_published=False, challenge_voxels=False)
    cases = _scored(plain, others, references, pairs, on_case)
    check_origins(cases)
    return cases, others.where


def _dataset(request: EvaluationRequest) -> Path | None:
    given = (request.reference, request.prediction)
    return next((path for path in given if path is not None and is_dataset(path)), None)


def _grouped(
    cases: Sequence[ScoredCase], dataset: Path | None, people: dict[str, PatientFacts]
) -> list[ScoredCase]:
    facts = {} if dataset is None else exam_facts(dataset)
    thirds = tertiles({case.exam: case.scores.reference_ml for case in cases})
    found = []
    for case in cases:
        groups = {"volume_tertile": thirds[case.exam]}
        if dataset is not None:
            exam = ExamId.parse(case.exam)
            field = facts[exam].field_strength_t
            groups["manufacturer"] = facts[exam].manufacturer
            groups["field_strength_t"] = "unknown" if field is None else f"{field:g}"
            groups["slice_plane"] = slice_plane(dataset, exam)
        person = people.get(patient_key(case.exam))
        if any(each.outcome for each in people.values()):
            groups["outcome"] = (person.outcome if person else None) or "unknown"
        found.append(msgspec.structs.replace(case, groups=groups))
    return found


def _challenge(cases: Sequence[ScoredCase], facts: dict[str, PatientFacts]) -> ChallengeScore:
    keys = [patient_key(case.exam) for case in cases]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    unknown = sorted(set(keys) - facts.keys())
    if twice or unknown:
        raise InputError(
            ErrorCode.CASES_DIFFER,
            "The challenge knows one exam of each patient of its table",
            evidence={"with several exams": twice[:8], "not in the table": unknown[:8]},
            remedy="Evaluate one exam a patient, and give the table that lists them all.",
        )
    people = {key: Person(row.age, row.menopause, row.density) for key, row in facts.items()}
    entries = [
        Entry(
            key,
            case.scores.dice,
            case.scores.hd95_mm if case.hd95_voxels is None else case.hd95_voxels,
        )
        for key, case in zip(keys, cases, strict=True)
    ]
    return challenge_score(entries, people)
