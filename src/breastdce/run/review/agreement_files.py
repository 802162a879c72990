"""The tables and the page of the readers' agreement, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from breastdce.formats.atomic import write_bytes
from breastdce.formats.tables import Cell, Column, Row, dictionary, write_json, write_tsv
from breastdce.report.readers_page import render_readers
from breastdce.review.agreement import CaseAgreement, PairSummary, ReaderSummary
from breastdce.review.estimate import Estimate, Spread
from breastdce.run.output_folder import check_folder
from breastdce.run.review.agreement import Found
from breastdce.run.review.agreement_view import REASONS, STAPLE_REASONS, letters, readers_page

_TABLES = ("agreement", "readers", "pairs", "cases", "case_pairs")
_PAGE = "index.html"
FILES = (*(f"{name}.{end}" for name in _TABLES for end in ("tsv", "json")), _PAGE)
"""Every file that is written."""


def _text(name: str, long_name: str, description: str) -> Column:
    return Column(name=name, long_name=long_name, description=description)


def _count(name: str, long_name: str, description: str) -> Column:
    return Column(name=name, long_name=long_name, description=description, kind="integer")


def _number(name: str, long_name: str, description: str, units: str | None = None) -> Column:
    return Column(
        name=name, long_name=long_name, description=description, kind="number", units=units
    )


def _spread_columns(name: str, long_name: str, units: str | None = None) -> Iterator[Column]:
    words = {"q1": "First quartile", "median": "Median", "q3": "Third quartile"}
    for part, what in words.items():
        yield _number(f"{name}_{part}", f"{long_name}, {part}", f"{what} over exams.", units)


def _estimate_columns(
    name: str, long_name: str, description: str, units: str | None = None
) -> Iterator[Column]:
    yield _number(name, long_name, description, units)
    yield _number(f"{name}_low", f"{long_name}, low", "Lower end of its 95 % interval.", units)
    yield _number(f"{name}_high", f"{long_name}, high", "Upper end of its 95 % interval.", units)
    yield _count(f"{name}_n", f"{long_name}, exams", "Exams that it is of.")
    yield Column(
        name=f"{name}_undefined",
        long_name=f"{long_name}, undefined",
        description="Why there is no value, or no interval; missing where both are there.",
        levels={reason: words for reason, words in REASONS.items() if reason},
    )


_EXAM = _text("exam_id", "Exam", "Name of the exam.")
_READER = _text("reader", "Reader", "Letter of the reader, or the name where names were asked for.")
_PAIR = (
    _text("first", "First reader", "As in readers.tsv."),
    _text("second", "Second reader", "As in readers.tsv."),
)
_ICC = "ICC(2,1) of the volumes: two-way random, absolute agreement, single reader."
_AGREEMENT = (
    _count("exams", "Exams", "Exams that at least one reader has signed."),
    _count("complete", "Complete", "Exams that every reader has signed."),
    Column(
        name="blinded",
        long_name="Blinded",
        description="Whether the readings are of readers who saw no work of others.",
        kind="boolean",
    ),
    *_estimate_columns("icc", "ICC", f"{_ICC} Of all readers, complete exams."),
    *_estimate_columns("kappa", "Kappa", "Of lesion seen or not; all readers, complete exams."),
    Column(
        name="kappa_by",
        long_name="Kind of kappa",
        description="Whose kappa it is.",
        levels={"cohen": "Cohen's, of two readers", "fleiss": "Fleiss's, of more"},
    ),
)
_READERS = (
    _READER,
    _count("exams", "Exams", "Exams that the reader has signed."),
    _count("marked", "Lesion seen", "Exams of these with a voxel marked."),
    *_spread_columns("volume_ml", "Volume", "mL"),
    *_spread_columns("dice_to_majority", "Dice with the majority"),
    *_spread_columns("sensitivity", "Sensitivity by STAPLE"),
)
_PAIRS = (
    *_PAIR,
    _count("exams", "Exams", "Exams that both have signed."),
    _count("one_empty", "One saw", "Exams in which one of them saw a lesion."),
    _count("both_empty", "None saw", "Exams in which neither did: no Dice, no distance."),
    *_spread_columns("dice", "Dice"),
    *_spread_columns("hd95_mm", "95 % Hausdorff distance", "mm"),
    *_spread_columns("assd_mm", "Average symmetric surface distance", "mm"),
    *_estimate_columns("icc", "ICC", _ICC),
    *_estimate_columns("kappa", "Kappa", "Cohen's kappa of lesion seen or not."),
    *_estimate_columns("bias_ml", "Bias", "Mean of first minus second volume.", "mL"),
    *_estimate_columns("lower_ml", "Lower limit", "Bias - 1.96 SD of differences.", "mL"),
    *_estimate_columns("upper_ml", "Upper limit", "Bias + 1.96 SD of differences.", "mL"),
    *_estimate_columns("ratio", "Ratio", "Geometric mean of first over second volume."),
    *_estimate_columns("ratio_lower", "Lower limit of ratio", "The same on the log scale."),
    *_estimate_columns("ratio_upper", "Upper limit of ratio", "The same on the log scale."),
    _count("without_ratio", "Without ratio", "Exams in which a volume is 0."),
)
_CASES = (
    _EXAM,
    _READER,
    _number("volume_ml", "Volume", "Volume of the reader's mask.", "mL"),
    _number(
        "dice_to_majority",
        "Dice with the majority",
        "Dice with the voxels that more than half of the exam's readers marked, this one among "
        "them; missing with fewer than three readers.",
    ),
    _number("sensitivity", "Sensitivity", "By STAPLE: share of the hidden truth that was marked."),
    _number("specificity", "Specificity", "By STAPLE: share of the rest that was left."),
    _number("majority_ml", "Majority", "Volume marked by more than half of the readers.", "mL"),
    _number("staple_ml", "STAPLE", "Volume of STAPLE's consensus, cut at 0.5.", "mL"),
    Column(
        name="staple_undefined",
        long_name="STAPLE undefined",
        description="Why STAPLE has no estimate; missing where it has.",
        levels={reason: words for reason, words in STAPLE_REASONS.items() if reason},
    ),
)
_CASE_PAIRS = (
    _EXAM,
    *_PAIR,
    _number("dice", "Dice", "0 where one mask is empty; missing where both are."),
    _number("hd95_mm", "95 % Hausdorff distance", "Infinite where one mask is empty.", "mm"),
    _number("assd_mm", "Average symmetric surface distance", "Likewise.", "mm"),
)


def check_out(out: Path) -> None:
    """Refuse a folder with files of something else (OUTPUT_FOREIGN, OUTPUT_UNWRITABLE)."""
    check_folder(out, FILES, "an agreement of readers")


def write_agreement(out: Path, found: Found, dataset: str, *, names: bool) -> None:
    """Write the tables with their dictionaries, and the page; each file whole or not at all.

    Readers stand as letters, with `names` by their own names (on the page beside the letters).
    """
    sign = letters(found.summary)
    if names:
        sign = {name: name for name in sign}
    summary = found.summary
    tables: dict[str, tuple[Sequence[Column], Iterable[Row]]] = {
        "agreement": (_AGREEMENT, [_agreement_row(found)]),
        "readers": (_READERS, (_reader_row(one, sign) for one in summary.readers)),
        "pairs": (_PAIRS, (_pair_row(pair, sign) for pair in summary.pairs)),
        "cases": (_CASES, (row for case in found.cases for row in _case_rows(case, sign))),
        "case_pairs": (
            _CASE_PAIRS,
            (row for case in found.cases for row in _case_pair_rows(case, sign)),
        ),
    }
    for name, (columns, rows) in tables.items():
        write_json(out / f"{name}.json", dictionary(columns))
        write_tsv(out / f"{name}.tsv", columns, rows)
    links = [name for name in FILES if name != _PAGE]
    page = readers_page(found, dataset, names=names, files=links)
    write_bytes(out / _PAGE, render_readers(page).encode())


def _agreement_row(found: Found) -> Row:
    summary = found.summary
    return {
        "exams": summary.cases,
        "complete": summary.complete,
        "blinded": found.blinded,
        **_estimate("icc", summary.icc),
        **_estimate("kappa", summary.kappa),
        "kappa_by": summary.kappa_by,
    }


def _reader_row(one: ReaderSummary, sign: Mapping[str, str]) -> Row:
    return {
        "reader": sign[one.reader],
        "exams": one.cases,
        "marked": one.marked,
        **_spread("volume_ml", one.volume_ml),
        **_spread("dice_to_majority", one.dice_to_majority),
        **_spread("sensitivity", one.sensitivity),
    }


def _pair_row(pair: PairSummary, sign: Mapping[str, str]) -> Row:
    return {
        "first": sign[pair.first],
        "second": sign[pair.second],
        "exams": pair.cases,
        "one_empty": pair.one_empty,
        "both_empty": pair.both_empty,
        **_spread("dice", pair.dice),
        **_spread("hd95_mm", pair.hd95_mm),
        **_spread("assd_mm", pair.assd_mm),
        **_estimate("icc", pair.icc),
        **_estimate("kappa", pair.kappa),
        **_estimate("bias_ml", pair.difference.bias),
        **_estimate("lower_ml", pair.difference.lower),
        **_estimate("upper_ml", pair.difference.upper),
        **_estimate("ratio", pair.ratio.bias),
        **_estimate("ratio_lower", pair.ratio.lower),
        **_estimate("ratio_upper", pair.ratio.upper),
        "without_ratio": pair.ratio.left_out,
    }


def _case_rows(case: CaseAgreement, sign: Mapping[str, str]) -> Iterator[Row]:
    for one in case.readers:
        yield {
            "exam_id": case.exam,
            "reader": sign[one.reader],
            "volume_ml": one.volume_ml,
            "dice_to_majority": one.dice_to_majority,
            "sensitivity": one.sensitivity,
            "specificity": one.specificity,
            "majority_ml": case.majority_ml,
            "staple_ml": case.staple_ml,
            "staple_undefined": case.staple,
        }


def _case_pair_rows(case: CaseAgreement, sign: Mapping[str, str]) -> Iterator[Row]:
    for pair in case.pairs:
        yield {
            "exam_id": case.exam,
            "first": sign[pair.first],
            "second": sign[pair.second],
            "dice": pair.dice,
            "hd95_mm": pair.hd95_mm,
            "assd_mm": pair.assd_mm,
        }


def _estimate(name: str, found: Estimate) -> dict[str, Cell]:
    return {
        name: found.value,
        f"{name}_low": found.low,
        f"{name}_high": found.high,
        f"{name}_n": found.n,
        f"{name}_undefined": found.reason,
    }


def _spread(name: str, found: Spread) -> dict[str, Cell]:
    return {f"{name}_{part}": getattr(found, part) for part in ("q1", "median", "q3")}
