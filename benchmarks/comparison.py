"""Peers and ours side by side: which families, in which order, timed how.

Every measurement of a peer is followed by one of ours on the same case, round and round, so that
whatever else the machine does hits all alike. Medians are taken of what stands side by side.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from measure import PEER_SCRIPTS, Cost, RunnerError, Server, cost_of, median, whole_process
from peers.ours_panel import panel_text
from peers.protocol import SHARED, Job

Say = Callable[[str], None]
READ, SEVEN, EVERY = "read", "seven", "every"
CASES = ("mid", "big")
IN_PROCESS, WHOLE = "in process", "whole process"


class Peer(NamedTuple):
    """A tool to compare with."""

    tool: str
    title: str
    more: tuple[str, ...] = ()
    """Families beyond the seven that we have too."""
    has_autocorrelation: bool = False
    """Its shape family holds Moran's I and Geary's C."""
    can_only_read: bool = True

    def ours(self, families: tuple[str, ...]) -> tuple[str, ...]:
        """Name the families of ours that hold what the peer's do."""
        if self.has_autocorrelation and "shape" in families:
            return (*families, "autocorrelation")
        return families

    def works(self) -> dict[str, tuple[str, ...]]:
        """Name each thing to time and its families."""
        works = {family: (family,) for family in (*SHARED, *self.more)}
        if self.can_only_read:
            works = {READ: (), **works}
        works[SEVEN] = SHARED
        if self.more:
            works[EVERY] = (*SHARED, *self.more)
        return works


PEERS = (
    Peer("pyradiomics", "PyRadiomics"),
    Peer("zrad", "Z-Rad", ("gldzm", "ivh", "local", "histogram"), has_autocorrelation=True),
    Peer("mirp", "MIRP", ("gldzm", "ivh", "local", "histogram"), has_autocorrelation=True),
    Peer("pycerr", "pyCERR"),
    Peer("nyxus", "Nyxus", ("gldzm",), can_only_read=False),
)
TITLES = {peer.tool: peer.title for peer in PEERS} | {"captk": "CaPTk", "ours": "breastdce"}
ROWS = (READ, *SHARED, "gldzm", "ivh", "local", "histogram", SEVEN, EVERY)
"""Works in the order of a table."""


class Pair(NamedTuple):
    """Medians of what stood side by side."""

    where: str
    case: str
    threads: int
    work: str
    peer: str
    theirs: Cost
    ours: Cost


@dataclass
class Setting:
    """What does not change during a run."""

    folder: Path
    """Holds the cases; logs, panels and tables go there too."""
    pythons: Mapping[str, Path]
    """Interpreter of each tool that is installed, ours included."""
    repeat: int
    is_quick: bool
    say: Say
    versions: dict[str, str] = field(default_factory=dict)
    """Filled by the runs."""

    def peers(self) -> list[Peer]:
        """Peers that are installed."""
        return [peer for peer in PEERS if peer.tool in self.pythons]

    def job(self, case: str, families: tuple[str, ...]) -> Job:
        """Ask for families of a case."""
        folder = self.folder
        return Job(str(folder / "image.nii.gz"), str(folder / f"{case}.nii.gz"), families)

    def serve(self, tool: str, threads: int) -> Server:
        """Start a runner."""
        return Server(self.pythons[tool], tool, threads, self.folder / f"{tool}.log")


def in_process(setting: Setting, threads: int) -> list[Pair]:
    """Time the totals, and on one thread every family: two files read, imports left out."""
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for tool in ("ours", *(peer.tool for peer in setting.peers())):
            server = stack.enter_context(setting.serve(tool, threads))
            if _warmed_up(setting, server):
                servers[tool] = server
        return [
            pair
            for case in CASES
            for work in ((SEVEN,) if setting.is_quick or threads > 1 else ROWS)
            for pair in _work_in_process(setting, servers, case, work, threads)
        ]


def whole(setting: Setting, threads: int) -> list[Pair]:
    """Time new processes that import, read, compute the seven families and write a table."""
    whole_ours(setting, CASES[0], "captk", threads)  # compiled modules are on disk from now on
    pairs = []
    for case in CASES:
        setting.say(f"{WHOLE}, {threads} thread(s), {case}")
        costs: dict[str, list[tuple[Cost, Cost]]] = {}
        for _ in range(setting.repeat):
            for peer in setting.peers():
                try:
                    theirs = _whole_peer(setting, peer, case, threads)
                except RunnerError as error:
                    setting.say(str(error))
                    continue
                panel = setting.folder / f"{peer.tool}.toml"
                panel.write_text(panel_text(peer.ours(SHARED)), encoding="utf-8")
                costs.setdefault(peer.tool, []).append(
                    (theirs, whole_ours(setting, case, str(panel), threads))
                )
        pairs += [
            Pair(WHOLE, case, threads, SEVEN, tool, *map(median, zip(*both, strict=True)))
            for tool, both in costs.items()
        ]
    return pairs


def whole_ours(setting: Setting, case: str, panel: str, threads: int) -> Cost:
    """Time our command for one case."""
    job = setting.job(case, ())
    command = [
        *(sys.executable, "-m", "breastdce", "radiomics", job.image, job.mask),
        *("--panel", panel, "--out", setting.folder / "ours.csv", "--threads", str(threads)),
    ]
    return whole_process(command, threads, setting.folder / "ours.log")


def _whole_peer(setting: Setting, peer: Peer, case: str, threads: int) -> Cost:
    job = setting.job(case, ())
    command = [
        *(setting.pythons[peer.tool], PEER_SCRIPTS / f"run_{peer.tool}.py", job.image, job.mask),
        *("--threads", str(threads), "--values", setting.folder / f"{peer.tool}.json"),
    ]
    return whole_process(command, threads, setting.folder / f"{peer.tool}.log")


def _warmed_up(setting: Setting, server: Server) -> bool:
    """Import and compile outside of what is timed; tell whether the runner works at all."""
    try:
        answer = server.ask(setting.job("mid", SHARED))
    except RunnerError as error:
        setting.say(str(error))
        return False
    setting.versions[server.tool] = answer.version
    return True


def _work_in_process(
    setting: Setting, servers: dict[str, Server], case: str, work: str, threads: int
) -> Iterator[Pair]:
    setting.say(f"{IN_PROCESS}, {threads} thread(s), {case}, {work}")
    costs: dict[str, list[tuple[Cost, Cost]]] = {}
    for _ in range(setting.repeat):
        for peer in setting.peers():
            if peer.tool not in servers or work not in peer.works():
                continue
            families = peer.works()[work]
            try:
                theirs = servers[peer.tool].ask(setting.job(case, families))
            except RunnerError as error:
                setting.say(str(error))
                del servers[peer.tool]
                costs.pop(peer.tool, None)
                continue
            ours = servers["ours"].ask(setting.job(case, peer.ours(families)))
            costs.setdefault(peer.tool, []).append((cost_of(theirs), cost_of(ours)))
    for tool, both in costs.items():
        yield Pair(IN_PROCESS, case, threads, work, tool, *map(median, zip(*both, strict=True)))
