"""Words about an evaluation: the summary, the best and the worst cases, groups, tests."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from breastdce.cli.results import results_console
from breastdce.core.codes import Undefined
from breastdce.core.counted import counted
from breastdce.run.evaluation import Evaluation
from breastdce.run.evaluation_view import ORIGINS
from breastdce.segment.challenge import ChallengeScore
from breastdce.segment.evaluation import ALL, Line, ScoredCase

_SHOWN = 3  # best and worst cases
_VERDICTS = {True: "yes", False: "not shown", None: "n/a"}


def show_evaluation(found: Evaluation, out: Path | None) -> None:
    """Print what was compared, the summary, extreme cases, subgroups, tests, and the challenge."""
    console = results_console()
    _say(console, f"{found.prediction} against {found.reference}")
    _say(console, f"{counted(len(found.cases), 'exam')}, {ORIGINS[found.origin]}")
    if found.left_out:
        words = counted(found.left_out, "prediction without", "predictions without")
        _say(console, f"left out: {words} a reference")
    _show_summary(console, [line for line in found.lines if line.group == ALL])
    _show_extremes(console, found)
    _show_groups(console, [line for line in found.lines if line.group != ALL])
    if found.comparisons:
        _show_comparison(console, found)
    if found.challenge is not None:
        _show_challenge(console, found.challenge, found.challenge_unit)
    if out is not None:
        _say(console, f"\n{out / 'index.html'}")


def _show_summary(console: Console, lines: list[Line]) -> None:
    table = _table("score", "n", "mean", "SD", "95 % CI", "median", "IQR")
    for line in lines:
        found = line.summary
        table.add_row(
            line.metric.name,
            str(found.n),
            _number(found.mean),
            _number(found.sd),
            _range(found.mean_low, found.mean_high),
            _number(found.median),
            _range(found.q1, found.q3),
        )
    console.print(table)
    _explain(console, "SD", [line.summary.sd_reason for line in lines])
    _explain(console, "95 % CI", [line.summary.interval_reason for line in lines])
    undefined = max(line.summary.undefined for line in lines if line.metric.name == "dice")
    if undefined:
        _say(console, f"in no figure: {counted(undefined, 'exam')} with both masks empty")
    for line in lines:
        if line.summary.infinite:
            _say(
                console,
                f"{line.metric.name}: infinite in {counted(line.summary.infinite, 'exam')} "
                "(one mask empty), which the mean leaves out; with the image's diagonal in their "
                f"place it is {_number(line.summary.mean_capped)} {line.metric.units}, and the CI "
                "is its",
            )


def _show_extremes(console: Console, found: Evaluation) -> None:
    known = [case for case in found.cases if not math.isnan(case.scores.dice)]
    ordered = sorted(known, key=lambda case: (case.scores.dice, case.exam))
    for word, cases in (("worst", ordered[:_SHOWN]), ("best", ordered[::-1][:_SHOWN])):
        if cases:
            _say(console, f"{word}: " + ", ".join(map(_named, cases)))


def _named(case: ScoredCase) -> str:
    return f"{case.exam} {case.scores.dice:.3f}"


def _show_groups(console: Console, lines: list[Line]) -> None:
    if not lines:
        return
    table = _table("subgroup", "level", "n", "Dice", "95 % CI", "median", "HD95")
    distances = {
        (line.group, line.level): line.summary for line in lines if line.metric.name == "hd95_mm"
    }
    dice = [line for line in lines if line.metric.name == "dice"]
    for line in dice:
        found = line.summary
        table.add_row(
            line.group,
            line.level,
            str(found.n),
            _number(found.mean),
            _range(found.mean_low, found.mean_high),
            _number(found.median),
            _number(distances[line.group, line.level].median),
        )
    _say(console, "\nDice, mean and median; HD95 in mm, median")
    console.print(table)
    _explain(console, "95 % CI", [line.summary.interval_reason for line in dice])


def _show_comparison(console: Console, found: Evaluation) -> None:
    _say(console, f"\nfirst minus second, paired; second: {found.against}")
    table = _table("score", "n", "difference", "95 % CI", "p", "Holm", "equivalent")
    names = {line.metric.name: line.metric for line in found.lines}
    for name, each in found.comparisons.items():
        table.add_row(
            name,
            str(each.n),
            _number(each.mean_difference),
            _range(each.low, each.high),
            _number(each.p),
            _number(each.p_holm),
            _VERDICTS[each.equivalent] if names[name].margin else "",
        )
    console.print(table)
    reasons = [each.interval_reason for each in found.comparisons.values()]
    _explain(console, "95 % CI", reasons)


def _show_challenge(console: Console, found: ChallengeScore, unit: str) -> None:
    _say(
        console,
        f"\nMAMA-MIA challenge, task 1 (distances in {unit}): ranking {_number(found.ranking)}, "
        f"performance {_number(found.performance)}, fairness {_number(found.fairness)}",
    )
    table = _table("variable", "fairness", "group", "n", "Dice", "norm. HD95")
    for each in found.variables:
        if not each.groups:
            _say(console, f"{each.variable}: known of nobody, and not in the fairness")
        for group in each.groups:
            table.add_row(
                each.variable,
                _number(each.score),
                group.level,
                str(group.n),
                _number(group.dice),
                _number(group.norm_hd),
            )
    console.print(table)


def _explain(console: Console, column: str, reasons: Iterable[Undefined | None]) -> None:
    """Say why a column has values that are n/a, each reason once."""
    for reason in dict.fromkeys(filter(None, reasons)):
        _say(console, f"{column} n/a ({reason}): {reason.meaning}")


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for name in names:
        left = name in ("score", "subgroup", "level", "variable", "group")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    return table


def _say(console: Console, words: str) -> None:
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def _number(value: float) -> str:
    if math.isnan(value):
        return "n/a"
    return f"{value:z.3f}" if abs(value) < 10 else f"{value:.1f}"


def _range(low: float, high: float) -> str:
    if math.isnan(low) and math.isnan(high):
        return "n/a"
    return f"{_number(low)}, {_number(high)}"
