"""What a run found, in lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bars import Bar
from comparison import CASES, EVERY, IN_PROCESS, PEERS, READ, ROWS, SEVEN, TITLES, WHOLE, Pair
from correctness import Verdict
from findings import Findings

Two = Callable[[Pair], tuple[float, float]]
_VOXELS = {"mid": "13,401 voxels", "big": "480,211 voxels"}
_WIDTH = 23
_SHOWN_MISSES = 6


def machine_line(machine: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    """Say what was run on what."""
    tools = ", ".join(f"{TITLES[tool]} {version}" for tool, version in versions.items())
    return f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}; {tools}"


def verdict_lines(verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """Say how many values of the phantom each tool has right."""
    if not verdicts:
        yield "IBSI's digital phantom is not beside the checkout: nobody could be checked"
        return
    yield "IBSI digital phantom, values within tolerance"
    for tool, verdict in verdicts.items():
        shown = ", ".join(verdict.misses[:_SHOWN_MISSES])
        more = ", …" if len(verdict.misses) > _SHOWN_MISSES else ""
        wrong = f"  not {shown}{more}" if shown else ""
        yield f"  {TITLES[tool]:<12} {verdict.passed:>3} of {verdict.compared:>3}{wrong}"


def table_lines(findings: Findings) -> Iterator[str]:
    """Families by peers, whole processes, CaPTk."""
    for threads in findings.threads():
        for case in CASES:
            yield from _families(findings, case, threads)
    for threads in findings.threads():
        yield from _whole(findings, threads)
    yield from _captk(findings)


def bar_lines(bars: list[Bar]) -> Iterator[str]:
    """Say of each promise whether it holds."""
    yield ""
    for bar in bars:
        yield f"{'holds ' if bar.holds else 'misses'}  {bar.promise}: {bar.figure}"


def _families(findings: Findings, case: str, threads: int) -> Iterator[str]:
    pairs = findings.among(where=IN_PROCESS, case=case, threads=threads)
    by_place = {(pair.work, pair.peer): pair for pair in pairs}
    rows = {work: [by_place.get((work, peer.tool)) for peer in PEERS] for work in ROWS}
    label = f"{case} ({_VOXELS[case]}), in process, {threads} thread(s)"
    yield from _table(f"{label}: CPU s, peer / ours", rows, _cpu)
    totals = {work: rows[work] for work in (READ, SEVEN, EVERY)}
    yield from _table(f"{label}: wall s, peer / ours", totals, _wall)


def _whole(findings: Findings, threads: int) -> Iterator[str]:
    pairs = findings.among(where=WHOLE, threads=threads, work=SEVEN)
    by_place = {(pair.case, pair.peer): pair for pair in pairs}
    rows = {case: [by_place.get((case, peer.tool)) for peer in PEERS] for case in CASES}
    label = f"seven families, whole process, {threads} thread(s)"
    yield from _table(f"{label}: CPU s, peer / ours", rows, _cpu)
    yield from _table(f"{label}: wall s, peer / ours", rows, _wall)
    yield from _table(f"{label}: peak MiB, peer / ours", rows, _peak)


def _table(title: str, rows: Mapping[str, list[Pair | None]], two: Two) -> Iterator[str]:
    if not any(pair for row in rows.values() for pair in row):
        return
    yield ""
    yield f"{title} (ratio)"
    yield f"{'':<11}" + "".join(f"{peer.title:>{_WIDTH}}" for peer in PEERS)
    for name, row in rows.items():
        if any(row):
            cells = "".join(f"{_cell(pair, two):>{_WIDTH}}" for pair in row)
            yield f"{name:<11}{cells}"


def _cell(pair: Pair | None, two: Two) -> str:
    if pair is None:
        return "-"
    theirs, ours = two(pair)
    return f"{_short(theirs)} / {_short(ours)} ({theirs / ours:.1f})"


def _short(number: float) -> str:
    return f"{number:.3f}" if number < 10 else f"{number:.0f}"


def _cpu(pair: Pair) -> tuple[float, float]:
    return pair.theirs.cpu_s, pair.ours.cpu_s


def _wall(pair: Pair) -> tuple[float, float]:
    return pair.theirs.wall_s, pair.ours.wall_s


def _peak(pair: Pair) -> tuple[float, float]:
    return pair.theirs.peak_mib, pair.ours.peak_mib


def _captk(findings: Findings) -> Iterator[str]:
    pairs = findings.among(work="captk")
    if not pairs:
        return
    yield ""
    if findings.captk_equal:
        yield "CaPTk's program and our captk panel, values equal within 1e-5: " + ", ".join(
            f"{case} {equal} of {every}" for case, (equal, every) in findings.captk_equal.items()
        )
    else:
        yield "CaPTk's program did not run (--captk): its cost is recorded, of another machine"
    for pair in pairs:
        theirs, ours = pair.theirs, pair.ours
        yield (
            f"  {pair.case}, ours {pair.where}, {pair.threads} threads: CaPTk CPU "
            f"{theirs.cpu_s:.1f} s, wall {theirs.wall_s:.1f} s, peak {theirs.peak_mib:.0f} MiB; "
            f"ours CPU {ours.cpu_s:.3f} s, wall {ours.wall_s:.3f} s, peak {ours.peak_mib:.0f} MiB"
        )
