"""The radiomic features together: what says the same, and what has no value."""

from __future__ import annotations

import base64
from collections import Counter
from typing import NamedTuple

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.grid import FloatArray
from breastdce.report.cohort_panels._contract import CohortPanel, Figures
from breastdce.report.dataset_view import CohortView, Measure
from breastdce.report.heat_map import heat_key, heat_png
from breastdce.report.html import fill
from breastdce.report.statistics.clusters import (
    SAME_ABOVE,
    Clusters,
    clusters,
    rank_correlation,
)
from breastdce.report.statistics.spread import LEAST_EXAMS

_CLUSTERS = 12
_MOST = 3
_PRINT_PX = 1200


class _Overview(NamedTuple):
    measures: list[Measure]
    correlation: FloatArray
    found: Clusters


def render(view: CohortView) -> Markup:
    assert view.features is not None  # noqa: S101 - in `needs`
    measures = list(view.features.measures)
    counted = _exams_with(measures)
    shown = _overview(measures) if counted >= LEAST_EXAMS else None
    told = {} if shown is None else _told(shown)
    return fill(
        "dataset/features.html",
        **{"heat": "", "key": "", "shown": 0, "clusters": [], **told},
        count=len(measures) if shown is None else len(shown.found.representative),
        flat=0 if shown is None else len(measures) - len(shown.measures),
        above=SAME_ABOVE,
        least=LEAST_EXAMS,
        exams=counted,
        reasons=_reasons(view),
        without=len(view.exams) - counted,
    )


def figures(view: CohortView) -> Figures:
    assert view.features is not None  # noqa: S101 - in `needs`
    measures = list(view.features.measures)
    shown = _overview(measures) if _exams_with(measures) >= LEAST_EXAMS else None
    if shown is None:
        return {}
    order = list(shown.found.order)
    picture = heat_png(shown.correlation[np.ix_(order, order)], least_px=_PRINT_PX)
    return {"feature-correlation.png": picture}


def _exams_with(measures: list[Measure]) -> int:
    """Exams that have any feature."""
    values = np.array([measure.values for measure in measures])
    return int(np.isfinite(values).any(axis=0).sum())


def _overview(measures: list[Measure]) -> _Overview | None:
    varied = [m for m in measures if m.spread.n >= LEAST_EXAMS and not m.spread.is_constant]
    if not varied:
        return None
    correlation = rank_correlation(np.array([measure.values for measure in varied]).T)
    # Two features that no exam has both of have no correlation.
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(correlation).all(axis=1))
    kept = [measure for measure, keep in zip(varied, whole, strict=True) if keep]
    if not kept:
        return None
    part = correlation[np.ix_(whole, whole)]
    return _Overview(kept, part, clusters(part))


def _told(shown: _Overview) -> dict[str, object]:
    order = list(shown.found.order)
    picture = heat_png(shown.correlation[np.ix_(order, order)], least_px=1)
    return {
        "heat": "data:image/png;base64," + base64.b64encode(picture).decode("ascii"),
        "key": heat_key(),
        "shown": len(shown.measures),
        "clusters": _largest(shown),
    }


def _largest(shown: _Overview) -> list[tuple[int, str, str]]:
    sizes = Counter(shown.found.label)
    rows = []
    for cluster, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:_CLUSTERS]:
        members = [
            measure
            for measure, label in zip(shown.measures, shown.found.label, strict=True)
            if label == cluster
        ]
        families = Counter(member.family for member in members)
        words = ", ".join(f"{name} {n}" for name, n in sorted(families.items()))
        rows.append((size, shown.measures[shown.found.representative[cluster]].name, words))
    return rows


def _reasons(view: CohortView) -> list[tuple[str, str, int, int, str]]:
    rows = []
    for code, features in sorted(view.reasons.items()):
        most = sorted(features.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
        words = ", ".join(f"{name} ({n})" for name, n in most)
        meaning = Undefined[code].meaning if code in Undefined.__members__ else ""
        rows.append((code, meaning, len(features), sum(features.values()), words))
    return rows


PANEL = CohortPanel(
    "features",
    "Radiomic features",
    ("features",),
    "There are no radiomic features: no exam has a mask to measure them in.",
    render,
    figures,
)
