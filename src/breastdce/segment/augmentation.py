"""A list of transforms, applied to a patch one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.core.toml import reason_of
from breastdce.segment.augment._contract import Chance, Sample, Transform

TRANSFORMS: Catalog[Transform[Any]] = Catalog("breastdce.segment.augment", "TRANSFORM", Transform)
Step = tuple[Transform[Any], Chance]


def steps_of(tables: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Check the `[[augment]]` tables of a preset.

    Raises
    ------
    RecipeError
        UNKNOWN_ENTRY, DEFINITION_INVALID.
    """
    steps = []
    for number, table in enumerate(tables, 1):
        given = dict(table)
        transform = TRANSFORMS.get(str(given.pop("transform", "")))
        try:
            steps.append((transform, msgspec.convert(given, transform.params)))
        except msgspec.ValidationError as error:
            raise RecipeError(
                ErrorCode.DEFINITION_INVALID,
                evidence={"place": f"augment {number} ({transform.name})", "why": reason_of(error)},
                remedy="The bounds stand beside each field of the transform's parameters.",
            ) from error
    return tuple(steps)


def augmented(sample: Sample, steps: Sequence[Step], rng: np.random.Generator) -> Sample:
    """Apply the transforms that chance picks, in order.

    Each has a generator of its own, by its name and how often that came before in the list: adding,
    moving or leaving out one changes no draw of another.
    """
    root = rng.integers(2**63)
    seen: Counter[str] = Counter()
    for transform, params in steps:
        own = _generator(int(root), transform.name, seen[transform.name])
        seen[transform.name] += 1
        if own.random() < params.probability:
            sample = transform.apply(sample, params, own)
    return sample


def _generator(root: int, name: str, times: int) -> np.random.Generator:
    seeds = np.random.SeedSequence([root, times, *name.encode()])
    return np.random.Generator(np.random.Philox(seeds))
