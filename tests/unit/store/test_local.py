"""The store keeps what it is given, whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import StoreError
from breastdce.store.codecs import pack
from breastdce.store.local import Store
from breastdce.store.record import Record
from tests.unit.store.test_codecs import Everything, everything


def record(key: str = "ab12") -> Record:
    return Record(
        key=key,
        stage="zscore",
        version=1,
        params={"mode": "pooled"},
        inputs={"phases": "00"},
        outputs={"phases": "11"},
        engines={},
        package="0",
        seconds=0.5,
        peak_bytes=1,
        caveats=(Caveat(CaveatCode.PRE_GAP, {"seconds": 700}),),
    )


def test_object_comes_back_equal(tmp_path):
    store = Store(tmp_path, scratch="one")
    packed = pack(everything())
    digest = packed.digest()
    assert not store.has(digest)
    store.put(packed, digest)
    assert store.has(digest)
    assert pack(store.get(digest, Everything)).digest() == digest


def test_second_writer_of_equal_content_is_no_error(tmp_path):
    packed = pack(everything())
    for name in ("one", "two"):
        Store(tmp_path, scratch=name).put(packed, packed.digest())


def test_damaged_object_is_refused_and_removed(tmp_path):
    store = Store(tmp_path, scratch="one")
    packed = pack(np.zeros((2, 2, 2), dtype=np.float32))
    digest = packed.digest()
    store.put(packed, digest)
    stored = next((tmp_path / "objects").rglob("0.gz"))
    stored.write_bytes(stored.read_bytes()[:-9])
    with pytest.raises(StoreError) as caught:
        store.get(digest, np.ndarray)
    assert caught.value.code is ErrorCode.STORE_CORRUPT
    assert not store.has(digest)


def test_object_under_the_name_of_another_is_refused_and_removed(tmp_path):
    store = Store(tmp_path, scratch="one")
    store.put(pack("one value"), pack("another").digest())
    with pytest.raises(StoreError) as caught:
        store.get(pack("another").digest(), str)
    assert caught.value.code is ErrorCode.STORE_CORRUPT
    assert caught.value.evidence["why"] == "content and name differ"
    assert not store.has(pack("another").digest())


def test_half_written_object_is_not_there(tmp_path):
    store = Store(tmp_path, scratch="one")
    packed = pack(everything())
    digest = packed.digest()
    store.put(packed, digest)
    next((tmp_path / "objects").rglob("done.json")).unlink()
    assert not store.has(digest)
    store.put(packed, digest)
    assert store.has(digest)


def test_record_round_trip_and_unknown_key(tmp_path):
    store = Store(tmp_path, scratch="one")
    store.commit(record())
    assert store.find("ab12") == record()
    assert store.find("cd34") is None


def test_unreadable_record_is_a_miss(tmp_path):
    store = Store(tmp_path, scratch="one")
    store.commit(record())
    next((tmp_path / "actions").rglob("*.json")).write_text("{", encoding="utf-8")
    assert store.find("ab12") is None


def test_what_a_killed_writer_left_is_cleared_by_its_successor(tmp_path):
    left = tmp_path / "tmp" / "one" / "x"
    left.mkdir(parents=True)
    Store(tmp_path, scratch="one")
    assert not left.exists()


def test_object_that_cannot_be_put_in_its_place_is_an_error(tmp_path):
    store = Store(tmp_path, scratch="one")
    digest = pack("one value").digest()
    place = tmp_path / "objects" / digest[:2] / digest
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "a disk that is gone")  # no folder can be renamed onto it
    with pytest.raises(StoreError) as caught:
        store.put(pack("one value"), digest)
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
    assert not store.has(digest)


def test_closing_leaves_what_is_stored_and_nothing_unfinished(tmp_path):
    store = Store(tmp_path, scratch="one")
    store.put(pack("one value"), "ab12")
    store.close()
    assert not (tmp_path / "tmp" / "one").exists()
    assert store.has("ab12")
