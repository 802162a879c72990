"""How well the detectors of artifacts find what was planted, and how often they cry wolf.

    python benchmarks/artifacts.py [--real OUT ...] [--clean 40] [--planted 8] [--keep]

Every seed has clean exams of its own: the table is of a seed that nothing was chosen on (31, the
default, and 32; see docs/artifacts.md for what the others were used for). Each kind is planted with
five strengths into the first `--planted` of the generated exams, and into the data sets given with
`--real`. The last line is `ratio <number>`: the worst sensitivity in the strong half over all
kinds. The work can be shared between calls: `--write` keeps scores, `--read` takes them, with
`--clean 0` alone.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from artifact_cases import Case, exam_of, generated, slab, stored
from numpy.typing import NDArray

from breastdce.qc.detectors.ghost import LEAST_AIR, clear_air
from breastdce.qc.report import DETECTORS
from breastdce.testing.plant._contract import PLANTS, STRENGTHS, STRONG

RESULTS = Path(__file__).parent / "results" / "artifacts.json"


class Score(NamedTuple):
    """What one detector said of one exam."""

    case: str
    real: bool
    detector: str
    kind: str
    """Planted; empty for a clean exam."""
    strength: int
    score: float


class Job(NamedTuple):
    """One exam to be made and looked at."""

    seed: int
    number: int
    folder: Path | None
    planted: bool


def scores(job: Job) -> list[Score]:
    """All detectors on the clean exam, and each planted kind with its own detector."""
    case = generated(job.seed, job.number) if job.folder is None else stored(job.folder)
    real = job.folder is not None
    clean = exam_of(case)
    rows = [
        Score(case.name, real, name, "", 0, DETECTORS.get(name).find(clean).score)
        for name in DETECTORS.names()
    ]
    return [*rows, *_planted(case, job, real)] if job.planted else rows


def _planted(whole: Case, job: Job, real: bool) -> Iterator[Score]:
    part = slab(whole) if real else whole
    for kind in PLANTS.names():
        plant = PLANTS.get(kind)
        if not _can_be_told(kind, whole, part):
            continue
        case = whole if kind == "laterality" else part  # a slab cuts the heart
        shown = case._replace(breast=case.breast[::-1]) if kind == "laterality" else case
        for strength in STRENGTHS:
            words = zlib.crc32(f"{case.name} {kind} {strength}".encode())
            rng = np.random.default_rng([job.seed, job.number, words])
            phases = plant.plant(case.phases, strength, rng)
            if kind == "bright_outside" and not _lies_outside(case, phases[0]):
                continue  # the breast fills the field: there is no outside
            exam = exam_of(shown, phases)
            found = DETECTORS.get(plant.detector).find(exam)
            yield Score(case.name, real, plant.detector, kind, strength, found.score)


def _can_be_told(kind: str, whole: Case, part: Case) -> bool:
    """Whether the field holds what tells left from right, or air to see ghosts in."""
    if kind == "ghost":
        return bool(np.count_nonzero(clear_air(exam_of(part))) >= LEAST_AIR)
    return kind != "laterality" or whole.two_sided


def _lies_outside(case: Case, planted: NDArray[np.float32]) -> bool:
    """Whether most of what was added to a phase lies outside the breasts."""
    added = planted != case.phases[0]
    return bool((added & ~case.breast).sum() > 0.5 * added.sum())


def table(rows: list[Score]) -> dict[str, dict[str, object]]:
    """One line a kind: threshold, AUC, sensitivity of each strength, false alarms."""
    clean: dict[str, list[float]] = defaultdict(list)
    planted: dict[tuple[str, bool, int], list[float]] = defaultdict(list)
    for row in rows:
        if row.kind:
            planted[row.kind, row.real, row.strength].append(row.score)
        elif not row.real:
            clean[row.detector].append(row.score)
    lines = {}
    for kind in PLANTS.names():
        detector = DETECTORS.get(PLANTS.get(kind).detector)
        usual = np.array(clean[detector.name])
        strong = [s for n in STRONG for s in planted[kind, False, n]]
        every = [s for n in STRENGTHS for s in planted[kind, False, n]]
        real = [s for n in STRONG for s in planted[kind, True, n]]
        lines[kind] = {
            "detector": detector.name,
            "threshold": detector.threshold,
            "auc": _auc(every, usual),
            "auc_strong": _auc(strong, usual),
            "sensitivity": [_share(planted[kind, False, n], detector.threshold) for n in STRENGTHS],
            "sensitivity_real": [
                _share(planted[kind, True, n], detector.threshold) for n in STRENGTHS
            ],
            "strong": _share(strong + real, detector.threshold),
            "false_alarms": _share(usual.tolist(), detector.threshold),
            "clean": len(usual),
            "planted": len(every),
        }
    return lines


def _auc(planted: list[float], clean: NDArray[np.float64]) -> float | None:
    """Chance that a planted exam scores higher than a clean one; ties count half."""
    if not planted or not clean.size:
        return None
    scores = np.array(planted)[:, None]
    return round(float(np.mean((scores > clean) + 0.5 * (scores == clean))), 4)


def _share(scores: list[float], threshold: float) -> float | None:
    return round(float(np.mean(np.array(scores) >= threshold)), 4) if scores else None


def _print(lines: dict[str, dict[str, object]]) -> None:
    print(
        "kind | threshold | AUC all, strong | sensitivity 1..5 | real 1..5 | strong | false alarms"
    )
    for kind, line in lines.items():
        print(
            f"{kind} | {line['threshold']} | {line['auc']}, {line['auc_strong']} | "
            f"{line['sensitivity']} | {line['sensitivity_real']} | {line['strong']} | "
            f"{line['false_alarms']}"
        )


def main() -> None:
    """Print the table, and the worst sensitivity last."""
    args = _arguments()
    rows = [Score(**json.loads(line)) for path in args.read for line in path.open()]
    numbers = range(args.first, args.first + args.clean)
    jobs = [Job(args.seed, 0, folder, True) for folder in args.real]
    jobs += [Job(args.seed, n, None, n < args.planted) for n in numbers]
    with get_context("spawn").Pool(args.workers) as pool:
        for part in pool.imap_unordered(scores, jobs):
            rows += part
            if args.write:
                with args.write.open("a") as file:
                    file.writelines(json.dumps(row._asdict()) + "\n" for row in part)
    rows.sort()
    lines = table(rows)
    _print(lines)
    real = sorted(row for row in rows if row.real and not row.kind)
    for row in real:
        alarm = row.score >= DETECTORS.get(row.detector).threshold
        print(f"{row.case} as it is: {row.detector} {row.score:.3g}{' ALARM' if alarm else ''}")
    clean_count = len({row.case for row in rows if not row.kind and not row.real})
    any_alarm = {
        row.case
        for row in rows
        if not row.kind and not row.real and row.score >= DETECTORS.get(row.detector).threshold
    }
    print(f"clean generated exams with any alarm: {len(any_alarm)} of {clean_count}")
    if args.keep:
        kept = {
            "seed": args.seed,
            "clean": clean_count,
            "planted": len({row.case for row in rows if row.kind and not row.real}),
            "table": lines,
            "real_as_is": [row._asdict() for row in real],
            "any_alarm": sorted(any_alarm),
        }
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    strong = [float(str(line["strong"])) for line in lines.values() if line["strong"] is not None]
    print(f"ratio {min(strong, default=float('nan')):.4f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=31, help="see docs/artifacts.md for those that were used"
    )
    parser.add_argument("--clean", type=int, default=40, help="generated exams")
    parser.add_argument("--planted", type=int, default=8, help="of them, with artifacts too")
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="finished data sets")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first generated exam")
    parser.add_argument("--write", type=Path, help="append every score as a line of JSON")
    parser.add_argument("--read", type=Path, nargs="*", default=[], help="scores of other calls")
    parser.add_argument("--keep", action="store_true", help="write results/artifacts.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
