"""What is said about an exam: its row of exams.tsv, its feature row, its provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from breastdce import __version__
from breastdce.core.caveats import Caveat
from breastdce.core.codes import ExamCode, FileCode, SeriesCode
from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset.deidentification import HeaderNote, fate_of
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import (
    GeneratedBy,
    InputNote,
    Provenance,
    RecipeNote,
    StageNote,
)
from breastdce.dataset.rows import (
    ExamRow,
    ExclusionRow,
    FeatureRow,
    Level,
    ProposalRow,
    exclusion_cells,
)
from breastdce.formats.dicom.attributes import Attribute
from breastdce.formats.tables import Cell
from breastdce.ingest.identity import clean
from breastdce.run.engine import ExamEngine
from breastdce.run.inputs import FileDigests, analysis_digest, phase_digests
from breastdce.run.optional import REPORTS
from breastdce.run.plan import EXPERT
from breastdce.run.recipe import Recipe
from breastdce.stages.load import Source
from breastdce.stages.radiomics import fits
from breastdce.stages.voi import Proposals

_REPORTS = ("measures", "comparison", "stv_report", "moments", "bias")
_CODES = {code.value: code for kind in (FileCode, SeriesCode, ExamCode) for code in kind}


class Measurements(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an exam's provenance that tables and pages are made from again."""

    row: ExamRow
    methods: tuple[str, ...]
    """A sentence or two per stage, in order."""
    exclusions: tuple[dict[str, Cell], ...]
    """What else was found in the exam's study, as in exclusions.tsv."""
    feature_reasons: dict[str, str]
    """Why a feature has no value."""
    reports: dict[str, object]
    """Reports of the stages as they are."""


def exam_caveats(engine: ExamEngine) -> tuple[Caveat, ...]:
    """Caveats of all stages, each once, in order of the stages."""
    found = (caveat for record in engine.records for caveat in record.caveats)
    return tuple({msgspec.json.encode(caveat): caveat for caveat in found}.values())


class BestStv(NamedTuple):
    """The mask that features are of."""

    name: MaskName
    mask: Mask


def stv_masks(engine: ExamEngine) -> dict[MaskName, Mask]:
    """Masks of the tumor, best first: the accepted one, and those made that are not empty."""
    artifacts = {MaskName.STV_AUTO: "stv_auto", MaskName.STV_CANDIDATE: "stv"}
    made = {
        name: engine.value(artifact)
        for name, artifact in artifacts.items()
        if artifact in engine.wanted
    }
    found = {name: mask for name, mask in made.items() if mask.data.any()}
    if EXPERT in engine.wanted and fits(engine.value(EXPERT), engine.value("stv")):
        return {MaskName.STV_EXPERT: engine.value(EXPERT), **found}
    return found


def best_stv(engine: ExamEngine) -> BestStv | None:
    """The first of them; none where there is none."""
    return next((BestStv(*item) for item in stv_masks(engine).items()), None)


def describe_row(exam: ExamId, engine: ExamEngine, shifted_day: int | None = None) -> ExamRow:
    """Build the exam's row of exams.tsv."""
    native, facts = engine.value("native"), engine.value("facts")
    measures, moments = engine.value("measures"), engine.value("moments")
    best = best_stv(engine)
    kinetics = measures.kinetics
    codes = tuple(dict.fromkeys(caveat.code for caveat in exam_caveats(engine)))
    return ExamRow(
        exam=exam,
        manufacturer=facts.manufacturer,
        manufacturer_model=facts.model,
        field_strength_t=facts.field_strength_t,
        n_phases=len(native.phases),
        delays_s=facts.delays_s,
        phase_indices=facts.phase_indices,
        native_shape=native.grid.shape,
        native_spacing_mm=native.grid.spacing_mm,
        image_shape=engine.value("stv").grid.shape,
        zscore_mean=moments.mean,
        zscore_sd=moments.sd,
        pe_threshold_percent=measures.thresholds.pe_percent,
        voi=measures.voi_source,
        ftv_voxels=measures.ftv_voxels,
        ftv_ml=measures.ml(measures.ftv_voxels),
        ser_washout_ml=measures.ml(kinetics.washout),
        ser_plateau_ml=measures.ml(kinetics.plateau),
        ser_persistent_ml=measures.ml(kinetics.persistent),
        stv_source=best.name if best else None,
        stv_voxels=int(np.count_nonzero(best.mask.data)) if best else None,
        stv_ml=best.mask.volume_ml if best else None,
        caveats=codes,
        shifted_day=shifted_day,
    )


