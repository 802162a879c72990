"""What every runner shares: jobs, the clock, the command line. Standard library only.

A runner lives in the virtual environment of its tool and speaks JSON, one object a line:

    run_zrad.py --serve --threads 1                    jobs on stdin, an answer each on stdout
    run_zrad.py IMAGE MASK [--families shape,glcm] …   one job, as a process of its own

The clock runs while two NIfTI files are read and described, and at no other time: not while a
tool is imported, nor while a runner prepares what the tool cannot do itself.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

SHARED = ("shape", "firstorder", "glcm", "glrlm", "glszm", "ngtdm", "gldm")
"""The seven families that every tool has; `gldm` is IBSI's NGLDM where a tool has that."""
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    "LOKY_MAX_CPU_COUNT",
)

Values = Mapping[str, Any]
Work = Callable[[], Values]


@dataclass(frozen=True)
class Job:
    """One question: describe an image inside a mask."""

    image: str
    mask: str
    families: tuple[str, ...]
    """None: read (and crop, where the tool does that first) only."""
    bins: int = 128
    """Fixed bin number; 0 takes intensities for gray levels."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only one tool knows, such as how its directions are merged."""
    wants_values: bool = False

    @classmethod
    def of(cls, line: str) -> Job:
        """Read a line of JSON."""
        told = json.loads(line)
        return cls(**told | {"families": tuple(told["families"])})

    def line(self) -> str:
        """Write a line of JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Answer:
    """What a job cost."""

    tool: str
    version: str
    cpu_s: float
    """User and system time of all threads."""
    wall_s: float
    features: int
    peak_mib: float
    """Of the process since its start."""
    values: Mapping[str, float | None] | None = None

    @classmethod
    def of(cls, line: str) -> Answer:
        """Read a line of JSON."""
        return cls(**json.loads(line))

    def line(self) -> str:
        """Write a line of JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Runner:
    """One tool behind the protocol."""

    tool: str
    distribution: str
    """Whose version is told."""
    families: tuple[str, ...]
    prepare: Callable[[Job, int], Work]
    """Import, and make what is needed, outside the clock; takes the job and the threads."""


def main(runner: Runner) -> None:
    """Answer jobs from stdin, or the one of the command line."""
    args = _arguments(runner)
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(args.threads)))  # before any engine
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever the tool prints is no answer
    if args.serve:
        for line in sys.stdin:
            answer = _answer(runner, Job.of(line), args.threads)
            os.write(answers, f"{answer.line()}\n".encode())
        return
    job = Job(
        args.image,
        args.mask,
        _families(args.families),
        args.bins,
        json.loads(args.options),
        wants_values=args.values is not None,
    )
    answer = _answer(runner, job, args.threads)
    if args.values:
        Path(args.values).write_text(json.dumps(answer.values, indent=0), encoding="utf-8")
    os.write(answers, f"{answer.line()}\n".encode())


def _arguments(runner: Runner) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("image", nargs="?")
    parser.add_argument("mask", nargs="?")
    parser.add_argument("--serve", action="store_true", help="take jobs from stdin")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--families",
        default="all",
        help=f"all (the seven shared), none (read only), or of {','.join(runner.families)}",
    )
    parser.add_argument("--bins", type=int, default=128, help="0: intensities are gray levels")
    parser.add_argument("--options", default="{}", metavar="JSON")
    parser.add_argument("--values", metavar="FILE", help="write the features here, as JSON")
    args = parser.parse_args()
    unknown = set(_families(args.families)) - set(runner.families)
    if unknown:
        parser.error(f"{runner.tool} has no {', '.join(sorted(unknown))}")
    if not args.serve and args.mask is None:
        parser.error("give IMAGE and MASK, or --serve")
    return args


def _families(text: str) -> tuple[str, ...]:
    if text == "all":
        return SHARED
    return () if text == "none" else tuple(text.split(","))


def _answer(runner: Runner, job: Job, threads: int) -> Answer:
    work = runner.prepare(job, threads)
    wall, cpu = time.perf_counter(), time.process_time()
    values = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Answer(
        tool=runner.tool,
        version=version(runner.distribution),
        cpu_s=round(cpu, 4),
        wall_s=round(wall, 4),
        features=len(values),
        peak_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        values=_plain(values) if job.wants_values else None,
    )


def _plain(values: Values) -> dict[str, float | None]:
    """Numbers as JSON knows them; what is none, or not finite, is null."""
    plain: dict[str, float | None] = {}
    for name, value in values.items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        plain[str(name)] = number if math.isfinite(number) else None
    return plain
