"""What was promised, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from captk import RECORDED
from comparison import CASES, IN_PROCESS, SEVEN, TITLES, WHOLE, Pair
from findings import Findings, cpu_ratio

_LESS_CPU = 4.0
_CPU_S = {"mid": 0.1, "big": 1.0}
_CAPTK_FASTER = {IN_PROCESS: 40.0, WHOLE: 20.0}
_PEAK_MIB = 1.5e9 / 2**20
_STEEPEST = 1.15
"""Ten times the voxels may take 14 times as long: caches end somewhere on the way."""


class Bar(NamedTuple):
    """One promise and what was measured."""

    promise: str
    figure: str
    holds: bool


def bars(findings: Findings) -> list[Bar]:
    """Every promise that this run can judge."""
    found = [
        bar
        for threads in findings.threads()
        for case in CASES
        for bar in _against_peers(findings, case, threads)
    ]
    found += [_against_captk(pair) for pair in findings.among(work="captk")]
    found += [
        Bar(
            f"big, whole process, {panel}: under 1.5 GB",
            f"{cost.peak_mib:.0f} MiB",
            cost.peak_mib < _PEAK_MIB,
        )
        for panel, cost in findings.peaks.items()
    ]
    found += [
        Bar(
            f"growth, {panel}: slope of the steepest tenfold at most {_STEEPEST}",
            f"{told['steepest']:.2f}, overall {told['slope']:.2f}",
            told["steepest"] <= _STEEPEST,
        )
        for panel, told in findings.growth.get("panels", {}).items()
    ]
    return found


def _against_peers(findings: Findings, case: str, threads: int) -> Iterator[Bar]:
    label = f"{case}, in process, {threads} thread{'s' if threads > 1 else ''}"
    fastest = findings.fastest(case, threads)
    if fastest is not None:
        name = TITLES[fastest.peer]
        yield Bar(
            f"{label}: {_LESS_CPU:g}x less CPU than the fastest correct peer",
            f"{cpu_ratio(fastest):.1f}x ({name} {fastest.theirs.cpu_s:.3f} s)",
            cpu_ratio(fastest) >= _LESS_CPU,
        )
        yield Bar(
            f"{label}: under {_CPU_S[case]:g} s CPU",
            f"{fastest.ours.cpu_s:.3f} s (families as {name})",
            fastest.ours.cpu_s < _CPU_S[case],
        )
        yield from _in_every_family(findings, fastest, label)
    nyxus = findings.one(where=IN_PROCESS, case=case, threads=threads, work=SEVEN, peer="nyxus")
    if nyxus is not None:
        yield Bar(
            f"{label}: not slower than Nyxus in total",
            f"{cpu_ratio(nyxus):.2f}x ({nyxus.theirs.cpu_s:.3f} / {nyxus.ours.cpu_s:.3f} s)",
            cpu_ratio(nyxus) >= 1,
        )


def _in_every_family(findings: Findings, fastest: Pair, label: str) -> Iterator[Bar]:
    """Each family with its reading; what reading alone takes is taken off for information."""
    where, case, threads, _, peer, *_ = fastest
    pairs = findings.among(where=where, case=case, threads=threads, peer=peer)
    read = next((pair for pair in pairs if pair.work == "read"), None)
    if read is None:  # a quick run
        return
    families = [pair for pair in pairs if pair.work not in (read.work, SEVEN, "every")]
    worst = min(families, key=cpu_ratio)
    slower = [
        pair.work
        for pair in families
        if pair.theirs.cpu_s - read.theirs.cpu_s < pair.ours.cpu_s - read.ours.cpu_s
    ]
    yield Bar(
        f"{label}: faster than {TITLES[peer]} in every family",
        f"worst {cpu_ratio(worst):.1f}x ({worst.work}); less reading, slower in "
        f"{', '.join(slower) or 'none'}",
        cpu_ratio(worst) > 1,
    )


def _against_captk(pair: Pair) -> Bar:
    # Of its CPU and wall time the smaller one: neither another load nor its threads count for us.
    theirs = min(pair.theirs.cpu_s, pair.theirs.wall_s)
    faster, least = theirs / pair.ours.wall_s, _CAPTK_FASTER[pair.where]
    recorded = RECORDED[pair.case].cpu_s
    return Bar(
        f"{pair.case}, captk panel, {pair.where}, {pair.threads} threads, wall: {least:g}x faster",
        f"{faster:.1f}x ({theirs:.1f} / {pair.ours.wall_s:.3f} s; with the recorded "
        f"{recorded} s {recorded / pair.ours.wall_s:.1f}x)",
        faster >= least,
    )
