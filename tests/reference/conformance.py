"""The page of conformance: every reference value beside ours.

`python -m tests.reference.conformance` writes it; a test holds it to what is computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import describe, load_panel
from tests.conftest import SHARED
from tests.reference.cases import (
    CAPTK_CASES,
    DIAGNOSTIC,
    IBSI_TABLES,
    Data,
    captk_case,
    captk_golden,
    ibsi_features,
    ibsi_reference,
    within,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
_TITLES = {
    "digital": "digital phantom",
    **{name: f"CT phantom, configuration {name.upper()}" for name in "abcde"},
}
_SHOWN_CASE = "lesion"
_BOUNDS = (1e-12, 1e-9, 1e-6)
_HEAD = """# How near the features are to their references

Written by the tests (`python -m tests.reference.conformance`), which hold it to what is computed.

| reference | values | within tolerance | of ours |
| --- | ---: | ---: | --- |
"""
_IBSI_RULE = (
    "A value is within tolerance when, rounded to three digits, it differs from the consensus "
    "by no more than the tolerance (IBSI's own comparison).\n"
)
_CAPTK_RULE = (
    "CaPTk 1.8.1, its own program, with 17 digits. The tolerance is a relative 1e-6 in each of the "
    f"nine cases; the values shown are those of the case `{_SHOWN_CASE}`. NaN must be NaN. Three "
    "features are rounding noise around 0 in the original where values or zones are equal "
    "(MeanAbsoluteDeviation twice, GLSZM's ZoneSizeVariance), and are compared with the extent of "
    "the values there.\n"
)


def pages(data: Data) -> dict[str, str]:
    """Text of each page by its path below docs/."""
    made, rows = {}, []
    for name in IBSI_TABLES:
        table, total, passing = _ibsi_table(data, name)
        made[f"conformance/ibsi-{name}.md"] = (
            f"# IBSI 1, {_TITLES[name]}\n\n{_IBSI_RULE}\n" + "\n".join(table) + "\n"
        )
        rows.append((f"IBSI 1, {_TITLES[name]}", total, passing, f"ibsi-{name}"))
    table, total, passing = _captk_table(data)
    made["conformance/captk.md"] = f"# CaPTk 1.8.1\n\n{_CAPTK_RULE}\n" + "\n".join(table) + "\n"
    rows.append(("CaPTk 1.8.1, nine cases", total, passing, "captk"))
    made["conformance.md"] = _HEAD + "".join(
        f"| {title} | {total:,} | {passing:,} | [panel {page}](conformance/{page}.md) |\n"
        for title, total, passing, page in rows
    )
    return made


def _ibsi_table(data: Data, name: str) -> tuple[list[str], int, int]:
    columns = {record.tag: record.name for record in describe(load_panel(f"ibsi-{name}"))}
    values, lines, passing = ibsi_features(data, name), [], 0
    reference = {
        tag: numbers
        for tag, numbers in ibsi_reference(data, name).items()
        if not DIAGNOSTIC.search(tag)
    }
    for tag, (expected, tolerance) in reference.items():
        good = within(values[tag], expected, tolerance)
        passing += good
        numbers = f"{values[tag]:.5g} | {expected:g} | {tolerance:g}"
        lines.append(f"| {columns[tag]} | {tag} | {numbers} | {'yes' if good else '**no**'} |")
    head = ["| column | tag | ours | consensus | tolerance | within |"]
    return [*head, "| --- | --- | ---: | ---: | ---: | --- |", *lines], len(reference), passing


def _captk_table(data: Data) -> tuple[list[str], int, int]:
    panel = load_panel("captk")
    ours = {case: extract_features(*captk_case(data, case), panel).values for case in CAPTK_CASES}
    golden = {case: captk_golden(data, case) for case in CAPTK_CASES}
    extent = {case: max(1.0, golden[case]["T1_E_Intensity_Range"]) for case in CAPTK_CASES}
    lines, passing = [], 0
    for name in panel.columns():
        apart = [_apart(ours[c][name], golden[c][name], extent[c]) for c in CAPTK_CASES]
        passing += sum(difference <= _BOUNDS[-1] for difference in apart)
        shown = (ours[_SHOWN_CASE][name], golden[_SHOWN_CASE][name])
        lines.append(
            f"| {name} | {_digits(shown[0])} | {_digits(shown[1])} | {_bound(max(apart))} |"
        )
    head = [
        "| column | ours | CaPTk | largest relative difference |",
        "| --- | ---: | ---: | ---: |",
    ]
    return [*head, *lines], len(panel.columns()) * len(CAPTK_CASES), passing


def _apart(value: float, expected: float, extent: float) -> float:
    """Relative difference; what is noise around 0 is taken against the extent of the values."""
    if math.isnan(value) or math.isnan(expected):
        return 0.0 if math.isnan(value) and math.isnan(expected) else math.inf
    scale = abs(expected) if abs(expected) > 1e-12 * extent else extent
    return abs(value - expected) / scale


def _digits(value: float) -> str:
    return "noise" if 0 < abs(value) < 1e-12 else f"{value:.5g}"


def _bound(difference: float) -> str:
    return next((f"< {bound:g}" for bound in _BOUNDS if difference < bound), f"{difference:.1e}")


def lines_of(text: str) -> Iterator[list[str]]:
    """Cells of each line of a page."""
    for line in text.splitlines():
        yield [cell.strip() for cell in line.split("|")]


def main() -> None:
    """Write the pages."""
    for name, text in pages(lambda name: SHARED / name).items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
