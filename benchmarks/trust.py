"""Fit the score that tells bad masks without truth, and say how good it is on other exams.

    python benchmarks/trust.py [--exams 24] [--masks 12] [--bundle BUNDLE] [--rows FOLDER]
                               [--real OUT ...] [--write]

Masks of generated exams (cohort of seed 1601) whose Dice with the truth is known are spoiled in
many ways, and the model of `segment/trust.py` is fitted to tell those below 0.7; exams of seed 1602
test it. With --write the coefficients go to `src/breastdce/segment/trust.toml`, figures and the
reliability curve to `results/trust.json` and `docs/trust-reliability.svg`; else the figures are of
the coefficients that ship. --bundle takes a network's own masks and probabilities instead of made
ones. --rows keeps what was measured, so that a run that is stopped goes on. --real scores the masks
of data sets of `breastdce run`, and their candidates spoiled, which then stand in for the truth.
The last line is `ratio <area under the ROC curve>`, of masks whose network's probability is not
known and whose breasts are.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from measure import machine
from trust_figure import reliability_svg
from trust_fit import chances, figures, fit, is_bad, usable
from trust_masks import Network
from trust_real import real
from trust_rows import Row, rows_of

from breastdce.segment.trust import GROUPS, Record, TrustModel, shipped_model

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "trust.json"
FIGURE = HERE.parent / "docs" / "trust-reliability.svg"
MODEL = HERE.parent / "src" / "breastdce" / "segment" / "trust.toml"
FIT_SEED, TEST_SEED = 1601, 1602
BASE_RATE = 0.2
RIDGE = 2.0  # over the number of masks: few masks say little
USUAL = ("breast",)


def main() -> None:
    """Measure, fit, compare."""
    args = _arguments()
    network = None if args.bundle is None else Network(args.bundle)
    with tempfile.TemporaryDirectory() as folder:
        rows = args.rows or Path(folder)
        learned, unseen = (
            list(chain.from_iterable(rows_of(rows, seed, args.exams, args.masks, network)))
            for seed in (FIT_SEED, TEST_SEED)
        )
    model = _fitted(learned, args) if args.write else shipped_model()
    if args.write:
        MODEL.write_text(_toml(model), encoding="utf-8")
    kept: dict[str, Any] = {
        "machine": machine(),
        "fit": {"seed": FIT_SEED, "exams": args.exams, "masks": len(learned)},
        "test": {"seed": TEST_SEED, "exams": args.exams, "masks": len(unseen)},
        "base_rate": BASE_RATE,
        "sets": {_name(one.known): _set(unseen, one.known, model) for one in model.sets},
        "kinds": _kinds(unseen, model),
        "real": {out.name: real(out, model) for out in args.real},
    }
    print(json.dumps(kept, indent=1))
    if args.write:
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        FIGURE.write_text(reliability_svg(kept["sets"]), encoding="utf-8")
    print(f"ratio {kept['sets'][_name(USUAL)]['auc']:.3f}")


def _fitted(rows: Sequence[Row], args: argparse.Namespace) -> TrustModel:
    groups = chain.from_iterable(combinations(GROUPS, n) for n in range(len(GROUPS) + 1))
    record = Record(
        command="python benchmarks/trust.py --write",
        exams=f"breastdce.testing.trial, seed {FIT_SEED}, exams 0 to {args.exams - 1}",
        masks=len(rows),
        bad=int(is_bad(rows).sum()),
        base_rate=BASE_RATE,
        ridge=RIDGE,
    )
    sets = tuple(fit(usable(rows, known), known, BASE_RATE, RIDGE) for known in groups)
    return TrustModel(record, sets)


def _set(rows: Sequence[Row], known: tuple[str, ...], model: TrustModel) -> dict[str, Any]:
    """Figures of one set, and the same of masks alone that nobody spoiled on purpose."""
    own = usable(rows, known)
    found = figures(own, chances(own, known, model), BASE_RATE)
    made = [row for row in own if row["kind"].startswith(("rule", "network"))]
    by_program = figures(made, chances(made, known, model), BASE_RATE)
    return {
        **found._asdict(),
        "inputs": list(model.coefficients(known).inputs),
        "by_rule_or_network": by_program._replace(reliability=[])._asdict(),
    }


def _kinds(rows: Sequence[Row], model: TrustModel) -> dict[str, Any]:
    """Scores by what was done to the masks."""
    chance, bad = chances(rows, USUAL, model), is_bad(rows)
    kinds = np.array([row["kind"] for row in rows])
    found = {}
    for kind in dict.fromkeys(kinds):
        here = kinds == kind
        found[str(kind)] = {
            "masks": int(here.sum()),
            "bad": int(bad[here].sum()),
            "chance_of_good": _mean(chance[here & ~bad]),
            "chance_of_bad": _mean(chance[here & bad]),
        }
    return found


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 3) if values.size else None


def _name(known: tuple[str, ...]) -> str:
    return "+".join(("images", *known))


def _toml(model: TrustModel) -> str:
    """The model as text; keys of inputs are plain words."""
    record = msgspec.structs.asdict(model.record)
    lines = [
        "# Coefficients of the score that tells bad masks without truth; written by the command",
        "# below, not by hand. What an input is: src/breastdce/segment/trust_inputs.py.",
        "[record]",
        *(f"{key} = {json.dumps(value)}" for key, value in record.items()),
    ]
    for one in model.sets:
        lines += ["", "[[sets]]", f"known = {json.dumps(one.known)}"]
        lines += [f"intercept = {one.intercept}", "[sets.inputs]"]
        lines += [
            f"{name} = {{ weight = {used.weight}, typical = {used.typical} }}"
            for name, used in one.inputs.items()
        ]
    return "\n".join(lines) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--exams", type=int, default=24, help="of each of the two seeds")
    parser.add_argument("--masks", type=int, default=12, help="of an exam, network's not counted")
    parser.add_argument("--bundle", type=Path, help="model whose masks are judged too")
    parser.add_argument("--rows", type=Path, metavar="FOLDER", help="where measured inputs stay")
    parser.add_argument("--real", type=Path, nargs="*", default=[], metavar="OUT")
    parser.add_argument("--write", action="store_true", help="fit anew, and keep the figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
