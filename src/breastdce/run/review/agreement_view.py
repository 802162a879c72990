"""What the page and the server show of the readers' agreement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

import msgspec

from breastdce.core.counted import counted
from breastdce.core.exam import ExamId
from breastdce.report.readers_page import (
    Figure,
    PairDice,
    PairView,
    Quartiles,
    ReadersPage,
    ReaderView,
    ReadView,
)
from breastdce.review.agreement import Agreement, CaseAgreement, PairSummary, ReaderSummary
from breastdce.review.estimate import Estimate, Reason, Spread
from breastdce.review.staple import StapleReason
from breastdce.run.review.agreement import Found

REASONS: Mapping[Reason, str] = {
    "": "",
    "few_cases": "fewer than two exams",
    "few_readers": "fewer than two readers",
    "no_variation": "all values are equal",
    "one_category": "all say the same of every exam",
    "no_interval": "no interval: no spread to tell",
}
STAPLE_REASONS: Mapping[StapleReason, str] = {
    "": "",
    "few_readers": "one reader",
    "nothing_marked": "nobody marked anything",
    "all_marked": "everybody marked everything",
    "not_converged": "did not converge",
}
KAPPAS = {"cohen": "Cohen's", "fleiss": "Fleiss's"}
BLINDED = {
    True: "each reader's last revision; readers saw no work of others",
    False: "mind: the last revision of everybody, also of people who see the work of others",
}


def letters(found: Agreement) -> dict[str, str]:
    """A letter, or beyond 26 readers a number, for each reader."""
    names = [one.reader for one in found.readers]
    signs = ascii_uppercase if len(names) <= len(ascii_uppercase) else range(1, len(names) + 1)
    return {name: str(sign) for name, sign in zip(names, signs, strict=False)}


def readers_page(
    found: Found, dataset: str, *, names: bool, files: Sequence[str] = ()
) -> ReadersPage:
    """Collect what the page needs; with `names` the readers' own beside their letters."""
    summary, sign = found.summary, letters(found.summary)
    return ReadersPage(
        dataset=dataset,
        origin=BLINDED[found.blinded],
        participants=len({ExamId.parse(case.exam).participant for case in found.cases}),
        complete=summary.complete,
        icc=_figure(summary.icc),
        kappa=_figure(summary.kappa),
        kappa_name=KAPPAS[summary.kappa_by],
        readers=tuple(_reader(one, sign[one.reader], names) for one in summary.readers),
        pairs=tuple(_pair(pair, sign) for pair in summary.pairs if pair.cases),
        cases=tuple(_case(case, sign) for case in found.cases),
        files=tuple(files),
    )


def _reader(found: ReaderSummary, letter: str, names: bool) -> ReaderView:
    return ReaderView(
        letter=letter,
        name=found.reader if names else "",
        cases=found.cases,
        marked=found.marked,
        volume_ml=_quartiles(found.volume_ml),
        dice_to_majority=_quartiles(found.dice_to_majority),
        sensitivity=_quartiles(found.sensitivity),
    )


def _pair(found: PairSummary, sign: Mapping[str, str]) -> PairView:
    ml, ratio = found.difference, found.ratio
    return PairView(
        first=sign[found.first],
        second=sign[found.second],
        cases=found.cases,
        one_empty=found.one_empty,
        both_empty=found.both_empty,
        dice=_quartiles(found.dice),
        hd95_mm=_quartiles(found.hd95_mm),
        icc=_figure(found.icc),
        kappa=_figure(found.kappa),
        bias_ml=_figure(ml.bias),
        limits_ml=(_figure(ml.lower), _figure(ml.upper)),
        bias_ratio=_figure(ratio.bias),
        limits_ratio=(_figure(ratio.lower), _figure(ratio.upper)),
        without_ratio=ratio.left_out,
    )


