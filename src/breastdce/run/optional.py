"""What only some recipes make and a data set then holds: one line for each artifact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.kinetics_table import write_exam_kinetics
from breastdce.dataset.layout import MaskName
from breastdce.dataset.quality_table import write_exam_quality
from breastdce.dataset.sensitivity_table import write_sensitivity
from breastdce.dataset.trust_table import write_exam_trust
from breastdce.formats.nifti import write_mask
from breastdce.formats.tfm import write_transform
from breastdce.kinetics.curve_maps import CurveReport
from breastdce.kinetics.sensitivity import SensitivityReport
from breastdce.qc.report import QcReport
from breastdce.run.kinetics_files import curve_rows, write_maps
from breastdce.run.plan import EXPERT, REVISION, Plan
from breastdce.run.quality_rows import quality_rows
from breastdce.run.sensitivity_rows import sensitivity_rows
from breastdce.run.trust_rows import trust_rows
from breastdce.segment.trust import TrustReport

if TYPE_CHECKING:
    from breastdce.stages.motion import Transforms  # loads SimpleITK, which most recipes do without

Writer = Callable[[Path, ExamId, Any], list[Path]]
"""Writes an artifact of an exam into the data set, given its folder; returns the files."""


def _sensitivity(out: Path, exam: ExamId, report: SensitivityReport) -> list[Path]:
    return [write_sensitivity(out, exam, sensitivity_rows(report))]


def _curves(out: Path, exam: ExamId, report: CurveReport) -> list[Path]:
    return [write_exam_kinetics(out, exam, curve_rows(report))]


def _quality(out: Path, exam: ExamId, report: QcReport) -> list[Path]:
    return [write_exam_quality(out, exam, quality_rows(report))]


def _trust(out: Path, exam: ExamId, report: TrustReport) -> list[Path]:
    return [write_exam_trust(out, exam, trust_rows(report))]


def _transforms(out: Path, exam: ExamId, transforms: Transforms) -> list[Path]:
    moved = [(n, found) for n, found in enumerate(transforms.of_phase) if found is not None]
    for index, transform in moved:
        write_transform(layout.transform(out, exam, index), transform)
    return [layout.transform(out, exam, index) for index, _ in moved]


def _breast(out: Path, exam: ExamId, mask: Mask) -> list[Path]:
    path = layout.mask(out, exam, MaskName.BREAST)
    write_mask(path, mask)
    return [path]


FILES: Final[dict[str, Writer]] = {
    "breast": _breast,
    "sensitivity": _sensitivity,
    "curves": _curves,
    "qc": _quality,
    "curve_maps": write_maps,
    "tofts_maps": write_maps,
    "transforms": _transforms,
    "trust": _trust,
}
"""Artifacts that are written as files of the exam's folder, listed in `dataset.layout`."""
REPORTS: Final[tuple[str, ...]] = (
    "sensitivity",
    "curves",
    "motion",
    "breast_report",
    "qc",
    "proposals",
    "prediction",
    REVISION,
    "trust",
)
"""Artifacts that go into the exam's provenance, for pages and tables."""


def optional_artifacts(plan: Plan) -> frozenset[str]:
    """Which of them a plan makes or is given, and the masks of the network and the expert."""
    return frozenset({*FILES, *REPORTS, "stv_auto", EXPERT}) & frozenset(plan.types)
