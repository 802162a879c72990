"""folds.json: who tests, validates and trains, made once from a data set and then only read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_json
from breastdce.core.errors import CallError, InputError
from breastdce.core.exam import ExamId
from breastdce.dataset.layout import MaskName
from breastdce.formats.tables import write_json
from breastdce.run.exam_facts import (
    ExamFacts,
    exam_facts,
    labeled_exams,
    patient_facts,
    patient_key,
    tertiles,
)
from breastdce.run.training_source import LABELS
from breastdce.segment.folds import Folds, check_folds, make_folds

STRATA = ("manufacturer", "outcome", "volume_tertile")
"""Columns that folds are spread by."""
_UNKNOWN = "unknown"


def folds_of(
    dataset: Path,
    *,
    outer: int,
    inner: int,
    seed: int,
    strata: Sequence[str] = STRATA,
    labels: Collection[MaskName] = LABELS,
    clinical: Path | None = None,
) -> Folds:
    """Deal the labeled participants of a data set to nested folds.

    Parameters
    ----------
    dataset
        Folder of a data set; participants without a mask to learn from are left out.
    outer, inner, seed
        As `segment.folds.make_folds`.
    strata
        Of `STRATA`; a value that is not known is a level of its own.
    labels
        Which masks count.
    clinical
        Table of patients with their outcome (column `pcr` or `outcome`), for the stratum of that
        name.

    Raises
    ------
    CallError
        CALL_INVALID for an unknown stratum.
    InputError
        FOLDS_INVALID with fewer participants than folds; TABLE_INVALID when `dataset` is none.
    """
    unknown = sorted(set(strata) - set(STRATA))
    if unknown:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Folds cannot be spread by this",
            evidence={"unknown": unknown},
            remedy=f"Known are {', '.join(STRATA)}.",
        )
    facts = exam_facts(dataset)
    firsts = _firsts(facts[exam] for exam in labeled_exams(dataset, labels))
    levels = {
        "manufacturer": {name: first.manufacturer for name, first in firsts.items()},
        "outcome": _outcomes(firsts, clinical),
        "volume_tertile": tertiles({name: first.volume_ml for name, first in firsts.items()}),
    }
    return make_folds(
        {name: [levels[column][name] for column in strata] for name in firsts},
        names=strata,
        seed=seed,
        outer=outer,
        inner=inner,
        dataset_digest=participants_digest(firsts),
    )


def write_folds(path: Path, folds: Folds) -> None:
    """Write folds.json, whole or not at all."""
    write_json(path, folds)


def read_folds(path: Path) -> Folds:
    """Read folds.json; InputError(FOLDS_INVALID) when it is none, or breaks a promise."""
    try:
        folds = msgspec.json.decode(path.read_bytes(), type=Folds)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            ErrorCode.FOLDS_INVALID, evidence={"file": path.name, "why": str(error)}
        ) from error
    check_folds(folds)
    return folds


def check_fit(
    folds: Folds, dataset: Path, labels: Collection[MaskName] = LABELS
) -> tuple[ExamId, ...]:
    """Refuse folds that are not those of a data set's labeled participants; return their exams.

    An exam more of a known participant changes nothing: she stays where she is.

    Raises
    ------
    InputError
        FOLDS_INVALID with who is missing, and who is nobody's.
    """
    exams = labeled_exams(dataset, labels)
    check_participants(folds, (exam.participant for exam in exams))
    return exams


def check_participants(folds: Folds, participants: Iterable[str]) -> None:
    """Refuse folds that do not hold exactly these participants (FOLDS_INVALID)."""
    there = frozenset(participants)
    if there == folds.participants and folds.dataset_digest == participants_digest(there):
        return
    raise InputError(
        ErrorCode.FOLDS_INVALID,
        "The folds are not of this data set",
        evidence={
            "in no fold": sorted(there - folds.participants)[:12],
            "not in the data set": sorted(folds.participants - there)[:12],
            "digest in the file": folds.dataset_digest,
            "digest of the data set": participants_digest(there),
        },
    )


def participants_digest(participants: Iterable[str]) -> str:
    """Name of a set of participants."""
    return f"blake2b:{digest_json(sorted(participants))}"


def _firsts(exams: Iterable[ExamFacts]) -> dict[str, ExamFacts]:
    """The first labeled exam of each participant, by which she is counted."""
    found: dict[str, ExamFacts] = {}
    for facts in exams:
        found.setdefault(facts.exam.participant, facts)
    return found


def _outcomes(participants: Iterable[str], clinical: Path | None) -> Mapping[str, str]:
    known = {} if clinical is None else patient_facts(clinical)
    rows = {name: known.get(patient_key(name)) for name in participants}
    return {name: (row.outcome if row else None) or _UNKNOWN for name, row in rows.items()}