def _case(found: CaseAgreement, sign: Mapping[str, str]) -> ReadView:
    return ReadView(
        exam=found.exam,
        volumes_ml={sign[one.reader]: one.volume_ml for one in found.readers},
        sensitivity={sign[one.reader]: one.sensitivity for one in found.readers},
        pairs=tuple(
            PairDice(sign[pair.first], sign[pair.second], pair.dice, pair.hd95_mm)
            for pair in found.pairs
        ),
        majority_ml=found.majority_ml,
        staple_ml=found.staple_ml,
        staple=STAPLE_REASONS[found.staple],
    )


def _figure(found: Estimate) -> Figure:
    return Figure(found.value, found.low, found.high, REASONS[found.reason])


def _quartiles(found: Spread) -> Quartiles:
    return Quartiles(found.median, found.q1, found.q3)


class TableColumn(msgspec.Struct, frozen=True):
    """A column of the server's table."""

    name: str
    label: str
    unit: str = ""


class AgreementTable(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs of readers, for the server's page; null where a value is undefined or infinite."""

    columns: tuple[TableColumn, ...]
    rows: tuple[dict[str, str | int | float | None], ...]
    note: str


_COLUMNS = (
    TableColumn("first", "First"),
    TableColumn("second", "Second"),
    TableColumn("cases", "Cases"),
    TableColumn("one_empty", "One saw"),
    TableColumn("both_empty", "None saw"),
    TableColumn("dice", "Dice, median"),
    TableColumn("hd95_mm", "HD95, median", "mm"),
    TableColumn("icc", "ICC(2,1)"),
    TableColumn("icc_low", "ICC, low"),
    TableColumn("icc_high", "ICC, high"),
    TableColumn("kappa", "Kappa"),
    TableColumn("bias_ml", "Bias", "mL"),
    TableColumn("lower_ml", "Lower limit", "mL"),
    TableColumn("upper_ml", "Upper limit", "mL"),
    TableColumn("ratio", "Ratio"),
)


def agreement_table(found: Found, sign: Mapping[str, str] | None = None) -> AgreementTable:
    """The pairs of readers, by what stands for each name, else by their own names."""
    shown = sign or {one.reader: one.reader for one in found.summary.readers}
    rows = (_table_row(pair, shown) for pair in found.summary.pairs if pair.cases)
    return AgreementTable(columns=_COLUMNS, rows=tuple(rows), note=_note(found))


def _table_row(pair: PairSummary, sign: Mapping[str, str]) -> dict[str, str | int | float | None]:
    figures = {
        "dice": pair.dice.median,
        "hd95_mm": pair.hd95_mm.median,
        "icc": pair.icc.value,
        "icc_low": pair.icc.low,
        "icc_high": pair.icc.high,
        "kappa": pair.kappa.value,
        "bias_ml": pair.difference.bias.value,
        "lower_ml": pair.difference.lower.value,
        "upper_ml": pair.difference.upper.value,
        "ratio": pair.ratio.bias.value,
    }
    keys: dict[str, str | int | float | None] = {
        "first": sign[pair.first],
        "second": sign[pair.second],
        "cases": pair.cases,
        "one_empty": pair.one_empty,
        "both_empty": pair.both_empty,
    }
    return keys | {name: value if math.isfinite(value) else None for name, value in figures.items()}


def _note(found: Found) -> str:
    summary = found.summary
    if not any(pair.cases for pair in summary.pairs):
        return f"Of {BLINDED[found.blinded]}. No two readers have drawn the same case."
    return (
        f"Of {BLINDED[found.blinded]}. All readers together, {counted(summary.complete, 'case')}: "
        f"ICC(2,1) of volumes {_in_words(summary.icc)}; {KAPPAS[summary.kappa_by]} kappa of lesion "
        f"seen {_in_words(summary.kappa)}. Intervals are of 95 %."
    )


def _in_words(found: Estimate) -> str:
    if math.isnan(found.value):
        return f"undefined ({REASONS[found.reason]})"
    if found.reason:
        return f"{found.value:.3f} ({REASONS[found.reason]})"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
