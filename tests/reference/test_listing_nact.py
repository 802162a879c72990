"""The finder on a trial that its rules were not written for: UCSF's pilot of I-SPY1.

The list is that of the installed IDC index. The analysis left maps there too, whose numbers and
names tell the series that they were made from; the finder does not see them.
"""

from __future__ import annotations

import msgspec
import polars as pl
import pytest

from breastdce.formats.idc_index import installed_index
from breastdce.formats.series_index import index_row
from breastdce.ingest.listing.facts import studies_of_index
from breastdce.ingest.listing.producer_maps import producer_maps
from breastdce.ingest.listing.rank import rank


@pytest.fixture(scope="module")
def studies():
    pytest.importorskip("idc_index_data")
    pilot = pl.col("collection_id") == "breast_mri_nact_pilot"
    rows = pl.scan_parquet(installed_index()).filter(pilot).collect()
    return studies_of_index(index_row(row) for row in rows.iter_rows(named=True))


def source_of(study):
    """Series that the maps were made from, and slices of a map; None where that is not one."""
    found = {(s, m.slices) for m in producer_maps(study) for s in study.series if m.of(s)}
    return found.pop() if len(found) == 1 else None


def without_analysis(study):
    kept = [s for s in study.series if s.modality == "MR" and ": " not in s.description]
    return msgspec.structs.replace(study, series=tuple(kept))


def test_the_source_of_the_maps_is_found_without_them(studies):
    known = [(study, source) for study in studies if (source := source_of(study))]
    assert len(known) >= 189  # in October 2026
    wrong = []
    for study, (series, slices) in known:
        best = rank(without_analysis(study)).best
        phases = series.n_images // slices
        if best is None or (best.run.first.uid, best.run.n_phases) != (series.uid, phases):
            wrong.append(study.patient_id)
    assert len(wrong) <= 0.015 * len(known), wrong