def proposal_rows(measured: Measurements) -> list[ProposalRow]:
    """Rows of voi_proposals.tsv of an exam; none where its region was given."""
    told = measured.reports.get("proposals")
    if told is None:
        return []
    return [
        ProposalRow(
            exam=measured.row.exam,
            rank=rank,
            box=one.box,
            side=one.side,
            ml=one.ml,
            score=one.score,
        )
        for rank, one in enumerate(msgspec.convert(told, Proposals).ranked, start=1)
    ]


def describe_features(exam: ExamId, engine: ExamEngine) -> FeatureRow:
    """Build the exam's row of the feature table, of an exam that has a mask of its tumor."""
    best = best_stv(engine)
    assert best is not None  # noqa: S101 - there is a row only where there is a mask
    return FeatureRow(exam=exam, mask=best.name, values=engine.value("features").values)


def describe_exam(
    exam: ExamId,
    source: Source,
    engine: ExamEngine,
    files: FileDigests,
    exclusions: Sequence[ExclusionRow],
    attributes: Mapping[Attribute, int],
    names: Sequence[str],
) -> Provenance:
    """Build the provenance of an exam, but for the checksums of its files, of which `names`.

    `attributes` says in how many of the source files each is.
    """
    measurements = Measurements(
        row=describe_row(exam, engine, source.shifted_day),
        methods=engine.methods(),
        exclusions=tuple(map(exclusion_cells, exclusions)),
        feature_reasons={k: str(v) for k, v in engine.value("features").reasons.items()},
        reports={
            name: msgspec.to_builtins(engine.value(name))
            for name in (*_REPORTS, *(name for name in REPORTS if name in engine.wanted))
        },
    )
    return Provenance(
        exam_id=str(exam),
        generated_by=generated_by(engine),
        recipe=recipe_note(engine.recipe),
        inputs=_inputs(source, files),
        headers=_headers(exam, source, attributes),
        stages=tuple(
            StageNote(
                name=record.stage,
                version=record.version,
                params=record.params,
                engines=record.engines,
                caveats=record.caveats,
            )
            for record in engine.records
        ),
        measurements=msgspec.to_builtins(measurements),
        caveats=exam_caveats(engine),
        files=dict.fromkeys(names, ""),
    )


def generated_by(engine: ExamEngine) -> GeneratedBy:
    """Name the program and the engines that the exam's stages used."""
    engines = {name: text for record in engine.records for name, text in record.engines.items()}
    return GeneratedBy(name="breastdce", version=__version__, engines=dict(sorted(engines.items())))


def recipe_note(recipe: Recipe) -> RecipeNote:
    """Name and digest of a recipe."""
    return RecipeNote(name=recipe.name, digest=recipe.digest())


def _inputs(source: Source, files: FileDigests) -> tuple[InputNote, ...]:
    phases = [
        InputNote(role=f"phase-{index:04d}", n_files=count, digest=digest)
        for index, (count, digest) in enumerate(phase_digests(source.exam, files))
    ]
    count, digest = analysis_digest(source.exam, files)
    if count:
        phases.append(InputNote(role="analysis", n_files=count, digest=digest))
    return tuple(phases)


def _headers(
    exam: ExamId, source: Source, attributes: Mapping[Attribute, int]
) -> tuple[HeaderNote, ...]:
    id_kept = clean(source.exam.patient_id) == exam.participant
    dated = source.shifted_day is not None
    return tuple(
        HeaderNote(
            attribute=seen.name,
            tag=seen.tag,
            action=fate_of(seen.name, id_kept=id_kept, dated=dated).action,
            n_files=count,
        )
        for seen, count in sorted(attributes.items(), key=lambda item: (item[0].tag, item[0].name))
    )


def exclusion_of(cells: Mapping[str, Cell]) -> ExclusionRow:
    """Read a row of exclusions.tsv back."""
    number = cells["series_number"]
    return ExclusionRow(
        level=Level(str(cells["level"])),
        participant=_label(cells["participant_id"]),
        visit=_label(cells["session_id"]),
        series_number=None if number is None else int(number),
        modality=None if cells["modality"] is None else str(cells["modality"]),
        n_files=int(cells["n_files"] or 0),
        code=_CODES[str(cells["code"])],
        evidence=str(cells["evidence"] or ""),
    )


def _label(cell: Cell) -> str | None:
    return None if cell is None else str(cell).partition("-")[2]
