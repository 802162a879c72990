"""Manifest and citation say what is there."""

from __future__ import annotations

import msgspec
import pytest

from breastdce.fetch.citation import citation_text
from breastdce.fetch.manifest import COLUMNS, FileRecord, FileState, record_of, row_of
from breastdce.formats.tables import read_tsv, write_tsv

FILE = FileRecord(
    path="P/1/2/a.dcm",
    source="s3://open-data/u/a.dcm",
    collection_id="made",
    series_uid="2",
    size_bytes=7,
    etag="0" * 32,
    state=FileState.VERIFIED,
    blake2b="1" * 64,
    mtime_ns=1_795_721_866_056_456_062,
    license="CC BY 3.0",
    source_doi="10.9999/made",
)
ABSENT = FileRecord(
    path="P/1/2/b.dcm",
    source="s3://open-data/u/b.dcm",
    collection_id="made",
    series_uid="2",
    size_bytes=0,
    etag=None,
    state=FileState.MISSING,
)


def test_manifest_reads_back_as_it_was(tmp_path):
    write_tsv(tmp_path / "m.tsv", COLUMNS, map(row_of, (FILE, ABSENT)))
    assert [record_of(row) for row in read_tsv(tmp_path / "m.tsv", COLUMNS)] == [FILE, ABSENT]


def test_row_of_somebody_else_is_refused():
    with pytest.raises(msgspec.ValidationError):
        record_of(dict(row_of(FILE)) | {"state": "splendid"})


def test_citation_names_each_source_once_and_counts_what_is_here():
    other = msgspec.structs.replace(FILE, source_doi=None, license=None)
    text = citation_text([FILE, FILE, other, ABSENT])
    assert text.count("https://doi.org/10.9999/made") == 1
    assert "collection made: 2 files" in text
    assert "collection made: 1 file\n" in text
    assert "look the collection up" in text


def test_nothing_here_needs_no_citation():
    assert citation_text([ABSENT]) == ""
