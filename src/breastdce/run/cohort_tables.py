"""From exams, clinical table and rules to the cohort: who is in, and the tables that tell of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from breastdce.cohort.characteristics import characteristics
from breastdce.cohort.clinical import Cells, ClinicalTable, compare_patients, read_clinical
from breastdce.cohort.ledger import Ledger, apply_rules
from breastdce.cohort.patient import Exam, Patient
from breastdce.cohort.problem import Problem
from breastdce.cohort.rule_book import RuleBook
from breastdce.cohort.scanners import scanners
from breastdce.cohort.summary import Summary
from breastdce.core.codes import ClinicalCode, ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.formats.sheets import read_sheet
from breastdce.run.cohort_definitions import Definitions, Lists, read_definitions, read_schema
from breastdce.run.cohort_source import Source, read_source


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortOptions:
    """What a call asks for."""

    source: Path
    """A table of exams, or the folder of a data set."""
    clinical: Path | None = None
    schema: str = "ispy1"
    rules: str = "ispy1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Everything that is written and shown."""

    book: RuleBook
    ledger: Ledger
    clinical: ClinicalTable | None
    problems: tuple[Problem, ...]
    table1: Summary | None
    table2: Summary
    is_private: bool
    """Whether patients are named as the scanner's headers name them."""
    nameless: int
    """Exams without patient."""
    other_visits: Mapping[str, int]
    """How many exams are of which visit, where none is of the rules' visit; else empty."""

    def exam(self, patient: Patient) -> Exam | None:
        """The exam of the cohort's visit."""
        return patient.at(self.book.visit)


def make_cohort(options: CohortOptions) -> Cohort:
    """Read everything, apply the rules, make the tables; nothing is written.

    Raises
    ------
    CallError
        The call, the rules or a definition is wrong.
    InputError
        A table cannot be read, or lacks a column that the rules need.
    """
    definitions = read_definitions(options.rules)
    schema = read_schema(options.schema)
    source = read_source(options.source)
    clinical = None
    if options.clinical is not None:
        path = options.clinical
        sheets = [read_sheet(path, rule.name) for rule in schema.sheet]
        clinical = _renamed(source, read_clinical(schema, sheets))
    _check_needs(definitions.book, source, clinical)
    patients = _patients(source, {} if clinical is None else clinical.rows)
    lists: Lists = {
        key: frozenset(map(source.name, names)) for key, names in definitions.lists.items()
    }
    ledger = apply_rules(patients, _with_names(definitions.book, source), lists)
    problems = _problems(source, clinical, lists, patients)
    return _cohort(definitions, ledger, source, clinical, tuple(problems))


def _cohort(
    definitions: Definitions,
    ledger: Ledger,
    source: Source,
    clinical: ClinicalTable | None,
    problems: tuple[Problem, ...],
) -> Cohort:
    book = definitions.book
    table1 = None
    if definitions.characteristics is not None and clinical is not None:
        known = [column.name for column in clinical.columns]
        table1 = characteristics(definitions.characteristics, ledger.included, known)
    exams = (patient.at(book.visit) for patient in ledger.included)
    return Cohort(
        book=book,
        ledger=ledger,
        clinical=clinical,
        problems=problems,
        table1=table1,
        # Without a rule about the visit somebody may be in who has no exam of it.
        table2=scanners(definitions.scanners, [exam for exam in exams if exam is not None]),
        is_private=source.is_private,
        nameless=source.nameless,
        other_visits=_other_visits(source, book),
    )


def _other_visits(source: Source, book: RuleBook) -> dict[str, int]:
    exams = (exam for found in source.exams.values() for exam in found)
    counts = Counter(exam.visit or "n/a" for exam in exams)
    return {} if book.visit in counts else dict(sorted(counts.items()))


def _patients(source: Source, rows: Mapping[str, Cells]) -> list[Patient]:
    return [
        Patient(patient_id=name, exams=source.exams.get(name, ()), clinical=rows.get(name))
        for name in sorted({*source.exams, *rows})
    ]


def _renamed(source: Source, table: ClinicalTable) -> ClinicalTable:
    """Name patients as the source does."""
    rows: dict[str, Cells] = {}
    for patient, cells in table.rows.items():
        name = source.name(patient)
        if name in rows:
            raise InputError(
                ErrorCode.TABLE_INVALID,
                "Two patients of the clinical table have the same letters and digits",
                evidence={"patient": name},
                remedy="Name patients in the clinical table as the data set does.",
            )
        rows[name] = cells
    problems = (
        problem._replace(patient_id=problem.patient_id and source.name(problem.patient_id))
        for problem in table.problems
    )
    return ClinicalTable(table.columns, rows, tuple(problems))


def _with_names(book: RuleBook, source: Source) -> RuleBook:
    exceptions = (
        msgspec.structs.replace(entry, patients=tuple(map(source.name, entry.patients)))
        for entry in book.exceptions
    )
    return replace(book, exceptions=tuple(exceptions))


def _problems(
    source: Source, clinical: ClinicalTable | None, lists: Lists, patients: list[Patient]
) -> Iterator[Problem]:
    if clinical is not None:
        yield from clinical.problems
        yield from compare_patients(clinical, frozenset(source.exams))
    known = {patient.patient_id for patient in patients}
    for (file, column), names in lists.items():
        for name in sorted(names - known):
            yield Problem(file, None, column, name, ClinicalCode.NOT_KNOWN)


def _check_needs(book: RuleBook, source: Source, clinical: ClinicalTable | None) -> None:
    columns = set() if clinical is None else {column.name for column in clinical.columns}
    for rule in book.rules:
        needs = rule.needs()
        lacking = [name for name in needs.exam if name not in source.columns]
        if lacking:
            raise InputError(
                ErrorCode.COLUMN_MISSING,
                "The table of exams lacks columns that a rule needs",
                evidence={"rule": rule.code, "missing": ", ".join(lacking)},
                remedy="Write it with `breastdce scan … --out DCE.tsv`, or change the rules.",
            )
        if needs.clinical and clinical is None:
            raise CallError(
                ErrorCode.CALL_INVALID,
                "The rules ask for clinical values, and no clinical table is given",
                evidence={"rules": book.name, "rule": rule.code},
                remedy="Give --clinical FILE, or rules that do without (--rules baseline).",
            )
        lacking = [name for name in needs.clinical if name and name not in columns]
        if lacking:
            raise InputError(
                ErrorCode.COLUMN_MISSING,
                "The schema has no column that a rule asks for",
                evidence={
                    "rule": rule.code,
                    "missing": ", ".join(lacking),
                    "there are": ", ".join(sorted(columns)),
                },
                remedy="Correct the rule, or declare the column in the schema.",
            )
