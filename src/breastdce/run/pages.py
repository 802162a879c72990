"""Pages of exams, from the published data set alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId, PhaseRole, TimeZero
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import kinetics_table, layout
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.dataset.provenance import Provenance, read_provenance
from breastdce.dataset.rows import ExclusionRow, exam_cells
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.formats.tables import read_tsv
from breastdce.kinetics.sensitivity import SensitivityReport
from breastdce.kinetics.thresholds import FtvParams
from breastdce.report.exam_figures import exam_figures
from breastdce.report.figure import thumbnail
from breastdce.report.page import render_exam, wanted_images
from breastdce.report.view import (
    BiasView,
    ExamView,
    ExclusionView,
    PhaseView,
    ProposalView,
    SensitivityView,
    StepView,
)
from breastdce.run.describe import Measurements, exclusion_of, proposal_rows
from breastdce.run.quality_view import quality_lines
from breastdce.run.sensitivity_rows import sensitivity_view
from breastdce.stages.n4 import BiasReport

_IMAGES = {"image_pre": 0, "image": 1, "image_late": 2}
"""Fields of the view that hold images, and which image each is."""
_ALL_MASKS = (MaskName.FTV, MaskName.BREAST, *STV_BEST_FIRST)

Sidecar = Mapping[str, Any]
"""Allow-listed acquisition record of a native phase."""


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


class Images(Protocol):
    """Images, masks and curves of an exam as they are published."""

    def native(self, index: int) -> Volume:
        """Raw signal of a phase."""
        ...

    def image(self, index: int) -> Volume:
        """A prepared phase on the 1 mm grid: 0 (pre), 1 or 2."""
        ...

    def pe(self) -> Volume:
        """Percent enhancement."""
        ...

    def ser(self) -> Volume:
        """Signal enhancement ratio."""
        ...

    def mask(self, name: MaskName) -> Mask | None:
        """A mask, or None where there is none."""
        ...

    def curves(self) -> Mapping[str, object] | None:
        """The FTV's row of the table of kinetics, where there is one."""
        ...


class StoredImages:
    """Read from the data set."""

    def __init__(self, out: Path, exam: ExamId) -> None:
        self._out, self._exam = out, exam

    def native(self, index: int) -> Volume:
        return read_volume(layout.native_image(self._out, self._exam, index))

    def image(self, index: int) -> Volume:
        return read_volume(layout.image(self._out, self._exam, index))

    def pe(self) -> Volume:
        return read_volume(layout.pe_map(self._out, self._exam))

    def ser(self) -> Volume:
        return read_volume(layout.ser_map(self._out, self._exam))

    def mask(self, name: MaskName) -> Mask | None:
        path = layout.mask(self._out, self._exam, name)
        return read_mask(path) if path.exists() else None

    def curves(self) -> Mapping[str, object] | None:
        path = layout.exam_kinetics(self._out, self._exam)
        rows = read_tsv(path, kinetics_table.COLUMNS) if path.exists() else []
        return next((row for row in rows if row["mask"] == MaskName.FTV), None)


class Page(NamedTuple):
    """A page and its thumbnail, as they are written."""

    html: bytes
    picture: bytes

    def write(self, out: Path, exam: ExamId) -> None:
        """Put them into the data set."""
        page, picture = page_files(out, exam)
        write_bytes(page, self.html)
        write_bytes(picture, self.picture)


def make_page(
    exam: ExamId,
    record: Provenance,
    sidecars: Sequence[Sidecar],
    images: Images,
    *,
    threads: int = 1,
) -> Page:
    """Make an exam's page from its provenance, the sidecars of all its phases, and its images."""
    return _page_of(exam_view(exam, record, sidecars, images), threads)


def _page_of(view: ExamView, threads: int = 1) -> Page:
    return Page(render_exam(view, threads=threads).encode(), thumbnail(view))


def rewrite_page(out: Path, exam: ExamId, *, figures: bool = False) -> list[Path]:
    """Write an exam's page again from what is published; return its figures for a paper, if any."""
    record = read_provenance(layout.provenance(out, exam))
    phases = range(read_measurements(record).row.n_phases)
    sidecars = [_sidecar(layout.native_sidecar(out, exam, index)) for index in phases]
    view = exam_view(exam, record, sidecars, StoredImages(out, exam))
    _page_of(view).write(out, exam)
    made = exam_figures(view) if figures else {}
    for name, payload in made.items():
        write_bytes(layout.exam_figure(out, exam, name), payload)
    return [layout.exam_figure(out, exam, name) for name in made]


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


