"""What each peer calls the features that IBSI has consensus values of.

The keys are tags of IBSI's tables. A name "-" says that the peer has no such feature. Z-Rad uses
the tags themselves, MIRP tags with its own words for aggregations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

Values = Mapping[str, float | None]
Naming = Callable[[Values], dict[str, float | None]]


class Row(NamedTuple):
    """Features of one family: tags less prefix and suffix, and names less their beginning."""

    prefix: str
    tags: str
    suffix: str
    beginning: str
    names: str


_PAIRS = """
    joint_max joint_avg joint_var joint_entr diff_avg diff_var diff_entr sum_avg sum_var
    sum_entr energy contrast dissimilarity inv_diff inv_diff_norm inv_diff_mom inv_diff_mom_norm
    inv_var corr auto_corr clust_tend clust_shade clust_prom info_corr1 info_corr2
    """
_RUNS = """
    sre lre lgre hgre srlge srhge lrlge lrhge glnu glnu_norm rlnu rlnu_norm r_perc gl_var rl_var
    rl_entr
    """
_ZONES = """
    sze lze lgze hgze szlge szhge lzlge lzhge glnu glnu_norm zsnu zsnu_norm z_perc gl_var zs_var
    zs_entr
    """
_DISTANCE_ZONES = """
    sde lde lgze hgze sdlge sdhge ldlge ldhge glnu glnu_norm zdnu zdnu_norm z_perc gl_var zd_var
    zd_entr
    """
_TONES = """
    coarseness contrast busyness complexity strength
    """
_DEPENDENCES = """
    lde hde lgce hgce ldlge ldhge hdlge hdhge glnu glnu_norm dcnu dcnu_norm dc_perc gl_var
    dc_var dc_entr dc_energy
    """
_STATISTICS = """
    mean var skew kurt median min p10 p90 max iqr range mad rmad medad cov qcod energy rms
    """
PYRADIOMICS = (
    Row(
        "morph_",
        """
            volume vol_approx area_mesh av sphericity diam pca_maj_axis pca_min_axis
            pca_least_axis pca_elongation pca_flatness
            """,
        "",
        "shape_",
        """
            MeshVolume VoxelVolume SurfaceArea SurfaceVolumeRatio Sphericity Maximum3DDiameter
            MajorAxisLength MinorAxisLength LeastAxisLength Elongation Flatness
            """,
    ),
    Row(
        "stat_",
        _STATISTICS,
        "",
        "firstorder_",
        """
            Mean Variance Skewness Kurtosis Median Minimum 10Percentile 90Percentile Maximum
            InterquartileRange Range MeanAbsoluteDeviation RobustMeanAbsoluteDeviation - - -
            Energy RootMeanSquared
            """,
    ),
    Row(
        "ih_",
        "entropy uniformity",
        "",
        "firstorder_",
        "Entropy Uniformity",
    ),
    Row(
        "cm_",
        _PAIRS,
        "_3D_avg",
        "glcm_",
        """
            MaximumProbability JointAverage SumSquares JointEntropy DifferenceAverage
            DifferenceVariance DifferenceEntropy SumAverage - SumEntropy JointEnergy Contrast -
            Id Idn Idm Idmn InverseVariance Correlation Autocorrelation ClusterTendency
            ClusterShade ClusterProminence Imc1 Imc2
            """,
    ),
    Row(
        "rlm_",
        _RUNS,
        "_3D_avg",
        "glrlm_",
        """
            ShortRunEmphasis LongRunEmphasis LowGrayLevelRunEmphasis HighGrayLevelRunEmphasis
            ShortRunLowGrayLevelEmphasis ShortRunHighGrayLevelEmphasis
            LongRunLowGrayLevelEmphasis LongRunHighGrayLevelEmphasis GrayLevelNonUniformity
            GrayLevelNonUniformityNormalized RunLengthNonUniformity
            RunLengthNonUniformityNormalized RunPercentage GrayLevelVariance RunVariance
            RunEntropy
            """,
    ),
    Row(
        "szm_",
        _ZONES,
        "_3D",
        "glszm_",
        """
            SmallAreaEmphasis LargeAreaEmphasis LowGrayLevelZoneEmphasis
            HighGrayLevelZoneEmphasis SmallAreaLowGrayLevelEmphasis
            SmallAreaHighGrayLevelEmphasis LargeAreaLowGrayLevelEmphasis
            LargeAreaHighGrayLevelEmphasis GrayLevelNonUniformity
            GrayLevelNonUniformityNormalized SizeZoneNonUniformity
            SizeZoneNonUniformityNormalized ZonePercentage GrayLevelVariance ZoneVariance
            ZoneEntropy
            """,
    ),
    Row(
        "ngt_",
        _TONES,
        "_3D",
        "ngtdm_",
        "Coarseness Contrast Busyness Complexity Strength",
    ),
    Row(
        "ngl_",
        _DEPENDENCES,
        "_3D",
        "gldm_",
        """
            SmallDependenceEmphasis LargeDependenceEmphasis LowGrayLevelEmphasis
            HighGrayLevelEmphasis SmallDependenceLowGrayLevelEmphasis
            SmallDependenceHighGrayLevelEmphasis LargeDependenceLowGrayLevelEmphasis
            LargeDependenceHighGrayLevelEmphasis GrayLevelNonUniformity -
            DependenceNonUniformity DependenceNonUniformityNormalized - GrayLevelVariance
            DependenceVariance DependenceEntropy -
            """,
    ),
)
PYCERR = (
    Row(
        "morph_",
        """
            vol_approx area_mesh av comp_1 comp_2 sph_dispr sphericity diam pca_maj_axis
            pca_min_axis pca_least_axis pca_elongation pca_flatness vol_dens_aabb
            """,
        "",
        "shape_",
        """
            volume surfArea surfToVolRatio Compactness1 Compactness2 spherDisprop sphericity
            max3dDiameter majorAxis minorAxis leastAxis elongation flatness volumeDensityAABB
            """,
    ),
    Row(
        "stat_",
        _STATISTICS,
        "",
        "firstorder_",
        """
            mean var skewness kurtosis median min P10 P90 max interQuartileRange range
            meanAbsDev robustMeanAbsDev medianAbsDev coeffVariation coeffDispersion energy rms
            """,
    ),
    Row(
        "ih_",
        "entropy",
        "",
        "firstorder_",
        "entropy",
    ),
    Row(
        "cm_",
        _PAIRS,
        "_3D_avg",
        "glcm_",
        """
            jointMax jointAvg jointVar jointEntropy diffAvg diffVar diffEntropy sumAvg sumVar
            sumEntropy energy contrast dissimilarity invDiff invDiffNorm invDiffMom
            invDiffMomNorm invVar corr autoCorr clustTendency clustShade clustPromin
            firstInfCorr secondInfCorr
            """,
    ),
    Row(
        "rlm_",
        _RUNS,
        "_3D_avg",
        "glrlm_",
        """
            shortRunEmphasis longRunEmphasis lowGrayLevelRunEmphasis highGrayLevelRunEmphasis
            shortRunLowGrayLevelEmphasis shortRunHighGrayLevelEmphasis
            longRunLowGrayLevelEmphasis longRunHighGrayLevelEmphasis grayLevelNonUniformity
            grayLevelNonUniformityNorm runLengthNonUniformity runLengthNonUniformityNorm
            runPercentage grayLevelVariance runLengthVariance runEntropy
            """,
    ),
    Row(
        "szm_",
        _ZONES,
        "_3D",
        "glszm_",
        """
            smallAreaEmphasis largeAreaEmphasis lowGrayLevelZoneEmphasis
            highGrayLevelZoneEmphasis smallAreaLowGrayLevelEmphasis
            smallAreaHighGrayLevelEmphasis largeAreaLowGrayLevelEmphasis
            largeAreaHighGrayLevelEmphasis grayLevelNonUniformity grayLevelNonUniformityNorm
            sizeZoneNonUniformity sizeZoneNonUniformityNorm zonePercentage grayLevelVariance
            sizeZoneVariance zoneEntropy
            """,
    ),
    Row(
        "ngt_",
        _TONES,
        "_3D",
        "ngtdm_",
        "coarseness contrast busyness complexity strength",
    ),
    Row(
        "ngl_",
        _DEPENDENCES,
        "_3D",
        "gldm_",
        """
            lowDependenceEmphasis highDependenceEmphasis lowGrayLevelCountEmphasis
            highGrayLevelCountEmphasis lowDependenceLowGrayLevelEmphasis
            lowDependenceHighGrayLevelEmphasis highDependenceLowGrayLevelEmphasis
            highDependenceHighGrayLevelEmphasis grayLevelNonUniformity
            grayLevelNonUniformityNorm dependenceCountNonuniformity
            dependenceCountNonuniformityNorm dependenceCountPercentage grayLevelVariance
            dependenceCountVariance dependenceCountEntropy dependenceCountEnergy
            """,
    ),
)
NYXUS = (
    Row(
        "morph_",
        """
            volume area_mesh comp_1 comp_2 sph_dispr sphericity pca_maj_axis pca_min_axis
            pca_least_axis pca_elongation pca_flatness
            """,
        "",
        "3",
        """
            MESH_VOLUME AREA COMPACTNESS1 COMPACTNESS2 SPHERICAL_DISPROPORTION SPHERICITY
            MAJOR_AXIS_LEN MINOR_AXIS_LEN LEAST_AXIS_LEN ELONGATION FLATNESS
            """,
    ),
    Row(
        "stat_",
        _STATISTICS,
        "",
        "3",
        """
            MEAN VARIANCE_BIASED SKEWNESS KURTOSIS MEDIAN MIN P10 P90 MAX INTERQUARTILE_RANGE
            RANGE MEAN_ABSOLUTE_DEVIATION ROBUST_MEAN_ABSOLUTE_DEVIATION
            MEDIAN_ABSOLUTE_DEVIATION COV QCOD ENERGY ROOT_MEAN_SQUARED
            """,
    ),
    Row(
        "ih_",
        "entropy uniformity",
        "",
        "3",
        "ENTROPY UNIFORMITY",
    ),
    Row(
        "cm_",
        _PAIRS,
        "_3D_avg",
        "3GLCM_",
        """
            JMAX_AVE JAVE_AVE JVAR_AVE JE_AVE DIFAVE_AVE DIFVAR_AVE DIFENTRO_AVE SUMAVERAGE_AVE
            SUMVARIANCE_AVE SUMENTROPY_AVE ASM_AVE CONTRAST_AVE DIS_AVE ID_AVE IDN_AVE IDM_AVE
            IDMN_AVE IV_AVE CORRELATION_AVE ACOR_AVE CLUTEND_AVE CLUSHADE_AVE CLUPROM_AVE
            INFOMEAS1_AVE INFOMEAS2_AVE
            """,
    ),
    Row(
        "rlm_",
        _RUNS,
        "_3D_avg",
        "3GLRLM_",
        """
            SRE_AVE LRE_AVE LGLRE_AVE HGLRE_AVE SRLGLE_AVE SRHGLE_AVE LRLGLE_AVE LRHGLE_AVE
            GLN_AVE GLNN_AVE RLN_AVE RLNN_AVE RP_AVE GLV_AVE RV_AVE RE_AVE
            """,
    ),
    Row(
        "szm_",
        _ZONES,
        "_3D",
        "3GLSZM_",
        """
            SAE LAE LGLZE HGLZE SALGLE SAHGLE LALGLE LAHGLE GLN GLNN SZN SZNN ZP GLV ZV ZE
            """,
    ),
    Row(
        "dzm_",
        _DISTANCE_ZONES,
        "_3D",
        "3GLDZM_",
        """
            SDE LDE LGLZE HGLZE SDLGLE SDHGLE LDLGLE LDHGLE GLNU GLNUN ZDNU ZDNUN ZP GLV ZDV ZDE
            """,
    ),
    Row(
        "ngt_",
        _TONES,
        "_3D",
        "3NGTDM_",
        "COARSENESS CONTRAST BUSYNESS COMPLEXITY STRENGTH",
    ),
    Row(
        "ngl_",
        _DEPENDENCES,
        "_3D",
        "3NGLDM_",
        """
            LDE HDE LGLCE HGLCE LDLGLE LDHGLE HDLGLE HDHGLE GLNU GLNUN DCNU DCNUN DCP GLV DCV
            DCENT DCENE
            """,
    ),
)
_MIRP_AGGREGATIONS = {
    "2d_avg": "2D_avg",
    "2d_s_mrg": "2D_comb",
    "2.5d_d_mrg": "2_5D_avg",
    "2.5d_v_mrg": "2_5D_comb",
    "3d_avg": "3D_avg",
    "3d_v_mrg": "3D_comb",
    "2d": "2D",
    "2.5d": "2_5D",
    "3d": "3D",
}
_MIRP_DISTANCE = re.compile(r"_d1(_a0\.0)?")


def as_tags(values: Values) -> dict[str, float | None]:
    """Keep values that are named by tags already."""
    return dict(values)


def from_table(rows: tuple[Row, ...], directions: str = "_3D_avg") -> Naming:
    """Rename by a table; `directions` is the aggregation of what has a direction."""

    def rename(values: Values) -> dict[str, float | None]:
        found = {}
        for row in rows:
            suffix = row.suffix.replace("_3D_avg", directions)
            for tag, name in zip(row.tags.split(), row.names.split(), strict=True):
                if name != "-":
                    found[f"{row.prefix}{tag}{suffix}"] = values[f"{row.beginning}{name}"]
        return found

    return rename


def from_mirp(values: Values) -> dict[str, float | None]:
    """Take distance and difference level out of a name and spell its aggregation as IBSI does."""
    found = {}
    for name, value in values.items():
        plain = _MIRP_DISTANCE.sub("", name)
        ending = next((end for end in _MIRP_AGGREGATIONS if plain.endswith(f"_{end}")), None)
        if ending is not None:
            plain = plain.removesuffix(ending) + _MIRP_AGGREGATIONS[ending]
        found[plain] = value
    return found
