"""The rules of the producer's series, on the index of 113 real patients."""

from __future__ import annotations

from collections import Counter, defaultdict

import polars as pl
import pytest

from breastdce.fetch.selection import Choice, add_analysis, analysis_rules, look_up

pytestmark = pytest.mark.data


def test_every_exam_with_an_answer_brings_one_ser_one_pe_and_its_segmentations(data):
    table = pl.read_parquet(data("ispy1_index/ispy1_series_labelled.parquet"))
    roles = dict(table.select("SeriesInstanceUID", "role").iter_rows())
    answers = ("role", "layout", "n_phases", "dce_series_uid")
    rows = table.drop(*answers).to_dicts()
    firsts = table.filter(pl.col("role") == "dce_first")
    names = firsts.select("PatientID", "StudyInstanceUID", "SeriesInstanceUID").iter_rows()
    choices = [Choice(patient, study, series, "pre") for patient, study, series in names]
    found = look_up(add_analysis(choices, rows, analysis_rules()), rows, "ispy1")
    assert not found.failures
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for selected in found.series:
        seen[selected.series.study_uid][roles[selected.series.series_uid]] += 1
    assert len(seen) == 351
    assert {(one["ser_map"], one["pe_map"]) for one in seen.values()} == {(1, 1)}
    assert all(one["segmentation"] for one in seen.values())
    assert set().union(*seen.values()) == {"dce_first", "ser_map", "pe_map", "segmentation"}
    # What docs/fetch.md says; phases with a series of their own come on top.
    mean_mb = sum(one.series.size_bytes for one in found.series) / len(seen) / 1e6
    assert 50 < mean_mb < 55