def exam_view(
    exam: ExamId, record: Provenance, sidecars: Sequence[Sidecar], images: Images
) -> ExamView:
    """Gather everything that an exam's page shows."""
    measurements = read_measurements(record)
    row = measurements.row
    found = {name.value: images.mask(name) for name in _ALL_MASKS}
    masks = {name: mask for name, mask in found.items() if mask is not None}
    ftv = masks.get(MaskName.FTV)
    if ftv is None:
        raise InputError(ErrorCode.IMAGE_INVALID, evidence={"exam": str(exam), "missing": "ftv"})
    return ExamView(
        exam=str(exam),
        row=exam_cells(row),
        phases=tuple(_phase(facts, images.native(i)) for i, facts in enumerate(sidecars)),
        phase_indices=row.phase_indices,
        time_zero=TimeZero(sidecars[0].get("TimeZero", TimeZero.UNKNOWN)),
        pe=images.pe(),
        ser=images.ser(),
        ftv=ftv,
        image=_image(images, "image"),
        image_pre=_image(images, "image_pre"),
        image_late=_image(images, "image_late"),
        masks=masks,
        stv=None if row.stv_source is None else masks.get(row.stv_source),
        ser_cuts=_ser_cuts(record),
        sensitivity=_sensitivity(measurements),
        bias=_bias(measurements),
        quality=quality_lines(measurements.reports),
        curves=images.curves(),
        proposals=tuple(
            ProposalView(row.box, row.side, row.ml, row.score)
            for row in proposal_rows(measurements)
        ),
        caveats=record.caveats,
        steps=tuple(
            StepView(note.name, _versions(note.version, note.engines), _words(note.params))
            for note in record.stages
        ),
        exclusions=tuple(exclusion_view(exclusion_of(row)) for row in measurements.exclusions),
        methods=" ".join(measurements.methods),
        made_by=_made_by(record),
        reports=measurements.reports,
        files=_files(exam, record),
    )


def _image(images: Images, field: str) -> Volume | None:
    """An image of the view, where some panel of the page shows it."""
    return images.image(_IMAGES[field]) if field in wanted_images() else None


def _made_by(record: Provenance) -> str:
    made, recipe = record.generated_by, record.recipe
    return f"{made.name} {made.version}, recipe {recipe.name} ({recipe.digest[:12]})"


def _ser_cuts(record: Provenance) -> tuple[float, float]:
    """Cuts of the kinetic types that the volumes of the exam were counted with."""
    used = next((note.params for note in record.stages if note.name == "ftv"), {})
    params = msgspec.convert(dict(used), FtvParams)
    return params.ser_threshold, params.plateau_upper


def _sensitivity(measurements: Measurements) -> SensitivityView | None:
    found = measurements.reports.get("sensitivity")
    return None if found is None else sensitivity_view(msgspec.convert(found, SensitivityReport))


def _bias(measurements: Measurements) -> BiasView:
    report = msgspec.convert(measurements.reports["bias"], BiasReport)
    found = report.rescaling
    return BiasView(
        mean_log_field=report.mean_log_field,
        pe_percent=found.pe_percent,
        enhancing_before=found.enhancing_before,
        enhancing_after=found.enhancing_after,
        tissue_voxels=found.tissue_voxels,
        pe_change_sd=found.pe_change_sd,
        ser_change_sd=found.ser_change_sd,
    )


def _phase(facts: Sidecar, volume: Volume) -> PhaseView:
    return PhaseView(
        volume=volume,
        role=PhaseRole(facts["PhaseRole"]),
        delay_s=facts.get("PhaseEffectiveTime"),
    )


def _sidecar(path: Path) -> Sidecar:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])


def _versions(version: int, engines: Mapping[str, str]) -> str:
    return ", ".join([str(version), *(f"{name} {text}" for name, text in sorted(engines.items()))])


def _words(params: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in params.items()) or "none"


def _files(exam: ExamId, record: Provenance) -> list[str]:
    folder = f"sub-{exam.participant}/ses-{exam.visit}"
    return [f"{folder}/{name}" for name in (*record.files, "provenance.json")]
