"""Small tables of exams and of patients, and rules for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

COLUMNS = (
    *("patient_id", "study_uid", "dce_series_uid", "n_phases", "score", "runner_up"),
    *("reason_code", "visit", "study_date", "manufacturer", "manufacturer_model"),
    *("field_strength_t", "laterality", "layout", "phase_series_uids", "caveats", "evidence"),
)
UID = "1.2.840.99999"
DATE = "1985-04-13"
GOOD = {
    "study_uid": UID,
    "dce_series_uid": UID,
    "n_phases": "3",
    "reason_code": "OK",
    "visit": "T0",
    "study_date": DATE,
    "manufacturer": "GE MEDICAL SYSTEMS",
    "manufacturer_model": "GENESIS_SIGNA",
    "field_strength_t": "1.5",
    "laterality": "L",
    "layout": "interleaved",
    "phase_series_uids": UID,
    "evidence": f"study of {DATE}",
}
BAD = {"n_phases": "n/a", "dce_series_uid": "n/a"}
EXAMS = [
    {"patient_id": "ISPY1_1001", **GOOD},
    {"patient_id": "ISPY1_1001", **GOOD, "visit": "T1"},
    {"patient_id": "ISPY1_1002", **GOOD, "manufacturer": "SIEMENS", "manufacturer_model": "Sonata"},
    {"patient_id": "ISPY1_1003", **GOOD, "visit": "T1"},
    {"patient_id": "ISPY1_1004", **GOOD, **BAD, "reason_code": "NO_DCE"},
    {"patient_id": "ISPY1_1005", **GOOD, "n_phases": "2"},
    {"patient_id": "ISPY1_1006", **GOOD, **BAD, "reason_code": "PIXELS_UNREADABLE"},
    {"patient_id": "ISPY1_1007", **GOOD, **BAD, "reason_code": "AMBIGUOUS"},
    {"patient_id": "ISPY1_1159", **GOOD},
    {"patient_id": "ISPY1_1239", **GOOD},
    {"patient_id": "n/a", **GOOD},
]
SCHEMA = """
schema = 1
name = "made"
[patient]
header = "SUBJECTID"
kind = "integer"
prefix = "ISPY1_"
[[sheet]]
"""
CLINICAL = """SUBJECTID;age;HR Pos;Her2MostPos;HR_HER2_CATEGORY;RFS;rfs_ind
1001;48,8;1;0;1;100;0
1002;50,25;0;1;2;200;1
1003;41;1;0;1;300;0
1004;42;1;0;1;300;0
1005;43;1;0;1;300;0
1006;44;1;0;1;300;0
1007;45;1;0;1;300;0
1008;46;1;0;1;300;0
1159;47;;;;300;1
"""


def write_exams(
    path: Path, rows: Sequence[dict[str, str]] = EXAMS, columns: Sequence[str] = COLUMNS
) -> Path:
    """A DCE.tsv."""
    lines = [columns, *([row.get(name, "n/a") for name in columns] for row in rows)]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


def write_schema(path: Path) -> Path:
    """The columns of `CLINICAL` under the names of the shipped schema."""
    kinds = [
        ("age", "age_years", "number", ""),
        ("HR Pos", "hr", "category", 'levels = { "0" = "No", "1" = "Yes" }'),
        ("Her2MostPos", "her2", "category", 'levels = { "0" = "No", "1" = "Yes" }'),
        ("HR_HER2_CATEGORY", "subtype", "category", 'levels = { "1" = "a", "2" = "b", "3" = "c" }'),
        ("RFS", "rfs_days", "integer", ""),
        ("rfs_ind", "rfs_event", "category", 'levels = { "0" = "No", "1" = "Yes" }'),
    ]
    text = SCHEMA + "".join(
        f'[[sheet.column]]\nheader = "{header}"\nname = "{name}"\nlong_name = "{name}"\n'
        f'description = "{name}."\nkind = "{kind}"\n{more}\n'
        for header, name, kind, more in kinds
    )
    path.write_text(text, encoding="utf-8")
    return path
