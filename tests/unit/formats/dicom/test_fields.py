"""Values that a type does not allow are None or mended, and leave a note."""

from __future__ import annotations

import math
import struct

import pytest

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.encoding import KEEP_BYTES, TOO_LONG
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


@pytest.mark.parametrize("value", [struct.pack("<f", math.nan), struct.pack("<d", math.inf)])
def test_a_binary_number_that_is_none_is_noted(value):
    found = fields(value)
    assert found.binary(TAG) is None
    assert noted(found)


@pytest.mark.parametrize(
    ("value", "both", "is_good"),
    [
        (b"20040119123456.5+0100", ("20040119", "123456.5"), True),
        (b"20040119", ("20040119", None), True),
        (b"", (None, None), True),
        (b"200401191299", ("20040119", None), False),
        (b"2004-01-19", (None, None), False),
    ],
)
def test_what_is_no_date_and_time_is_noted(value, both, is_good):
    found = fields(value)
    assert found.date_time(TAG) == both
    assert noted(found) is not is_good


@pytest.mark.parametrize(
    "read",
    [
        *(Fields.text, Fields.texts, Fields.is_yes, Fields.decimal, Fields.integer, Fields.short),
        *(Fields.binary, Fields.unsigned, Fields.date, Fields.time, Fields.date_time),
        lambda found, tag: found.decimals(tag, 2),
    ],
)
def test_a_value_that_is_too_long_is_as_good_as_none_and_noted(read):
    longest = fields(b"1".ljust(KEEP_BYTES))
    assert longest.decimal(TAG) == 1
    assert not longest.notes
    found, absent = fields(b"1".ljust(KEEP_BYTES + 1)), Fields({}, little=True)
    assert read(found, TAG) == read(absent, TAG)
    assert noted(found)
    assert not absent.notes


def test_nothing_but_blanks_is_empty():
    assert fields(b"  \0").is_empty(TAG)
    assert Fields({}, little=True).is_empty(TAG)
    assert not fields(TOO_LONG).is_empty(TAG)
    assert not fields(b"1").is_empty(TAG)


def test_private_block_is_found_by_its_creator():
    values = {0x00190010: b"OTHER", 0x00190042: b"GEMS_ACQU_01 "}
    found = Fields(values, little=True)
    assert found.private(0x0019, "GEMS_ACQU_01", 0x5A) == 0x0019425A
    assert found.private(0x0021, "GEMS_ACQU_01", 0x5A) is None
