"""A wrong call or table is one clear error, before anything is asked or written."""

from __future__ import annotations

import polars as pl
import pytest

from breastdce.cli.fetch_words import check_endpoint
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import BreastDceError, CallError
from breastdce.run.fetch import FetchOptions, fetch
from tests.unit.fetch.made_index import index_row

HEADER = "patient_id\tstudy_uid\tdce_series_uid\tphase_series_uids\tvisit\tevidence\n"
LINE = "MADE_1\t1.2\t1.2.3\tn/a\tT0\tit says so\n"


@pytest.fixture
def plan(tmp_path):
    """Plan a fetch by the text of a table of chosen series."""

    def run(text: str | None, **more):
        index, dce = tmp_path / "index.parquet", tmp_path / "DCE.tsv"
        pl.DataFrame([index_row() | {"collection_id": "made"}]).write_parquet(index)
        if text is not None:
            dce.write_bytes(text.encode(errors="surrogateescape"))
        usual = {"collection": "made", "dest": tmp_path / "dest", "dce": dce, "index": index}
        return fetch(FetchOptions(**usual | {"dry_run": True} | more))

    return run


def test_table_of_chosen_series_is_read(plan):
    (line,) = plan(HEADER + LINE).series
    assert (line.series_uid, line.visit, line.missing_bytes) == ("1.2.3", "T0", 30)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_quoted_cells_and_any_line_end_are_read(plan, newline):
    quoted = LINE.replace("it says so", '"it says ""so"""').replace("\n", newline)
    assert len(plan(HEADER.replace("\n", newline) + quoted).series) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file"),
        ("", "no column patient_id"),
        ("patient_id\tstudy_uid\n", "no column dce_series_uid, phase_series_uids"),
        (HEADER + "MADE_1\t1.2\n", "line 2 has 2 cells of 6"),
        (HEADER + "\udcff" + LINE, "can't decode"),
    ],
)
def test_table_that_cannot_be_read_is_one_error_with_its_line(plan, text, why):
    with pytest.raises(BreastDceError) as caught:
        plan(text)
    assert caught.value.code is ErrorCode.TABLE_INVALID
    assert why in str(caught.value.evidence["why"])


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (HEADER + LINE, {"patients": ("MADE_7",)}),
        (HEADER + LINE, {"visits": ("T3",)}),
        (HEADER, {}),
        (HEADER + LINE.replace("1.2.3", "n/a"), {}),
        (HEADER + LINE, {"dce": None}),
    ],
)
def test_call_that_wants_nothing_is_wrong(plan, text, options):
    with pytest.raises(CallError) as caught:
        plan(text, **options)
    assert caught.value.code is ErrorCode.CALL_INVALID


@pytest.mark.parametrize(
    "text", ["https://user:secret@host", "ftp://host", "host", "http://host/path?x", "http://h:1 x"]
)
def test_address_that_is_no_server_is_a_wrong_call(text):
    with pytest.raises(CallError):
        check_endpoint(text)
    assert check_endpoint("http://127.0.0.1:9000") == "http://127.0.0.1:9000"


def test_without_a_table_the_finder_chooses_every_phase(tmp_path):
    rows = [
        index_row()
        | {
            "SeriesInstanceUID": f"1.2.{number}",
            "SeriesNumber": number,
            "SeriesDescription": name,
            "instanceCount": count,
            "Modality": "MR",
            "collection_id": "made",
        }
        for number, name, count in [
            (1, "SCOUT", 45),
            (2, "fl3d_sag", 64),
            (3, "fl3d_sag", 64),
            (4, "fl3d_sag", 64),
        ]
    ]
    pl.DataFrame(rows).write_parquet(tmp_path / "index.parquet")
    options = FetchOptions(
        collection="made",
        dest=tmp_path / "dest",
        index=tmp_path / "index.parquet",
        visits=("T0",),
        dry_run=True,
    )
    found = {line.series_uid: line.why for line in fetch(options).series}
    assert found == {
        "1.2.2": "holds the pre-contrast phase",
        "1.2.3": "holds a later phase",
        "1.2.4": "holds a later phase",
    }
