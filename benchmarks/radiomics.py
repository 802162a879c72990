"""Our radiomics beside every peer's, in one run.

    python benchmarks/radiomics.py --peers FOLDER [--captk PROGRAM] [--repeat 5] [--quick]

FOLDER holds a virtual environment for each peer, named after it; see README.md. The last line is
`ratio <number>`: CPU of the fastest correct peer over ours, for the big case in process on one
thread, with the families of that peer.

This process imports the standard library only, so that the peak memory of its children is theirs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import bars
import captk
import comparison
import correctness
import tables
from comparison import PEERS, SEVEN, Setting
from findings import Findings, document
from measure import Cost, machine, whole_process
from peers.ours_panel import panel_text
from peers.protocol import SHARED

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def main() -> int:
    """Check, measure, report."""
    args = _arguments()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        setting = Setting(
            folder=Path(name),
            pythons=_pythons(args.peers),
            repeat=1 if args.quick else args.repeat,
            is_quick=args.quick,
            say=_say,
        )
        findings = _check(setting)
        ours = findings.verdicts.get("ours")
        if findings.verdicts and not (ours and ours.is_correct):
            _say("ours is wrong: nothing was timed")
            return 1
        _measure(setting, findings, args.captk)
    judged = bars.bars(findings)
    _print(findings, judged)
    if not args.quick:
        text = document(findings, (bar._asdict() for bar in judged))
        (RESULTS / "radiomics.json").write_text(text, encoding="utf-8")
    ratio = findings.ratio()
    print("ratio unknown: no correct peer" if ratio is None else f"ratio {ratio:.2f}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", type=Path, required=True, help="folder of environments")
    parser.add_argument("--captk", type=Path, help="CaPTk's program; else its recorded cost")
    parser.add_argument("--repeat", type=int, default=5, help="medians are of so many")
    parser.add_argument(
        "--quick", action="store_true", help="totals only, once, one thread; nothing is kept"
    )
    return parser.parse_args()


def _pythons(folder: Path) -> dict[str, Path]:
    """Interpreters of ours and of the peers that are installed; the others are named."""
    pythons = {"ours": Path(sys.executable)}
    for peer in PEERS:
        python = folder.resolve() / peer.tool / "bin" / "python"
        if python.exists():
            pythons[peer.tool] = python
        else:
            _say(f"{peer.title} is not installed in {folder / peer.tool}: left out")
    return pythons


def _check(setting: Setting) -> Findings:
    _say("making the cases")
    log = setting.folder / "cases.log"
    whole_process([sys.executable, HERE / "cases.py", setting.folder], 1, log)
    _say("checking everyone on IBSI's digital phantom")
    verdicts = correctness.check(setting.pythons, setting.folder, _say)
    return Findings(machine(), setting.repeat, verdicts, setting.versions)


def _measure(setting: Setting, findings: Findings, program: Path | None) -> None:
    for threads in (1,) if setting.is_quick else (1, 2):
        findings.pairs += comparison.in_process(setting, threads)
        findings.pairs += comparison.whole(setting, threads)
    _say("CaPTk")
    beside = captk.compare(setting, program)
    findings.pairs += beside.pairs
    findings.captk_equal = beside.equal
    _say("memory and growth")
    findings.peaks = _peaks(setting)
    findings.growth = _growth(setting)


def _peaks(setting: Setting) -> dict[str, Cost]:
    """Largest memory of our whole processes on the big case, two threads."""
    seven = setting.folder / f"{SEVEN}.toml"
    seven.write_text(panel_text(SHARED), encoding="utf-8")
    panels = {"seven families": str(seven), "captk panel": "captk", "ibsi panel": "ibsi"}
    return {
        title: comparison.whole_ours(setting, "big", panel, captk.THREADS)
        for title, panel in panels.items()
    }


def _growth(setting: Setting) -> dict[str, object]:
    log = setting.folder / "growth.log"
    command = [
        *(sys.executable, HERE / "growth.py", setting.folder, "--repeat", str(setting.repeat)),
        *([] if setting.is_quick else ["--out", RESULTS / "radiomics-growth.svg"]),
    ]
    whole_process(command, 1, log)
    told: dict[str, object] = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    return told


def _print(findings: Findings, judged: list[bars.Bar]) -> None:
    print(tables.machine_line(findings.machine, findings.versions))
    print(f"medians of {findings.repeat}")
    for line in (
        *tables.verdict_lines(findings.verdicts),
        *tables.table_lines(findings),
        *tables.bar_lines(judged),
    ):
        print(line)


def _say(words: str) -> None:
    """Tell how far it is, apart from the report."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
