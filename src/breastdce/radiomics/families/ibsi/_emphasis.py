"""The features that run length, zone and dependence matrices share, in IBSI's order."""

from __future__ import annotations

import numpy as np

from breastdce.radiomics.emphasis import Cells, emphasis
from breastdce.radiomics.families.ibsi._aggregation import FloatArray, Meaning

_NAMES = (
    ("{short}_emphasis", "Mean of 1 / j^2."),
    ("{long}_emphasis", "Mean of j^2."),
    ("low_gray_level_{entry}_emphasis", "Mean of 1 / i^2."),
    ("high_gray_level_{entry}_emphasis", "Mean of i^2."),
    ("{short}_low_gray_level_emphasis", "Mean of 1 / (i^2 j^2)."),
    ("{short}_high_gray_level_emphasis", "Mean of i^2 / j^2."),
    ("{long}_low_gray_level_emphasis", "Mean of j^2 / i^2."),
    ("{long}_high_gray_level_emphasis", "Mean of i^2 j^2."),
    ("gray_level_nonuniformity", "Sum over i of the squared number of {entries}, over {entries}."),
    (
        "gray_level_nonuniformity_normalized",
        "Sum over i of the squared number of {entries}, over squared {entries}.",
    ),
    ("{column}_nonuniformity", "Sum over j of the squared number of {entries}, over {entries}."),
    (
        "{column}_nonuniformity_normalized",
        "Sum over j of the squared number of {entries}, over squared {entries}.",
    ),
    ("{entry}_percentage", "Number of {entries} over number of voxels."),
    ("gray_level_variance", "Variance of i."),
    ("{column}_variance", "Variance of j."),
    ("{column}_entropy", "Entropy of the joint distribution of i and j, base 2."),
    ("{column}_energy", "Sum of squared probabilities of i and j."),
)


def meanings(words: dict[str, str], tags: str, codes: str) -> tuple[Meaning, ...]:
    """Names, tags, codes and definitions of a family.

    `words` fill the names: `short` and `long` (of a column value), `entry` and `entries` (what
    is counted), `column` (what j is). `tags` and `codes` list one word per feature.
    """
    where = f"i gray level, j {words['column'].replace('_', ' ')}, over all {words['entries']}"
    made = []
    for (name, text), tag, code in zip(_NAMES, tags.split(), codes.split(), strict=False):
        unit = "bit" if name.endswith("entropy") else "1"
        definition = f"{text.format(**words)[:-1]} ({where})."
        made.append(Meaning(name.format(**words), tag, code, definition, unit))
    return tuple(made)


def measure(found: Cells, voxels: int) -> FloatArray | None:
    """The features of `meanings` in their order, energy included; None without any entry."""
    if found.entries.size == 0:
        return None
    values = emphasis(found)
    return np.array(
        [
            values.short,
            values.long,
            values.low_gray,
            values.high_gray,
            values.short_low_gray,
            values.short_high_gray,
            values.long_low_gray,
            values.long_high_gray,
            values.gray_nonuniformity,
            values.gray_nonuniformity_normalized,
            values.column_nonuniformity,
            values.column_nonuniformity_normalized,
            values.total / voxels,
            values.gray_variance,
            values.column_variance,
            values.entropy,
            values.energy,
        ]
    )
