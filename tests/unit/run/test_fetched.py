"""The destination's memory survives kills, tears and strangers."""

from __future__ import annotations

import hashlib

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.fetch.check import Verdict
from breastdce.formats.bucket import RemoteObject
from breastdce.run.fetched import Fetched, opened
from tests.unit.fetch.made_index import made_series

SERIES = made_series()


def remote(name: str, body: bytes) -> RemoteObject:
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return RemoteObject(f"{SERIES.source}{name}", len(body), md5)


def arrive(fetched: Fetched, name: str, body: bytes) -> bool:
    path = fetched.incoming / fetched.expect(SERIES, remote(name, body))
    path.write_bytes(body)
    return fetched.settle(SERIES, remote(name, body))


def killed_after(root, *names: str) -> None:
    """Leave the folder as a killed run does: with a journal, and no new manifest."""
    fetched = Fetched(root)
    fetched.incoming.mkdir(parents=True)
    for name in names:
        assert arrive(fetched, name, name.encode())


def test_journal_of_a_killed_run_is_remembered_and_becomes_the_manifest(tmp_path):
    killed_after(tmp_path, "a.dcm", "b.dcm")
    assert not (tmp_path / "manifest.tsv").exists()
    assert len(Fetched(tmp_path).objects(SERIES)) == 2
    with opened(tmp_path):
        pass
    assert not (tmp_path / ".fetch" / "journal.tsv").exists()
    assert len(Fetched(tmp_path).objects(SERIES)) == 2


@pytest.mark.parametrize("cut", [1, 5, 40, 200])
def test_torn_line_costs_a_look_at_its_file_only(tmp_path, cut):
    killed_after(tmp_path, "a.dcm", "b.dcm")
    journal = tmp_path / ".fetch" / "journal.tsv"
    journal.write_bytes(journal.read_bytes()[:-cut])
    with opened(tmp_path) as fetched:
        assert [one.source for one in fetched.objects(SERIES)] == [f"{SERIES.source}a.dcm"]
        assert fetched.verdict(SERIES, remote("b.dcm", b"b.dcm"), rehash=False) is Verdict.WHOLE
        arrive(fetched, "c.dcm", b"c.dcm")
        killed_now = Fetched(tmp_path).objects(SERIES)  # the tear does not spoil the next line
    assert f"{SERIES.source}c.dcm" in {one.source for one in killed_now}
    assert len(Fetched(tmp_path).objects(SERIES)) == 3


def test_wrong_arrival_is_removed_and_has_no_place(tmp_path):
    with opened(tmp_path) as fetched:
        path = fetched.incoming / fetched.expect(SERIES, remote("a.dcm", b"right"))
        path.write_bytes(b"wrong")
        assert not fetched.settle(SERIES, remote("a.dcm", b"right"))
        assert not path.exists()
    assert not (tmp_path / SERIES.folder).exists()
    assert Fetched(tmp_path).objects(SERIES) == []


def test_error_inside_still_writes_the_manifest_and_sweeps_what_was_arriving(tmp_path):
    def interrupted() -> None:
        with opened(tmp_path) as fetched:
            arrive(fetched, "a.dcm", b"a")
            (fetched.incoming / "half").write_bytes(b"h")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(Fetched(tmp_path).objects(SERIES)) == 1
    assert [path.name for path in (tmp_path / ".fetch").iterdir()] == ["lock"]


def test_manifest_of_somebody_else_is_one_clear_error(tmp_path):
    (tmp_path / "manifest.tsv").write_text("path\tsize\nx\t1\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Fetched(tmp_path)
    assert caught.value.code is ErrorCode.TABLE_INVALID
    assert "Delete it" in caught.value.remedy


def test_destination_that_is_a_file_is_one_clear_error(tmp_path):
    place = tmp_path / "file"
    place.write_bytes(b"")
    with pytest.raises(StoreError) as caught, opened(place):
        pass
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
