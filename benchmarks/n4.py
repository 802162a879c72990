"""Our N4 beside SimpleITK's: equality of the log field, CPU, memory.

    python benchmarks/n4.py --data FOLDER [--repeat 5] [--quick]

FOLDER holds the unpacked exams ucsf_br_06 and duke_153. Each side runs in a process of its own on
one thread, warmed by a run with one iteration. CPU is that of estimation and full-size field. The
last line is `ratio <number>`: geometric mean over the cases of SimpleITK's CPU over ours.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import tempfile
from pathlib import Path

from measure import machine, whole_process

HERE = Path(__file__).resolve().parent
SIDE = HERE / "n4_side.py"
IMAGES = ("ucsf_pre", "ucsf_post", "duke_pre", *(f"phantom{n}" for n in range(5)))
QUICK = ("ucsf_pre", "ucsf_post", "phantom0")


def main() -> int:
    """Measure every case on both sides and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of unpacked exams")
    parser.add_argument("--repeat", type=int, default=5, help="medians are of so many")
    parser.add_argument("--quick", action="store_true", help="three images, shrink 4, once")
    args = parser.parse_args()
    images = QUICK if args.quick else IMAGES
    shrinks = ("4",) if args.quick else ("4", "2")
    repeat = 1 if args.quick else args.repeat
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run("make", str(args.data.resolve()), str(folder), *images)
        for case in itertools.product(images, shrinks, ("mask", "all")):
            rows.append(_case(folder, case, repeat))
            print(_line(rows[-1]), flush=True)
    ratio = math.exp(sum(math.log(row["ratio"]) for row in rows) / len(rows))
    if not args.quick:
        found = {"machine": machine(), "repeat": repeat, "ratio": ratio, "cases": rows}
        (HERE / "results" / "n4.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"ratio {ratio:.1f}")
    return 0


def _case(folder: Path, case: tuple[str, str, str], repeat: int) -> dict:
    _run("offsets", str(folder), *case[:2])
    sides = {side: _run("run", side, str(folder), *case, str(repeat)) for side in ("itk", "own")}
    told = _run("compare", str(folder))
    return {
        "case": " ".join(case),
        **sides,
        **told,
        "ratio": sides["itk"]["cpu_s"] / sides["own"]["cpu_s"],
    }


def _run(*words: str) -> dict:
    """Run a part of the other script alone and return what it says in its last line."""
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        whole_process([sys.executable, SIDE, *words], 1, Path(log.name))
        return json.loads(Path(log.name).read_text(encoding="utf-8").splitlines()[-1])


def _line(row: dict) -> str:
    own, itk = row["own"], row["itk"]
    return (
        f"{row['case']:22} its (last level) {itk['iterations']} own {own['iterations']} "
        f"max {row['max']:.1e} corr {row['correlation']:.6f} "
        f"CPU s {itk['cpu_s']:.3f} own {own['cpu_s']:.4f} ratio {row['ratio']:.1f} "
        f"peak MiB {itk['peak_mib']:.0f} own {own['peak_mib']:.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
