"""The tables of an evaluation, each with its dictionary beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from breastdce.core.codes import Undefined
from breastdce.formats.atomic import write_bytes
from breastdce.formats.tables import Cell, Column, Row, dictionary, write_json, write_tsv
from breastdce.report.evaluation_page import render_evaluation
from breastdce.run.evaluation import Evaluation
from breastdce.run.evaluation_view import evaluation_page
from breastdce.run.output_folder import check_folder
from breastdce.segment.evaluation import METRICS, SOFT_METRICS, Line, Metric, ScoredCase
from breastdce.segment.summary import Comparison, Summary

_MARK = "evaluation.json"
"""Written first: a folder that holds it is one of ours."""
_TABLES = ("cases", "summary", "other_cases", "comparison")
_PAGE = "index.html"
FILES = (_MARK, *(f"{name}.{end}" for name in _TABLES for end in ("tsv", "json")), _PAGE)
"""Every file that an evaluation may have."""

_CASE_KEYS = (
    Column(name="exam_id", long_name="Exam", description="Name of the exam."),
    Column(
        name="participant_id",
        long_name="Patient",
        description="Patient of the exam; the exam's own name where that names no patient.",
    ),
    Column(
        name="origin",
        long_name="Origin",
        description="Whether the model of the mask has learned from this patient.",
        levels={
            "out_of_fold": "It has not",
            "in_sample": "It has: the scores flatter it",
            "unknown": "Nothing says",
        },
    ),
    Column(
        name="empty",
        long_name="Empty masks",
        description="Which of the masks has no voxel.",
        levels={
            "none": "Neither",
            "prediction": "The predicted one",
            "reference": "The reference",
            "both": "Both: no score is defined",
        },
    ),
    Column(
        name="volume_ml",
        long_name="Predicted volume",
        description="Volume of the predicted mask.",
        kind="number",
        units="mL",
    ),
    Column(
        name="reference_ml",
        long_name="Reference volume",
        description="Volume of the reference.",
        kind="number",
        units="mL",
    ),
)
_CI = "95 % interval by bootstrap over participants"
_FIGURES = {
    "mean": "Mean of the finite values.",
    "sd": "Standard deviation of the finite values (n - 1).",
    "mean_capped": "Mean with infinite distances replaced by the diagonal of the image.",
    "median": "Median, infinite values among the others.",
    "q1": "First quartile, linearly interpolated.",
    "q3": "Third quartile, linearly interpolated.",
    "mean_low": f"Lower end of the {_CI}, of mean_capped.",
    "mean_high": f"Upper end of the {_CI}, of mean_capped.",
    "median_low": f"Lower end of the {_CI}, of the median.",
    "median_high": f"Upper end of the {_CI}, of the median.",
}
_METRIC = Column(
    name="metric",
    long_name="Score",
    description="Which score; the dictionary of cases.tsv says what each is.",
    levels={metric.name: metric.long_name for metric in (*METRICS, *SOFT_METRICS)},
)
_UNIT = Column(name="unit", long_name="Unit", description="Unit of the score's figures.")


def _reason(name: str, what: str, code: Undefined) -> Column:
    return Column(
        name=name,
        long_name=name,
        description=f"Why there is no {what}; missing where there is one.",
        levels={code: code.meaning},
    )


def _count(name: str, long_name: str, description: str) -> Column:
    return Column(name=name, long_name=long_name, description=description, kind="integer")


def _number(name: str, description: str) -> Column:
    return Column(name=name, long_name=name, description=description, kind="number")


_NO_SD = _reason("sd_reason", "standard deviation", Undefined.TOO_FEW_EXAMS)
_NO_INTERVAL = _reason("interval_reason", "interval", Undefined.TOO_FEW_PARTICIPANTS)
_SUMMARY = (
    Column(name="group", long_name="Subgroup", description="What exams are grouped by, or all."),
    Column(name="level", long_name="Level", description="Exams with this value of it."),
    _METRIC,
    _UNIT,
    _count("n", "Exams", "Exams with a value, infinite ones too."),
    _count("undefined", "Undefined", "Exams without a value; they are in no figure."),
    _count("infinite", "Infinite", "Exams whose distance is infinite: one mask is empty."),
    *(_number(name, description) for name, description in _FIGURES.items()),
    _NO_SD,
    _NO_INTERVAL,
)
_COMPARISON = (
    _METRIC,
    _UNIT,
    _count("n", "Exams", "Exams with a value of both models."),
    _number("mean_difference", "Mean of first minus second; infinite distances as the diagonal."),
    _number("low", f"Lower end of the {_CI}, of the mean difference."),
    _number("high", f"Upper end of the {_CI}, of the mean difference."),
    _number("median_difference", "Median of first minus second."),
    _number("p", "Wilcoxon signed-rank test, two-sided."),
    _number("p_holm", "The same held against all scores tested together (Holm)."),
    Column(
        name="equivalent",
        long_name="Equivalent",
        description="Whether the 90 % interval of the mean difference lies within the margin (two "
        "one-sided tests at 5 %); missing for scores without a margin (Dice has 0.02), and where "
        "there is no interval.",
        kind="boolean",
    ),
    _NO_INTERVAL,
)


def case_columns(cases: Iterable[ScoredCase]) -> tuple[Column, ...]:
    """Columns of the table of cases: keys, scores, and the subgroups that any case has."""
    known = list(cases)
    metrics = METRICS + (SOFT_METRICS if any(case.soft for case in known) else ())
    groups = dict.fromkeys(name for case in known for name in case.groups)
    return (
        *_CASE_KEYS,
        *(_metric_column(metric) for metric in metrics),
        *(
            Column(name=name, long_name=name, description="Level of this subgroup.")
            for name in groups
        ),
    )


def case_rows(cases: Iterable[ScoredCase]) -> list[Row]:
    """Rows of the table of cases, in the order given."""
    known = list(cases)
    names = {column.name for column in case_columns(known)}
    return [_case_row(case, names) for case in known]


def write_case_table(path: Path, cases: Sequence[ScoredCase]) -> None:
    """Write a table of cases (.tsv) and its dictionary (.json)."""
    _write(path, case_columns(cases), case_rows(cases))


def check_out(out: Path) -> None:
    """Refuse a folder whose files are not an evaluation's (OUTPUT_FOREIGN, OUTPUT_UNWRITABLE)."""
    check_folder(out, FILES, "an evaluation", mark=_MARK)


