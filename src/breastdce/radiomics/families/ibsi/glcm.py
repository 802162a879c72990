"""Gray level co-occurrence, distance 1, symmetric (IBSI 1, section 3.6)."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import Params
from breastdce.imaging.kernel import kernel
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.ibsi._aggregation import (
    ALL_DIRECTIONS,
    Counts,
    Direction,
    FloatArray,
    Meaning,
    Merged,
    describe,
    over_directions,
    spread,
)
from breastdce.radiomics.levels import Binning, Levels
from breastdce.radiomics.matrices.cooccurrence import count_pairs
from breastdce.radiomics.region import Region


class GlcmParams(Params, frozen=True):
    """Gray levels and aggregation."""

    binning: Binning = Binning()
    directions: tuple[Direction, ...] = ALL_DIRECTIONS


_MEANINGS = (
    Meaning("joint_maximum", "cm_joint_max", "GYBY", "Largest p(i, j)."),
    Meaning("joint_average", "cm_joint_avg", "60VM", "Mean level."),
    Meaning("joint_variance", "cm_joint_var", "UR99", "Variance of the level."),
    Meaning("joint_entropy", "cm_joint_entr", "TU9B", "Entropy of p(i, j), base 2.", "bit"),
    Meaning("difference_average", "cm_diff_avg", "TF7R", "Mean of |i - j|."),
    Meaning("difference_variance", "cm_diff_var", "D3YU", "Variance of |i - j|."),
    Meaning("difference_entropy", "cm_diff_entr", "NTRS", "Entropy of |i - j|, base 2.", "bit"),
    Meaning("sum_average", "cm_sum_avg", "ZGXS", "Mean of i + j."),
    Meaning("sum_variance", "cm_sum_var", "OEEB", "Variance of i + j."),
    Meaning("sum_entropy", "cm_sum_entr", "P6QZ", "Entropy of i + j, base 2.", "bit"),
    Meaning("angular_second_moment", "cm_energy", "8ZQL", "Sum of p(i, j)^2."),
    Meaning("contrast", "cm_contrast", "ACUI", "Mean of (i - j)^2."),
    Meaning("dissimilarity", "cm_dissimilarity", "8S9J", "Mean of |i - j|."),
    Meaning("inverse_difference", "cm_inv_diff", "IB1Z", "Mean of 1 / (1 + |i - j|)."),
    Meaning(
        "inverse_difference_normalized",
        "cm_inv_diff_norm",
        "NDRX",
        "Mean of 1 / (1 + |i - j| / Ng), Ng gray levels.",
    ),
    Meaning("inverse_difference_moment", "cm_inv_diff_mom", "WF0Z", "Mean of 1 / (1 + (i - j)^2)."),
    Meaning(
        "inverse_difference_moment_normalized",
        "cm_inv_diff_mom_norm",
        "1QCO",
        "Mean of 1 / (1 + (i - j)^2 / Ng^2), Ng gray levels.",
    ),
    Meaning(
        "inverse_variance",
        "cm_inv_var",
        "E8JP",
        "Sum of p(i, j) / (i - j)^2 over levels that differ.",
    ),
    Meaning("correlation", "cm_corr", "NI2N", "Correlation of the levels of a pair."),
    Meaning("autocorrelation", "cm_auto_corr", "QWB0", "Mean of i j."),
    Meaning("cluster_tendency", "cm_clust_tend", "DG8W", "Mean of (i + j - 2 m)^2, m mean level."),
    Meaning("cluster_shade", "cm_clust_shade", "7NFM", "Mean of (i + j - 2 m)^3, m mean level."),
    Meaning(
        "cluster_prominence", "cm_clust_prom", "AE86", "Mean of (i + j - 2 m)^4, m mean level."
    ),
    Meaning(
        "information_correlation_1",
        "cm_info_corr1",
        "R8DG",
        "Joint entropy minus that of independent levels, over the entropy of a level.",
    ),
    Meaning(
        "information_correlation_2",
        "cm_info_corr2",
        "JN9H",
        "Root of 1 - exp(-2 (entropy of independent levels - joint entropy)).",
    ),
)


def features(params: GlcmParams) -> tuple[Feature, ...]:
    """Meaning of the 25 features in each aggregation."""
    return describe(_MEANINGS, params.directions)


def compute(region: Region, params: GlcmParams) -> Values:
    """Count pairs per direction, merge, measure, average."""
    names = FAMILY.names(params)
    levels = region.levels(params.binning)
    if isinstance(levels, Undefined):
        return dict.fromkeys(names, levels)
    found = over_directions(levels, partial(_count, levels), _measure, params.directions)
    return spread(names, found, Undefined.NO_PAIRS)


def _count(levels: Levels, where: NDArray[np.int64], step: int) -> Counts:
    return count_pairs(levels.flat, where, step, levels.count)


def _measure(matrix: Merged) -> FloatArray | None:
    """The features in the order of the names.

    Pairs count both ways, so that the matrix is symmetric: most features follow from the
    distributions of i, of i + j and of |i - j|.
    """
    pairs = int(matrix.counts.sum())
    if pairs == 0:
        return None
    p_i, p_sum, p_difference, (largest, energy, joint) = _distributions(matrix.counts)
    count = p_i.size
    i, total, apart = np.arange(1.0, count + 1), np.arange(2.0, 2 * count + 1), np.arange(count)
    mean, mean_sum, mean_difference = p_i @ i, p_sum @ total, p_difference @ apart
    variance = p_i @ (i - mean) ** 2
    product = (p_sum @ total**2 - p_difference @ apart**2) / 4  # (i + j)^2 - (i - j)^2 = 4 i j
    level_entropy = _entropy(p_i)
    independent = 2 * level_entropy
    centered = total - 2 * mean
    squared = apart.astype(np.float64) ** 2
    return np.array(
        [
            largest,
            mean,
            variance,
            joint,
            mean_difference,
            p_difference @ (apart - mean_difference) ** 2,
            _entropy(p_difference),
            mean_sum,
            p_sum @ (total - mean_sum) ** 2,
            _entropy(p_sum),
            energy,
            p_difference @ squared,
            mean_difference,
            p_difference @ (1 / (1 + apart)),
            p_difference @ (1 / (1 + apart / count)),
            p_difference @ (1 / (1 + squared)),
            p_difference @ (1 / (1 + squared / count**2)),
            p_difference[1:] @ (1 / squared[1:]),
            # Levels that do not vary agree perfectly (IBSI's convention for both).
            (product - mean**2) / variance if variance > 0 else 1.0,
            product,
            p_sum @ centered**2,
            p_sum @ centered**3,
            p_sum @ centered**4,
            (joint - independent) / level_entropy if level_entropy > 0 else 1.0,
            np.sqrt(max(0.0, 1 - np.exp(-2 * (independent - joint)))),
        ]
    )


@kernel
def _distributions(
    counts: Counts,
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[float, float, float]]:
    """Of the level, of the sum and of the difference; largest p, sum of p^2, joint entropy."""
    count = counts.shape[0]
    p_i, p_sum, p_difference = np.zeros(count), np.zeros(2 * count - 1), np.zeros(count)
    total = 2.0 * counts.sum()
    largest = energy = entropy = 0.0
    for i in range(count):
        for j in range(i, count):
            both = np.int64(counts[i, j]) + np.int64(counts[j, i])  # as often as (j, i)
            if both == 0:
                continue
            p = both / total
            weight = 1.0 if i == j else 2.0
            largest = max(largest, p)
            energy += weight * p * p
            entropy -= weight * p * np.log2(p)
            p_sum[i + j] += weight * p
            p_difference[j - i] += weight * p
            p_i[i] += p
            if i != j:
                p_i[j] += p
    return p_i, p_sum, p_difference, (largest, energy, entropy)


def _entropy(p: FloatArray) -> float:
    present = p[p > 0]
    return float(-(present @ np.log2(present)))


FAMILY = Family("glcm", params=GlcmParams, features=features, compute=compute)
