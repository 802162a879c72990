"""The clock from outside: runners that wait for jobs, and whole processes. Standard library only.

This process stays small on purpose: a child's peak memory starts at that of its parent.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from peers.protocol import THREAD_VARIABLES, Answer, Job

PEER_SCRIPTS = Path(__file__).resolve().parent / "peers"


class Cost(NamedTuple):
    """What one piece of work took."""

    cpu_s: float
    """User and system time of all threads."""
    wall_s: float
    peak_mib: float
    """Largest resident memory of the process."""


class RunnerError(Exception):
    """A runner or a program ended before it answered."""


class Server:
    """A runner in its own virtual environment that waits for jobs."""

    def __init__(self, python: Path, tool: str, threads: int, log: Path) -> None:
        self.tool = tool
        self._log = log
        command = [python, PEER_SCRIPTS / f"run_{tool}.py", "--serve", "--threads", str(threads)]
        with log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment(threads),
            )

    def ask(self, job: Job) -> Answer:
        """Run one job.

        Raises
        ------
        RunnerError
            With the last line that the runner said.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RunnerError(f"{self.tool} has no pipes")
        try:
            stdin.write(f"{job.line()}\n")
            stdin.flush()
        except BrokenPipeError:
            line = ""
        else:
            line = stdout.readline()
        if not line:
            raise RunnerError(f"{self.tool} failed: {last_line(self._log)}")
        return Answer.of(line)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()


def whole_process(command: list[str | Path], threads: int, log: Path) -> Cost:
    """Start a program and wait until it has ended.

    Raises
    ------
    RunnerError
        When it does not end well.
    """
    with log.open("w", encoding="utf-8") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment(threads)
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RunnerError(f"{Path(command[0]).name} failed: {last_line(log)}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def environment(threads: int) -> dict[str, str]:
    """Give every engine so many threads; let Python keep compiled modules, as it does for users."""
    known = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return known | dict.fromkeys(THREAD_VARIABLES, str(threads))


def median(costs: Iterable[Cost]) -> Cost:
    """Median of each quantity."""
    return Cost(*map(statistics.median, zip(*costs, strict=True)))


def cost_of(answer: Answer) -> Cost:
    """Take what a runner measured of itself."""
    return Cost(answer.cpu_s, answer.wall_s, answer.peak_mib)


def last_line(log: Path) -> str:
    """Last line of a text file that says something."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def machine() -> Mapping[str, str | int | None]:
    """Name the processor, the number of processors and the Python."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    names = (line.split(":", 1)[1].strip() for line in text.split("\n") if "model name" in line)
    return {
        "cpu": next(names, "unknown"),
        "cores": os.cpu_count(),
        "python": ".".join(map(str, sys.version_info[:3])),
    }
