"""MIRP: its own defaults, so approximate Moran's I and Geary's C; 3D, averaged.

Option `exact` turns the approximation off, option `spaces` lists its spatial methods; both are
for the digital phantom.
"""

from __future__ import annotations

import logging
from typing import Any

from protocol import Job, Runner, Values, Work, main

FAMILIES = {
    "shape": "morphological",
    "firstorder": "statistics",
    "glcm": "cm",
    "glrlm": "rlm",
    "glszm": "szm",
    "ngtdm": "ngtdm",
    "gldm": "ngldm",
    "gldzm": "dzm",
    "ivh": "ivh",
    "local": "local_intensity",
    "histogram": "intensity_histogram",
}
_DIRECTED = ("glcm", "glrlm")
_UNDIRECTED = ("glszm", "gldzm", "ngtdm", "gldm")
_PREFIXES = (
    *("morph", "loc_", "stat_", "ih_", "ivh_"),
    *("cm_", "rlm_", "szm_", "dzm_", "ngt_", "ngl_"),
)


def prepare(job: Job, threads: int) -> Work:  # noqa: ARG001 -- threads are in the environment
    """Import and settle the arguments."""
    from mirp import extract_features

    logging.disable(logging.INFO)
    settings = _discretization(job.bins) | _textures(job)

    def work() -> Values:
        found = extract_features(
            image=job.image,
            mask=job.mask,
            by_slice=False,
            no_approximation=job.options.get("exact", False),
            base_feature_families=[FAMILIES[family] for family in job.families] or "none",
            write_features=False,
            export_features=True,
            **settings,
        )
        if not found or found[0] is None:  # read only
            return {}
        table = found[0]
        return {name: table[name].iloc[0] for name in table.columns if name.startswith(_PREFIXES)}

    return work


def _discretization(bins: int) -> dict[str, Any]:
    if bins:
        return {
            "base_discretisation_method": "fixed_bin_number",
            "base_discretisation_n_bins": bins,
        }
    # CT: the steps of its intensity-volume histogram are then whole numbers.
    return {"base_discretisation_method": "none", "image_modality": "ct"}


def _textures(job: Job) -> dict[str, Any]:
    """Distance 1, and the spatial methods; it refuses settings of families that are not asked."""
    spaces = job.options.get("spaces", ["3d_average"])
    settings: dict[str, Any] = {}
    if "glcm" in job.families:
        settings |= {"glcm_distance": 1.0}
    if "gldm" in job.families:
        settings |= {"ngldm_distance": 1.0, "ngldm_difference_level": 0.0}
    for family in _DIRECTED:
        if family in job.families:
            settings[f"{family}_spatial_method"] = spaces
    for family in _UNDIRECTED:
        if family in job.families:
            name = "ngldm" if family == "gldm" else family
            settings[f"{name}_spatial_method"] = sorted({space.split("_")[0] for space in spaces})
    return settings


if __name__ == "__main__":
    main(Runner("mirp", "mirp", tuple(FAMILIES), prepare))
