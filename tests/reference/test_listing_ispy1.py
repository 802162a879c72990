"""The finder on the list of series of 113 real patients of I-SPY1, whose answers are known.

The answers come from the maps that the trial's analysis left; see the data's README. Thresholds
are those that were set before the finder was written.
"""

from __future__ import annotations

import re

import polars as pl
import pytest

from breastdce.formats.series_index import read_series_index
from breastdce.ingest.listing.answer import answer_list
from breastdce.ingest.listing.facts import studies_of_index
from breastdce.ingest.listing.words import plain, word_list

pytestmark = pytest.mark.data
TABLE = "ispy1_index/ispy1_series_labelled.parquet"
RIGHT_FIRST, RIGHT_PHASES = 0.985, 0.98


@pytest.fixture(scope="module")
def truth(data):
    firsts = pl.read_parquet(data(TABLE)).filter(pl.col("role") == "dce_first")
    return {row["StudyInstanceUID"]: row for row in firsts.iter_rows(named=True)}


def answers(data, *, with_producer: bool):
    table = pl.read_parquet(data(TABLE))
    made = table.filter(pl.col("role").is_in(["ser_map", "pe_map", "segmentation"]))
    hidden = set() if with_producer else set(made["SeriesInstanceUID"])
    rows = [row for row in read_series_index(data(TABLE)) if row.series_uid not in hidden]
    return {answer.study_uid: answer for answer in answer_list(studies_of_index(rows))}


@pytest.mark.parametrize("with_producer", [True, False])
def test_the_first_series_is_right(data, truth, with_producer):
    found = answers(data, with_producer=with_producer)
    wrong = [
        uid
        for uid, row in truth.items()
        if found[uid].dce_series_uid != row["SeriesInstanceUID"] or found[uid].reason is not None
    ]
    assert len(truth) == 351
    assert 1 - len(wrong) / len(truth) >= RIGHT_FIRST, [truth[uid]["PatientID"] for uid in wrong]


@pytest.mark.parametrize("with_producer", [True, False])
def test_the_number_of_phases_is_right_where_one_series_holds_them(data, truth, with_producer):
    found = answers(data, with_producer=with_producer)
    interleaved = [row for row in truth.values() if row["layout"] == "interleaved"]
    right = [r for r in interleaved if found[r["StudyInstanceUID"]].n_phases == r["n_phases"]]
    assert len(interleaved) == 226
    assert len(right) / len(interleaved) >= RIGHT_PHASES


def test_every_study_with_images_has_one_row(data):
    table = pl.read_parquet(data(TABLE)).filter(pl.col("Modality") == "MR")
    found = answers(data, with_producer=True)
    assert set(found) == set(table["StudyInstanceUID"])
    assert len(found) == 426


def test_every_patient_has_one_day_that_is_the_baseline(data):
    found = answers(data, with_producer=True).values()
    baselines = {(a.patient_id, a.study_date) for a in found if a.visit == "T0"}
    assert len(baselines) == len({a.patient_id for a in found}) == 113


def test_words_were_seen_where_the_list_says(data):
    table = pl.read_parquet(data(TABLE)).filter(pl.col("Modality") == "MR")
    names: dict[str, list[str]] = {}
    for patient, name in table.select("PatientID", "SeriesDescription").iter_rows():
        names.setdefault(patient, []).append(plain(name or ""))
    for word in word_list():
        for patient in word.seen:
            hits = [name for name in names[patient] if re.search(word.pattern, name)]
            assert hits, f"{word.name} was not seen in {patient}"