def write_evaluation(out: Path, found: Evaluation) -> tuple[str, ...]:
    """Write every table and the page, each whole or not at all; return the names of the files."""
    write_json(out / _MARK, plain(found))
    write_case_table(out / "cases.tsv", found.cases)
    _write(out / "summary.tsv", _SUMMARY, map(_summary_row, found.lines))
    names = ["cases", "summary"]
    if found.other_cases:
        write_case_table(out / "other_cases.tsv", found.other_cases)
        rows = [_comparison_row(name, each) for name, each in found.comparisons.items()]
        _write(out / "comparison.tsv", _COMPARISON, rows)
        names += ["other_cases", "comparison"]
    files = [_MARK, *(f"{name}.{end}" for name in names for end in ("tsv", "json"))]
    write_bytes(out / _PAGE, render_evaluation(evaluation_page(found, files)).encode())
    files.append(_PAGE)
    for name in set(FILES) - set(files):
        (out / name).unlink(missing_ok=True)
    return tuple(files)


def plain(found: Evaluation) -> dict[str, object]:
    """The evaluation for programs; a number that JSON has no word for is text, or null if NaN."""
    return {
        "prediction": found.prediction,
        "reference": found.reference,
        "origin": found.origin,
        "exams": len(found.cases),
        "left_out": found.left_out,
        "summary": [_json_row(_summary_row(line)) for line in found.lines],
        "cases": [_json_row(row) for row in case_rows(found.cases)],
        "against": found.against,
        "comparison": [
            _json_row(_comparison_row(name, each)) for name, each in found.comparisons.items()
        ],
        "challenge": found.challenge,
        "challenge_unit": found.challenge_unit if found.challenge else None,
    }


def _write(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    write_json(path.with_suffix(".json"), dictionary(columns))
    write_tsv(path, columns, rows)


def _metric_column(metric: Metric) -> Column:
    return Column(
        name=metric.name,
        long_name=metric.long_name,
        description=metric.description,
        kind="number",
        units=metric.units,
    )


def _case_row(case: ScoredCase, names: Iterable[str]) -> Row:
    scores = case.scores
    cells: dict[str, Cell] = {
        "exam_id": case.exam,
        "participant_id": case.participant,
        "origin": case.origin,
        "empty": _empty(case),
        "volume_ml": scores.volume_ml,
        "reference_ml": scores.reference_ml,
    }
    cells |= {metric.name: metric.value(case) for metric in (*METRICS, *SOFT_METRICS)}
    return {name: cells[name] if name in cells else case.groups.get(name) for name in names}


def _empty(case: ScoredCase) -> str:
    without = not case.scores.volume_ml, not case.scores.reference_ml
    words = {(True, True): "both", (True, False): "prediction", (False, True): "reference"}
    return words.get(without, "none")


def _summary_row(line: Line) -> Row:
    cells = _figures(line.summary)
    units = line.metric.units
    return {
        "group": line.group,
        "level": line.level,
        "metric": line.metric.name,
        "unit": units,
        **cells,
    }


def _figures(summary: Summary) -> dict[str, Cell]:
    names = ("n", "undefined", "infinite", *_FIGURES, _NO_SD.name, _NO_INTERVAL.name)
    return {name: getattr(summary, name) for name in names}


def _comparison_row(name: str, found: Comparison) -> Row:
    metric = next(each for each in METRICS if each.name == name)
    names = [column.name for column in _COMPARISON if column.name not in ("metric", "unit")]
    cells = {name: getattr(found, name) for name in names}
    if not metric.margin:
        cells["equivalent"] = None
    return {"metric": name, "unit": metric.units, **cells}


def _json_row(row: Row) -> dict[str, Cell]:
    return {name: _json_cell(value) for name, value in row.items()}


def _json_cell(value: Cell) -> Cell:
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)
