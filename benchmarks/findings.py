"""What a run found, and the document that is kept of it. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from comparison import IN_PROCESS, PEERS, SEVEN, Pair
from correctness import Verdict
from measure import Cost


@dataclass
class Findings:
    """All that a run found."""

    machine: Mapping[str, Any]
    repeat: int
    verdicts: Mapping[str, Verdict]
    """Empty where the phantom was not at hand."""
    versions: Mapping[str, str]
    pairs: list[Pair] = field(default_factory=list)
    captk_equal: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Values equal to the program's, of how many, by case; empty where its cost is recorded."""
    peaks: Mapping[str, Cost] = field(default_factory=dict)
    """Whole processes of ours on the big case, by panel."""
    growth: Mapping[str, Any] = field(default_factory=dict)

    def among(self, **what: str | int) -> list[Pair]:
        """Pairs whose fields have these values."""
        return [
            pair
            for pair in self.pairs
            if all(getattr(pair, name) == value for name, value in what.items())
        ]

    def one(self, **what: str | int) -> Pair | None:
        """The pair whose fields have these values."""
        return next(iter(self.among(**what)), None)

    def threads(self) -> list[int]:
        """Numbers of threads that peers were timed with."""
        return sorted({pair.threads for pair in self.pairs if pair.work == SEVEN})

    def candidates(self) -> list[str]:
        """Peers that are correct; all of them where that could not be checked."""
        if not self.verdicts:
            return [peer.tool for peer in PEERS]
        return [tool for tool, verdict in self.verdicts.items() if verdict.is_correct]

    def fastest(self, case: str, threads: int) -> Pair | None:
        """Least CPU of a correct peer for the seven families in process."""
        pairs = self.among(where=IN_PROCESS, case=case, threads=threads, work=SEVEN)
        correct = self.candidates()
        return min(
            (pair for pair in pairs if pair.peer in correct),
            key=lambda pair: pair.theirs.cpu_s,
            default=None,
        )

    def ratio(self) -> float | None:
        """CPU of the fastest correct peer over ours: big case, in process, one thread."""
        pair = self.fastest("big", 1)
        return None if pair is None else cpu_ratio(pair)


def cpu_ratio(pair: Pair) -> float:
    """How many times our CPU time theirs is."""
    return pair.theirs.cpu_s / pair.ours.cpu_s


def document(findings: Findings, bars: Iterable[Mapping[str, Any]]) -> str:
    """Write everything as JSON, a line for each pair."""
    head = {
        "machine": findings.machine,
        "versions": findings.versions,
        "repeat": findings.repeat,
        "phantom": {tool: verdict._asdict() for tool, verdict in findings.verdicts.items()},
        "captk_equal": findings.captk_equal,
        "growth": findings.growth,
        "bars": list(bars),
        "ratio": findings.ratio(),
        "costs": ["CPU s", "wall s", "peak MiB"],
        "peaks": {panel: _brief(cost) for panel, cost in findings.peaks.items()},
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    pairs = ",\n".join(f"  {_line(pair)}" for pair in findings.pairs)
    return "{\n" + ",\n".join([*lines, f' "pairs": [\n{pairs}\n ]']) + "\n}\n"


def _line(pair: Pair) -> str:
    costs = {"theirs": _brief(pair.theirs), "ours": _brief(pair.ours)}
    return json.dumps(pair._asdict() | costs)


def _brief(cost: Cost) -> list[float | None]:
    """Rounded; what is not known is null."""
    return [None if number != number else round(number, 4) for number in cost]
