"""Our panel for a set of the benchmark's families, as TOML text. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable

FAMILIES = {
    "shape": "morphology",
    "autocorrelation": "autocorrelation",
    "firstorder": "statistics",
    "glcm": "glcm",
    "glrlm": "glrlm",
    "glszm": "glszm",
    "ngtdm": "ngtdm",
    "gldm": "ngldm",
    "gldzm": "gldzm",
    "local": "local_intensity",
    "ivh": "intensity_volume_histogram",
    "histogram": "intensity_histogram",
}
"""Names of the benchmark and ours."""


def panel_text(families: Iterable[str], bins: int = 128, *, all_spaces: bool = False) -> str:
    """Write a panel.

    Parameters
    ----------
    families
        Keys of `FAMILIES`.
    bins
        Fixed bin number; 0 takes intensities for gray levels, as IBSI's digital phantom wants.
    all_spaces
        Every aggregation that IBSI defines; else 3D, features averaged over 13 directions.
    """
    binning = f'{{ method = "number", bins = {bins} }}' if bins else '{ method = "none" }'
    shared = [f"binning = {binning}"]
    if not bins:
        shared.append('steps = { method = "none" }')
    if not all_spaces:
        shared += ['directions = ["3D_avg"]', 'spaces = ["3D"]']
    entries = ", ".join(
        f'{{ name = "{name}", label = "{name}" }}' for name in map(FAMILIES.get, families)
    )
    return "\n".join(
        (
            'name = "benchmark"',
            "schema = 1",
            'description = "Families that a peer has too"',
            'families = "ibsi"',
            f"family = [{entries}]",
            "[shared]",
            *shared,
            "",
        )
    )
