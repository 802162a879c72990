"""What was met before is known again, and nothing else is."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest

from breastdce.formats.dicom.encoding import Cursor, Encoding
from breastdce.formats.dicom.repeats import Recall
from breastdce.formats.dicom.runs import Run

EXPLICIT, IMPLICIT = (Encoding(explicit=e, little=True) for e in (True, False))
BIG = Encoding(explicit=True, little=False)
TEXTS = {0x00080020 + number: b"word%04d" % number for number in range(30)}


def header(texts, *, explicit=True) -> bytes:
    parts = []
    for tag, text in texts.items():
        length = struct.pack("<2sH", b"LO", len(text)) if explicit else struct.pack("<I", len(text))
        parts.append(struct.pack("<HH", tag >> 16, tag & 0xFFFF) + length + text)
    return b"".join(parts) + bytes(16)  # zeros are no element: a run ends before them


def run(recall, data, encoding=EXPLICIT):
    """Values that a run finds, the steps that it needed, and where it ended."""
    taken = Run(Cursor(BytesIO(data), len(data)), encoding, recall, 8, 8, {}, {})
    end = taken.take(0)
    taken.finish()
    return taken.values, taken.steps, end


@pytest.mark.parametrize("encoding", [EXPLICIT, IMPLICIT], ids=["explicit", "implicit"])
def test_third_like_header_is_one_step(encoding):
    recall = Recall()
    data = header(TEXTS, explicit=encoding.explicit)
    found = [run(recall, data, encoding) for _ in range(4)]
    assert [values for values, _, _ in found] == [TEXTS] * 4
    assert [end for _, _, end in found] == [len(data) - 16] * 4
    # The first is only counted; two are compared.
    assert [steps for _, steps, _ in found] == [30, 30, 30, 1]


def test_value_that_changes_costs_one_step_more():
    recall = Recall()
    for number in range(3):
        run(recall, header(TEXTS | {0x0008002F: b"other%03d" % number}))
    texts = TEXTS | {0x0008002F: b"another "}
    assert run(recall, header(texts))[:2] == (texts, 3)  # a piece, the value, a piece


def test_piece_is_broken_where_it_proves_to_change():
    recall = Recall()
    for _ in range(3):
        run(recall, header(TEXTS))
    texts = TEXTS | {0x0008002F: b"changed "}
    first = run(recall, header(texts))
    second = run(recall, header(texts | {0x0008002F: b"again   "}))
    assert first[:2] == (texts, 17)  # the value, what stands before it, and a piece behind
    assert second[1] == 3


def test_shorter_value_moves_what_follows_and_is_known_all_the_same():
    recall = Recall()
    for number in range(3):
        run(recall, header(TEXTS | {0x0008002F: b"%08d" % number}))
    texts = TEXTS | {0x0008002F: b"x "}
    assert run(recall, header(texts))[:2] == (texts, 3)


def test_same_bytes_inside_a_value_are_no_piece():
    recall = Recall()
    for _ in range(3):
        run(recall, header(TEXTS))
    texts = {0x00080001: header(TEXTS)}
    assert run(recall, header(texts))[:2] == (texts, 1)


def test_big_endian_is_left_to_the_walk():
    data = struct.pack(">HH2sH", 8, 0x20, b"LO", 2) + b"ab" + bytes(16)
    assert run(Recall(), data, BIG) == ({}, 0, 0)


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("breastdce.formats.dicom.repeats._MOST_PIECES", 5)
    recall = Recall()
    for number in range(400):  # every twenty headers have other elements
        first = 0x00080100 + number // 20 * 0x100
        run(recall, header({first + tag: b"word" for tag in range(30 + number // 20)}))
        assert sum(map(len, recall.pieces.values())) <= 5
    assert recall.pieces


def test_few_pieces_that_begin_alike_are_remembered():
    recall = Recall()
    for number in range(600):
        run(recall, header(dict.fromkeys(TEXTS, b"%08d" % (number // 20))))
    assert max(map(len, recall.pieces.values())) == 6
