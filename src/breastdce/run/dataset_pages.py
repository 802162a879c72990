"""The first page of a data set and its figures, from what is stored in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import Provenance
from breastdce.dataset.rows import exam_cells
from breastdce.formats.atomic import write_bytes
from breastdce.report.cohort_view import CohortSummary
from breastdce.report.dataset_view import CohortView
from breastdce.report.index_page import render_figures, render_index
from breastdce.report.view import ExamLine, ExclusionView
from breastdce.run.agreement import agreement
from breastdce.run.cohort_cases import Lesion, agreement_cases, artifact_cases, gallery
from breastdce.run.cohort_pages import SUMMARY
from breastdce.run.describe import Measurements
from breastdce.run.measure_tables import feature_table, measure_tables


def write_index(out: Path, view: CohortView) -> Path:
    """Write the report's first page; return its path."""
    path = layout.report_index(out)
    write_bytes(path, render_index(view).encode())
    return path


def write_figures(out: Path, view: CohortView) -> list[Path]:
    """Write the figures of the first page as files of their own; return their paths.

    Figures of an earlier call that are not made again are removed.
    """
    made = {layout.figure(out, name): payload for name, payload in render_figures(view).items()}
    for path in set(layout.cohort_figures(out)) - set(made):
        path.unlink()
    for path, payload in made.items():
        write_bytes(path, payload)
    return sorted(made)


def keep_cohort(out: Path, folder: Path) -> None:
    """Take the counts of a cohort (`breastdce cohort`) into the report; nobody is named in them.

    Raises
    ------
    CallError
        CALL_INVALID when the folder holds none.
    """
    try:
        found = msgspec.json.decode((folder / SUMMARY).read_bytes(), type=CohortSummary)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "No cohort is here",
            evidence={"folder": str(folder), "missing": SUMMARY},
            remedy="Give the DEST folder of `breastdce cohort`, made by this version.",
        ) from error
    write_bytes(layout.report_cohort(out), msgspec.json.encode(found) + b"\n")


def dataset_view(
    out: Path,
    records: Sequence[Provenance],
    measured: Sequence[Measurements],
    exclusions: Sequence[ExclusionView],
) -> CohortView:
    """Gather everything that the first page shows; exams are in order of name."""
    names = [item.row.exam for item in measured]
    keys = [str(name) for name in names]
    pairs = agreement(out, names)
    return CohortView(
        dataset=str(_description(out).get("Name", "Breast DCE-MRI data set")),
        recipe=", ".join(sorted({record.recipe.name for record in records})) or "none",
        exams=[_line(item) for item in measured],
        exclusions=exclusions,
        methods=" ".join(measured[0].methods) if measured else "",
        tables=list(measure_tables(out, keys)),
        features=feature_table(out, keys),
        reasons=_reasons(measured),
        cohort=_cohort(out),
        pairs=pairs,
        agreement_cases=agreement_cases(out, names, pairs),
        gallery=gallery(out, [_lesion(item) for item in measured]),
        artifacts=artifact_cases(out, names, [item.reports for item in measured]),
        facts=_facts(out, records, measured),
        files=_files(out),
    )


def _line(item: Measurements) -> ExamLine:
    exam: ExamId = item.row.exam
    return ExamLine(
        exam=str(exam),
        row=exam_cells(item.row),
        link=f"exams/{exam}.html",
        thumbnail=f"figures/{exam}.png",
    )


def _lesion(item: Measurements) -> Lesion:
    return Lesion(item.row.ftv_ml, item.row.exam, item.row.phase_indices[1])


def _reasons(measured: Sequence[Measurements]) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for item in measured:
        for feature, code in item.feature_reasons.items():
            found[code][feature] += 1
    return found


def _cohort(out: Path) -> CohortSummary | None:
    path = layout.report_cohort(out)
    if not path.exists():
        return None
    return msgspec.json.decode(path.read_bytes(), type=CohortSummary)


def _description(out: Path) -> Mapping[str, Any]:
    return msgspec.json.decode(layout.description(out).read_bytes(), type=dict[str, Any])


def _facts(
    out: Path, records: Sequence[Provenance], measured: Sequence[Measurements]
) -> list[tuple[str, str]]:
    told = _description(out)
    people = {item.row.exam.participant for item in measured}
    programs = {f"{record.generated_by.name} {record.generated_by.version}" for record in records}
    makers = Counter(item.row.manufacturer for item in measured)
    return [
        ("Content", f"{len(measured)} exams of {len(people)} participants"),
        ("Scanners", ", ".join(f"{maker} {n}" for maker, n in sorted(makers.items())) or "none"),
        ("Made by", ", ".join(sorted(programs)) or "nobody yet"),
        ("License", str(told.get("License", "not stated"))),
        ("DOI", str(told.get("DatasetDOI", "not stated"))),
        ("Dates", str(told.get("Dates", "not stated"))),
    ]


def _files(out: Path) -> list[str]:
    """Files in the root of the data set: also those not written yet."""
    there = (path for path in layout.optional_files(out) if path.exists())
    return sorted(path.name for path in (*layout.required_files(out), *there) if path.parent == out)
