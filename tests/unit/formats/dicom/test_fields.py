"""Values that a type does not allow are None or mended, and leave a note."""

from __future__ import annotations

import pytest

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.fields import Fields

TAG = 0x00200013


def fields(value: bytes, *, little: bool = True) -> Fields:
    return Fields({TAG: value}, little)


def noted(found: Fields) -> bool:
    return found.notes == {FileNote.VR_BAD}


@pytest.mark.parametrize(
    ("value", "number"), [(b"12 ", 12), (b"-7", -7), (b"+3\0", 3), (b"12.0", 12), (b"", None)]
)
def test_integer_strings_are_read(value, number):
    found = fields(value)
    assert found.integer(TAG) == number
    assert not found.notes


@pytest.mark.parametrize("value", [b"12A", b"1.5", b"4294967296", b"1e400", b"nan", b"\xd9\xa3"])
def test_what_is_no_integer_is_noted(value):
    found = fields(value)
    assert found.integer(TAG) is None
    assert noted(found)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (b"1025", "1025"),
        (b"102551.5 ", "102551.5"),
        (b"235960", "235960"),
        (b"10", "10"),
        (b"", None),
    ],
)
def test_times_are_kept_as_they_are(value, time):
    found = fields(value)
    assert found.time(TAG) == time
    assert not found.notes


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (b"10:25:51.5", "102551.5"),
        (b"10:25", "1025"),
        (b"25:00:00", None),
        (b"991200", None),
        (b"106000", None),
        (b"noon", None),
    ],
)
def test_odd_times_are_mended_or_dropped_with_a_note(value, time):
    found = fields(value)
    assert found.time(TAG) == time
    assert noted(found)


@pytest.mark.parametrize(("value", "date"), [(b"2004.01.19", "20040119"), (b"2004/01/19", None)])
def test_odd_dates_are_mended_or_dropped_with_a_note(value, date):
    found = fields(value)
    assert found.date(TAG) == date
    assert noted(found)


@pytest.mark.parametrize("value", [b"0,5\\0,5", b"1\\nan", b"1\\inf", b"1\\x"])
def test_no_number_of_a_list_with_a_bad_one_is_used(value):
    found = fields(value)
    assert found.decimals(TAG, 2) is None
    assert noted(found)


def test_list_of_another_length_is_none():
    assert fields(b"1\\2\\3").decimals(TAG, 2) is None


def test_byte_order_is_the_files():
    assert fields(b"\x01\x02", little=False).unsigned(TAG) == 258
    assert fields(b"\xff\xfe").short(TAG) == -257


def test_private_block_is_found_by_its_creator():
    values = {0x00190010: b"OTHER", 0x00190042: b"GEMS_ACQU_01 "}
    found = Fields(values, little=True)
    assert found.private(0x0019, "GEMS_ACQU_01", 0x5A) == 0x0019425A
    assert found.private(0x0021, "GEMS_ACQU_01", 0x5A) is None
