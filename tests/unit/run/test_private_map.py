"""Who is who is kept beside the data set, in a file that is read as strictly as it is written."""

from __future__ import annotations

import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.errors import CallError, StoreError
from breastdce.ingest.dates import LEAST_SHIFT_DAYS, MOST_SHIFT_DAYS
from breastdce.run.private_map import (
    PrivateMap,
    alone_with,
    read_private_map,
    write_private_map,
)
from tests.killed_writer import die_writing

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
shifts = st.integers(LEAST_SHIFT_DAYS, MOST_SHIFT_DAYS)
NAMED, DATED = "patient_id\tparticipant\n", "patient_id\tparticipant\tshift_days\n"


@given(named=st.sets(texts), dated=st.dictionaries(texts, shifts))
def test_round_trip_whatever_the_ids_hold(named, dated, tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.tsv"
    names = {patient: f"{n:04d}" for n, patient in enumerate(sorted(named))}
    write_private_map(path, PrivateMap(names, dated))
    assert read_private_map(path) == PrivateMap(names, dated)


def test_no_file_is_no_names(tmp_path):
    assert read_private_map(tmp_path / "none.tsv") == PrivateMap()


def test_file_without_shifts_has_two_columns_as_it_always_had(tmp_path):
    path = tmp_path / "names.tsv"
    write_private_map(path, PrivateMap({"a": "0001"}))
    assert path.read_text() == f"{NAMED}a\t0001\n"


def test_shift_is_kept_beside_the_pseudonym_and_for_who_has_none(tmp_path):
    path = tmp_path / "names.tsv"
    write_private_map(path, PrivateMap({"a": "0001", "c": "0002"}, {"a": 55_000, "b": 56_000}))
    assert path.read_text() == f"{DATED}a\t0001\t55000\nb\t\t56000\nc\t0002\t\n"


def test_file_is_its_owners_alone_even_while_it_is_written(tmp_path):
    path = tmp_path / "names.tsv"
    write_private_map(path, PrivateMap({"a": "0001"}))
    assert [mode_of(path), mode_of(die_writing(path, private=True))] == [0o600, 0o600]


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_shift_is_drawn_once_a_patient():
    drawn = iter([55_000, 56_000])
    first = PrivateMap().with_shifts(["b"], lambda: next(drawn))
    second = first.with_shifts(["a", "b"], lambda: next(drawn))
    assert second.shift_days == {"b": 55_000, "a": 56_000}


def test_runs_of_one_map_wait_for_each_other(tmp_path):
    done = threading.Event()

    def other():
        with alone_with(tmp_path / "names.tsv"):
            done.set()

    thread = threading.Thread(target=other)
    with alone_with(tmp_path / "names.tsv"):
        thread.start()
        assert not done.wait(0.2)
    thread.join()
    assert done.is_set()


def test_place_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="OUTPUT_UNWRITABLE"), alone_with(tmp_path / "file" / "x"):
        pass


def test_a_file_too_large_to_be_a_map_is_not_read(tmp_path):
    path = tmp_path / "names.tsv"
    with path.open("wb") as file:
        file.truncate(17 << 20)
    with pytest.raises(CallError, match="more than 16777216 bytes"):
        read_private_map(path)


@pytest.mark.parametrize(
    "text",
    [
        "who\twhat\na\t1\n",
        f"{NAMED}a\n",
        f"{NAMED}a\t1\nb\t1\n",
        f"{NAMED}a\t1\na\t2\n",
        f"{NAMED}a\t../../1\n",
        f"{NAMED}a\t\n",
        f"{DATED}a\t1\n",
        f"{DATED}a\t1\t0\n",
        f"{DATED}a\t1\t-55000\n",
        f"{DATED}a\t1\t55000.0\n",
        f"{DATED}a\t1\t\N{ARABIC-INDIC DIGIT FIVE}5000\n",
        f"{DATED}a\t1\t99999\n",
        f"{DATED}a\t\t\n",
        f"{DATED}a\t1\t55000\na\t\t55000\n",
    ],
)
def test_file_of_another_kind_is_a_wrong_call(tmp_path, text):
    path = tmp_path / "names.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError):
        read_private_map(path)


@given(
    content=st.binary(max_size=200), headed=st.sampled_from([b"", NAMED.encode(), DATED.encode()])
)
def test_any_bytes_are_a_map_or_a_wrong_call(content, headed, tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.tsv"
    path.write_bytes(headed + content)
    try:
        known = read_private_map(path)
    except CallError:
        return
    assert all(LEAST_SHIFT_DAYS <= days <= MOST_SHIFT_DAYS for days in known.shift_days.values())


def test_refusal_quotes_nobody(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text(f"{DATED}DOE^JANE\t1\t0\n", encoding="utf-8")
    with pytest.raises(CallError) as caught:
        read_private_map(path)
    assert "DOE" not in str(caught.value)
