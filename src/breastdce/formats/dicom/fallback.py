"""Let pydicom read the header that our own walk does not understand.

It takes, as real files need, an element without value representation in an explicit data set for an
implicit one, and two unknown capitals for a value representation with a short length.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from breastdce.formats.dicom.encoding import KEEP_BYTES, TOO_LONG, UNDEFINED

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement, RawDataElement

HEAD_BYTES = 1 << 20
"""No more of a file is handed over: what is broken must cost neither much time nor memory."""


class Before(NamedTuple):
    """What stands before the pixels."""

    values: dict[int, bytes]
    """Tag to raw value, for values up to 1 kB."""
    sequences: dict[int, tuple[int, int]]
    """Tag to the offset of the first item and the length as stated."""
    end: int
    """Where pydicom stopped: at the pixels, if there are any."""


def read_with_pydicom(head: bytes) -> Before | None:
    """Read the beginning of a file up to its pixels; None where pydicom does not get there."""
    from pydicom import dcmread  # late: hardly any file needs it

    from breastdce.formats.dicom.quiet import PARSING_ERRORS

    file = BytesIO(head)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whatever is odd about such a file
            data = dcmread(file, stop_before_pixels=True, force=True, defer_size=KEEP_BYTES)
    except PARSING_ERRORS:
        return None
    found = Before({}, {}, file.tell())
    for element in data.values():
        _keep(found, element)
    return found


def _keep(found: Before, element: DataElement | RawDataElement) -> None:
    tag, value = int(element.tag), element.value
    if isinstance(value, bytes) and element.VR != "SQ":
        found.values[tag] = value if len(value) <= KEEP_BYTES else TOO_LONG
    elif not isinstance(element, tuple):  # a sequence without stated length: parsed already
        found.sequences[tag] = (element.file_tell or 0, UNDEFINED)
    elif element.VR == "SQ":
        found.sequences[tag] = (element.value_tell, element.length)
    else:  # put off, since it is longer than is kept
        found.values[tag] = TOO_LONG
