"""Whatever bytes a file holds, a scan gives one record and raises nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import FileCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.pixels import read_slices
from breastdce.formats.dicom.read import scan_file
from tests.unit.formats.dicom.made import dataset, enhanced, write

KINDS = ("explicit", "implicit", "enhanced", "enhanced_implicit", "enhanced_undefined")
SETTINGS = settings(max_examples=150, deadline=None)  # the disk's speed is not what is tested


@pytest.fixture(scope="module")
def genuine(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("genuine")
    made = {
        "explicit": dataset(),
        "implicit": dataset(implicit=True),
        "enhanced": enhanced(3),
        "enhanced_implicit": enhanced(3, implicit=True),
        "enhanced_undefined": enhanced(3, undefined=True),
    }
    return {kind: write(folder / kind, data).read_bytes() for kind, data in made.items()}


@pytest.fixture(scope="module")
def mutant(tmp_path_factory):
    return tmp_path_factory.mktemp("mutants") / "mutant"


def scan_and_read(path) -> None:
    record = scan_file(path)
    assert isinstance(record.code, FileCode)
    assert (record.header is not None) == (record.code is FileCode.OK)
    if record.header is not None:
        slices = [(path, frame.index) for frame in record.header.frames]
        try:
            pixels = read_slices(slices)
        except InputError:
            return
        assert pixels.data.shape == (record.header.columns, record.header.rows, len(slices))


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_mutations_never_raise(genuine, mutant, kind, data):
    content = bytearray(genuine[kind])
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        content[place] = value
    mutant.write_bytes(content)
    scan_and_read(mutant)


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_truncations_never_raise_and_never_pass(genuine, mutant, kind, data):
    content = genuine[kind]
    cut = data.draw(st.integers(0, len(content) - 1))
    mutant.write_bytes(content[:cut])
    assert scan_file(mutant).code is not FileCode.OK
    scan_and_read(mutant)


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_many_elements_at_once_give_what_one_at_a_time_gives(genuine, mutant, kind, data):
    content = bytearray(genuine[kind])
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=4)):
        content[place] = value
    mutant.write_bytes(content)
    assert_same_one_at_a_time(mutant)


def assert_same_one_at_a_time(mutant):
    at_once = scan_file(mutant)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("breastdce.formats.dicom.runs.Run.take", lambda _, offset: offset)
        assert scan_file(mutant) == at_once


def test_a_long_value_in_group_2_is_kept_by_neither_way(genuine, mutant):
    content = bytearray(genuine["enhanced_implicit"])
    content[165] = 4  # the SOP class is 1052 bytes long
    mutant.write_bytes(content)
    assert_same_one_at_a_time(mutant)


@SETTINGS
@given(content=st.binary(max_size=400), preamble=st.booleans())
def test_any_bytes_have_a_code(mutant, content, preamble):
    mutant.write_bytes((bytes(128) + b"DICM" if preamble else b"") + content)
    scan_and_read(mutant)
