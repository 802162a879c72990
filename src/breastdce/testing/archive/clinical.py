"""The trial's clinical workbook, what its columns mean, and the rules of its cohort."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from breastdce.formats.tables import Column, write_xlsx
from breastdce.testing.archive.plan import PlannedPatient

WORKBOOK, SCHEMA, RULES = "clinical.xlsx", "schema.toml", "rules.toml"
_TABLE = "table1.toml"
_COLUMNS = (
    Column(name="Subject", long_name="Subject", description="PatientID."),
    Column(name="Age at entry", long_name="Age", description="Years.", kind="number"),
    Column(name="Recurrence", long_name="Recurrence", description="0 or 1.", kind="integer"),
    Column(name="HR Pos", long_name="Hormone receptor", description="0 or 1.", kind="integer"),
)
_SCHEMA_TEXT = """schema = 1
name = "generated"

[patient]
header = "Subject"
kind = "text"

[[sheet]]
name = "patients"

[[sheet.column]]
header = "Age at entry"
name = "age_years"
long_name = "Age"
description = "Age at entry."
kind = "number"
units = "years"
least = 18
most = 110

[[sheet.column]]
header = "Recurrence"
name = "recurrence"
long_name = "Recurrence"
description = "Recurrence of cancer within the follow-up."
kind = "category"
levels = { "0" = "No", "1" = "Yes" }

[[sheet.column]]
header = "HR Pos"
name = "hr"
long_name = "Hormone receptor"
description = "Status of the hormone receptors."
kind = "category"
levels = { "0" = "Negative", "1" = "Positive" }
"""
_RULES_TEXT = """schema = 1
name = "generated"
title = "Patients of a generated trial with a usable baseline"
visit = "T0"
table1 = "table1.toml"
table2 = "scanners"

[[rule]]
code = "NO_BASELINE"
label = "Exam of visit T0"
kind = "visit"

[[rule]]
code = "DCE_UNUSABLE"
label = "Usable DCE"
kind = "dce"

[[rule]]
code = "NO_OUTCOME"
label = "Recurrence known"
kind = "clinical"
present = ["recurrence"]
"""
_TABLE_TEXT = """schema = 1
name = "table1"
title = "Patients by outcome"
source = "Generated trial"
group = "recurrence"

[[column]]
value = "0"
label = "No recurrence"

[[column]]
value = "1"
label = "Recurrence"

[[row]]
kind = "count"
label = "Patients"
percent_of = "all"

[[row]]
kind = "number"
label = "Age (years)"
column = "age_years"
statistics = ["minimum", "maximum", "median"]
decimals = 1

[[row]]
kind = "level"
label = "Hormone receptor positive"
column = "hr"
among = ["1"]
percent_of = "column"
"""


def write_clinical(folder: Path, patients: Sequence[PlannedPatient]) -> None:
    """Write workbook, schema, rules and the form of Table 1."""
    rows = [
        {
            "Subject": patient.patient_id,
            "Age at entry": patient.age_years,
            "Recurrence": patient.recurrence,
            "HR Pos": patient.hormone_receptor,
        }
        for patient in patients
    ]
    write_xlsx(folder / WORKBOOK, "patients", _COLUMNS, rows)
    for name, text in ((SCHEMA, _SCHEMA_TEXT), (RULES, _RULES_TEXT), (_TABLE, _TABLE_TEXT)):
        (folder / name).write_text(text, encoding="utf-8")
