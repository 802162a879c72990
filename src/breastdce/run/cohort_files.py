"""The files of a cohort: tables with their dictionaries, flow, summary tables and the page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from breastdce.cohort.schema import ColumnRule
from breastdce.cohort.summary import Summary, full_header, full_line
from breastdce.core.codes import ClinicalCode, CohortCode, ErrorCode
from breastdce.core.errors import StoreError
from breastdce.dataset.dictionary import FIELD_STRENGTH
from breastdce.formats.atomic import write_bytes
from breastdce.formats.delimited import delimited_bytes
from breastdce.formats.tables import (
    MISSING,
    Cell,
    Column,
    Row,
    dictionary,
    write_json,
    write_tsv,
    write_xlsx,
)
from breastdce.report.cohort_page import render_cohort
from breastdce.report.flow import flow_mermaid, flow_svg
from breastdce.run.cohort_pages import SUMMARY, cohort_page, cohort_summary, flow_of
from breastdce.run.cohort_tables import Cohort
from breastdce.run.output_folder import check_folder

_TABLES = ("cohort", "exclusions", "clinical", "clinical_problems")
_SUMMARIES = ("table1", "table2")
_MARK = "cohort.json"
"""Written first: a folder that holds it is one of ours."""
FILES = (
    *(f"{name}.{end}" for name in _TABLES for end in ("json", "tsv")),
    *("flow.mmd", "flow.svg"),
    *(f"{name}.{end}" for name in _SUMMARIES for end in ("csv", "xlsx")),
    SUMMARY,
    "index.html",
)
"""Every file that a cohort may have."""

_PATIENT = Column(
    name="patient_id", long_name="Patient", description="Patient, as the table of exams names it."
)
_CODE = Column(
    name="code",
    long_name="Reason",
    description="Code of the first rule that excludes the patient.",
    levels={code.value: code.meaning for code in CohortCode},
)
_EXAM = (
    _PATIENT,
    Column(name="visit", long_name="Visit", description="Visit of the exam that is used."),
    Column(
        name="n_phases",
        long_name="Number of phases",
        description="Phases of the dynamic acquisition.",
        kind="integer",
    ),
    Column(name="manufacturer", long_name="Maker", description="Maker of the scanner."),
    Column(name="manufacturer_model", long_name="Model", description="Model of the scanner."),
    FIELD_STRENGTH,
    Column(
        name="laterality",
        long_name="Imaged side",
        description="Which breast the exam shows.",
        levels={"L": "Left", "R": "Right", "B": "Both"},
    ),
    Column(name="layout", long_name="Layout", description="How series hold the phases."),
    Column(
        name="kept_despite",
        long_name="Kept despite",
        description="Codes of rules that exclude the patient, who is in by exception; a list.",
    ),
)
_EXCLUSIONS = (
    _PATIENT,
    _CODE,
    Column(
        name="rule",
        long_name="Rule",
        description="Number of the rule, from 1.",
        kind="integer",
    ),
    Column(
        name="evidence",
        long_name="Evidence",
        description="What the rule saw; no value of a header.",
    ),
)
_PROBLEMS = (
    Column(name="sheet", long_name="Sheet", description="Sheet, or list of patients."),
    Column(name="row", long_name="Row", description="Row in the file, from 1.", kind="integer"),
    Column(
        name="column",
        long_name="Column",
        description="Published name of the column, or header of the patients' column.",
    ),
    _PATIENT,
    Column(
        name="code",
        long_name="Problem",
        description="What is wrong.",
        levels={code.value: code.meaning for code in ClinicalCode},
    ),
    Column(name="what", long_name="Meaning", description="The problem in words."),
    Column(
        name="value",
        long_name="Value",
        description="What the cell holds where that is a short number; never text or a date.",
    ),
    Column(name="remedy", long_name="Remedy", description="What to do."),
)


def check_dest(dest: Path, source: Path) -> None:
    """Refuse a folder whose files are not a cohort's, and any folder inside a data set.

    Raises
    ------
    StoreError
        OUTPUT_FOREIGN, OUTPUT_UNWRITABLE.
    """
    inside = dest.resolve()
    if source.is_dir() and inside.is_relative_to(source.resolve()):
        raise StoreError(
            ErrorCode.OUTPUT_FOREIGN,
            "The cohort cannot be written into the data set that it is taken from",
            evidence={"dest": str(dest)},
        )
    check_folder(dest, FILES, "a cohort", mark=_MARK, called="dest")


def write_cohort_files(dest: Path, cohort: Cohort) -> tuple[str, ...]:
    """Write every file, each whole or not at all, the page last; return their names.

    Files of an earlier cohort that this one does not have are removed.
    """
    flow = flow_of(cohort)
    clinical = () if cohort.clinical is None else tuple(map(_column, cohort.clinical.columns))
    _write_table(dest, "cohort", (*_EXAM, *clinical), _cohort_rows(cohort))
    _write_table(dest, "exclusions", _EXCLUSIONS, _exclusion_rows(cohort))
    names = ["cohort", "exclusions", "clinical_problems"]
    if cohort.clinical is not None:
        _write_table(dest, "clinical", (_PATIENT, *clinical), _clinical_rows(cohort))
        names.append("clinical")
    _write_table(dest, "clinical_problems", _PROBLEMS, _problem_rows(cohort))
    write_bytes(dest / "flow.mmd", flow_mermaid(flow).encode())
    write_bytes(dest / "flow.svg", flow_svg(flow, standalone=True).encode())
    files = [f"{name}.{end}" for name in names for end in ("tsv", "json")]
    files += ["flow.mmd", "flow.svg"]
    for name, table in zip(_SUMMARIES, (cohort.table1, cohort.table2), strict=True):
        if table is not None:
            _write_summary(dest, name, table)
            files += [f"{name}.csv", f"{name}.xlsx"]
    page = cohort_page(cohort, flow, files)
    write_json(dest / SUMMARY, cohort_summary(page))
    write_bytes(dest / "index.html", render_cohort(page).encode())
    files.append(SUMMARY)
    files.append("index.html")
    for name in set(FILES) - set(files):
        (dest / name).unlink(missing_ok=True)
    return tuple(files)


def _write_table(dest: Path, name: str, columns: tuple[Column, ...], rows: Iterable[Row]) -> None:
    write_json(dest / f"{name}.json", dictionary(columns))
    write_tsv(dest / f"{name}.tsv", columns, rows)


def _column(rule: ColumnRule) -> Column:
    return Column(
        name=rule.name,
        long_name=rule.long_name,
        description=rule.description,
        kind="text" if rule.kind == "category" else rule.kind,
        units=rule.units,
        levels=rule.levels or None,
    )


def _cohort_rows(cohort: Cohort) -> list[dict[str, Cell]]:
    despite: dict[str, list[str]] = {}
    for entry in cohort.ledger.kept:
        despite.setdefault(entry.patient_id, []).append(entry.code.value)
    names = [] if cohort.clinical is None else [column.name for column in cohort.clinical.columns]
    rows: list[dict[str, Cell]] = []
    for patient in cohort.ledger.included:
        exam = cohort.exam(patient)
        told = [column.name for column in _EXAM[1:-1]]
        facts = {name: None if exam is None else getattr(exam, name) for name in told}
        rows.append(
            {
                "patient_id": patient.patient_id,
                **facts,
                "kept_despite": ";".join(despite.get(patient.patient_id, [])),
                **{name: patient.value(name) for name in names},
            }
        )
    return rows


def _exclusion_rows(cohort: Cohort) -> list[dict[str, Cell]]:
    return [
        {
            "patient_id": entry.patient_id,
            "code": entry.code.value,
            "rule": entry.rule,
            "evidence": entry.evidence,
        }
        for entry in sorted(cohort.ledger.exclusions, key=lambda entry: entry.patient_id)
    ]


def _clinical_rows(cohort: Cohort) -> list[dict[str, Cell]]:
    rows = {} if cohort.clinical is None else cohort.clinical.rows
    return [{"patient_id": patient, **cells} for patient, cells in rows.items()]


def _problem_rows(cohort: Cohort) -> list[dict[str, Cell]]:
    return [
        {
            "sheet": None if problem.sheet == MISSING else " ".join(problem.sheet.split()),
            "row": problem.row,
            "column": problem.column,
            "patient_id": problem.patient_id,
            "code": problem.code.value,
            "what": problem.code.meaning,
            "value": problem.value,
            "remedy": problem.code.remedy,
        }
        for problem in cohort.problems
    ]


def _write_summary(dest: Path, name: str, table: Summary) -> None:
    header = full_header(table)
    lines = [full_line(table, line) for line in table.lines]
    texts = [
        [*words, *(MISSING if figure is None else str(figure) for figure in figures)]
        for words, figures in lines
    ]
    write_bytes(dest / f"{name}.csv", delimited_bytes(header, texts))
    columns = [
        Column(
            name=title,
            long_name=title,
            description=f"{table.title}. {table.source}".strip(),
            kind="text" if place < len(table.heads) else "number",
        )
        for place, title in enumerate(header)
    ]
    rows = [
        dict(
            zip(
                header,
                (*words, *(None if figure is None else float(figure) for figure in figures)),
                strict=True,
            )
        )
        for words, figures in lines
    ]
    write_xlsx(dest / f"{name}.xlsx", name, columns, rows)
