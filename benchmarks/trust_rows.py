"""Inputs of the trust model and true Dice, of spoiled masks of generated exams; kept in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from trust_masks import BELIEFS, Case, Network, Spoiled, believed, case_of, spoiled

from breastdce.core.volume import Mask
from breastdce.segment.postprocess import mask_of
from breastdce.segment.trust import AGREEMENT
from breastdce.segment.trust_inputs import measure
from breastdce.segment.trust_probability import unsure
from breastdce.testing.trial import learning_exam

Row = dict[str, Any]
_WIDE, _PLAIN = (176, 112, 80), (96, 96, 96)  # every fourth shows both breasts
_OF_NETWORKS = 4  # masks an exam


def rows_of(
    folder: Path, seed: int, count: int, masks: int, network: Network | None
) -> list[list[Row]]:
    """Rows of exams 0 to `count` - 1 of a seed; those that are in the folder are not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for index in range(count):
        path = folder / f"{seed}_{index:03d}.json"
        if not path.exists():
            rows = list(_rows(seed, index, masks, network))
            aside = path.with_suffix(".part")
            aside.write_text(json.dumps(rows), encoding="utf-8")
            aside.replace(path)
            print(f"seed {seed} exam {index}: {len(rows)} masks", flush=True)
        found.append(json.loads(path.read_text(encoding="utf-8")))
    return found


def _rows(seed: int, index: int, masks: int, network: Network | None) -> Iterator[Row]:
    rng = np.random.default_rng([seed, index])
    exam = learning_exam(seed, index, _WIDE if index % 4 == 3 else _PLAIN)
    case = case_of(exam, rng)
    made = [one for one in spoiled(case, rng) if one.mask.data.any()]
    chosen = rng.permutation(len(made) - 1)[: masks - 1] + 1  # the truth is always one
    for one in (made[0], *(made[n] for n in sorted(chosen))):
        yield _row(case, one, f"{seed}_{index:03d}")
    for one, values in _of_networks(case, rng, network):
        row = _row(case, one, f"{seed}_{index:03d}")
        row["inputs"].update(values)
        yield row


def _of_networks(
    case: Case, rng: np.random.Generator, network: Network | None
) -> Iterator[tuple[Spoiled, dict[str, float]]]:
    if network is not None:
        probability = network.probability(case)
        masks = list(network.masks(case, probability))
        pairs = [(one, probability) for one in masks]
    else:
        pairs = []
        for kind in ("truth", *rng.choice(BELIEFS[1:], _OF_NETWORKS, replace=False)):
            made = believed(case, rng, str(kind))
            if made is not None:
                mask = mask_of(made, case.truth.grid, 0.5, "stv", case.breast)
                pairs.append((Spoiled(f"network-like, {kind}", mask), made))
    for one, values in pairs:
        found = unsure(values, one.mask)
        if found is not None:
            yield one, msgspec.structs.asdict(found)


def _row(case: Case, one: Spoiled, exam: str) -> Row:
    inputs = measure(case.phases, one.mask, case.breast)
    if not one.kind.startswith("rule") and case.ftv.data.any():
        inputs[AGREEMENT[0]] = 1 - dice(one.mask, case.ftv)
    return {"exam": exam, "kind": one.kind, "dice": dice(one.mask, case.truth), "inputs": inputs}


def dice(one: Mask, other: Mask) -> float:
    """Overlap of two masks, one of them not empty."""
    common = int(np.count_nonzero(one.data & other.data))
    return 2 * common / int(np.count_nonzero(one.data) + np.count_nonzero(other.data))
