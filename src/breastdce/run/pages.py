"""Pages of the report, from the published data set alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId, PhaseRole, TimeZero
from breastdce.dataset import layout
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.dataset.provenance import Provenance, read_provenance
from breastdce.dataset.rows import ExclusionRow, exam_cells
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.report.figure import thumbnail
from breastdce.report.page import render_exam, render_index
from breastdce.report.view import (
    CohortView,
    ExamLine,
    ExamView,
    ExclusionView,
    PhaseView,
    StepView,
)
from breastdce.run.describe import Measurements, exclusion_of

_POST1 = 1


def page_files(out: Path, exam: ExamId) -> tuple[Path, Path]:
    """Page and thumbnail of an exam."""
    return layout.exam_page(out, exam), layout.thumbnail(out, exam)


def read_measurements(record: Provenance) -> Measurements:
    """Return the part of a provenance record that tables and pages are made from."""
    try:
        return msgspec.convert(record.measurements, Measurements)
    except msgspec.ValidationError as error:
        raise InputError(
            ErrorCode.TABLE_INVALID, evidence={"exam": record.exam_id, "why": str(error)}
        ) from error


def write_exam_page(out: Path, exam: ExamId) -> None:
    """Write an exam's page and thumbnail."""
    view = exam_view(out, exam)
    page, picture = page_files(out, exam)
    write_bytes(page, render_exam(view).encode())
    write_bytes(picture, thumbnail(view))


def write_index(out: Path, exclusions: list[ExclusionView]) -> Path:
    """Write the report's first page from the exams' provenance; return its path."""
    records = [read_provenance(folder / "provenance.json") for folder in layout.exam_folders(out)]
    lines = []
    methods: tuple[str, ...] = ()
    for record in records:
        measurements = read_measurements(record)
        methods = methods or measurements.methods
        exam = measurements.row.exam
        lines.append(
            ExamLine(
                exam=str(exam),
                row=exam_cells(measurements.row),
                link=f"exams/{exam}.html",
                thumbnail=f"figures/{exam}.png",
            )
        )
    recipes = sorted({record.recipe.name for record in records})
    view = CohortView(
        dataset="Breast DCE-MRI data set",
        recipe=", ".join(recipes) or "none",
        exams=lines,
        exclusions=exclusions,
        methods=" ".join(methods),
    )
    path = layout.report_index(out)
    write_bytes(path, render_index(view).encode())
    return path


def exclusion_view(row: ExclusionRow) -> ExclusionView:
    """Say what was left out, in a few words."""
    words = [row.level.value]
    if row.participant:
        words.append(f"sub-{row.participant}")
    if row.visit:
        words.append(f"ses-{row.visit}")
    if row.series_number is not None:
        words.append(f"series {row.series_number}")
    if row.modality and row.modality != "MR":
        words.append(row.modality)
    return ExclusionView(" ".join(words), row.code.value, row.evidence, max(row.n_files, 1))


def exam_view(out: Path, exam: ExamId) -> ExamView:
    """Read back everything that an exam's page shows."""
    record = read_provenance(layout.provenance(out, exam))
    measurements = read_measurements(record)
    row = measurements.row
    phases = tuple(_phase(out, exam, index) for index in range(row.n_phases))
    stv = next((n for n in STV_BEST_FIRST if layout.mask(out, exam, n).exists()), None)
    return ExamView(
        exam=str(exam),
        row=exam_cells(row),
        phases=phases,
        phase_indices=row.phase_indices,
        time_zero=_time_zero(out, exam),
        pe=read_volume(layout.pe_map(out, exam)),
        ser=read_volume(layout.ser_map(out, exam)),
        ftv=read_mask(layout.mask(out, exam, MaskName.FTV)),
        image=read_volume(layout.image(out, exam, _POST1)),
        stv=None if stv is None else read_mask(layout.mask(out, exam, stv)),
        caveats=record.caveats,
        steps=tuple(
            StepView(note.name, _versions(note.version, note.engines), _words(note.params))
            for note in record.stages
        ),
        exclusions=tuple(exclusion_view(exclusion_of(row)) for row in measurements.exclusions),
        methods=" ".join(measurements.methods),
        files=_files(exam, record),
    )


def _phase(out: Path, exam: ExamId, index: int) -> PhaseView:
    facts = _sidecar(out, exam, index)
    return PhaseView(
        volume=read_volume(layout.native_image(out, exam, index)),
        role=PhaseRole(facts["PhaseRole"]),
        delay_s=facts.get("PhaseEffectiveTime"),
    )


def _time_zero(out: Path, exam: ExamId) -> TimeZero:
    return TimeZero(_sidecar(out, exam, 0).get("TimeZero", TimeZero.UNKNOWN))


def _sidecar(out: Path, exam: ExamId, index: int) -> dict[str, Any]:
    payload = layout.native_sidecar(out, exam, index).read_bytes()
    return msgspec.json.decode(payload, type=dict[str, Any])


def _versions(version: int, engines: Mapping[str, str]) -> str:
    return ", ".join([str(version), *(f"{name} {text}" for name, text in sorted(engines.items()))])


def _words(params: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in params.items()) or "none"


def _files(exam: ExamId, record: Provenance) -> list[str]:
    folder = f"sub-{exam.participant}/ses-{exam.visit}"
    return [f"{folder}/{name}" for name in (*record.files, "provenance.json")]
