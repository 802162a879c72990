"""Regions and thresholds of one's own, from a table: where FTV is measured, exam by exam.

A TSV file, one row a region, columns in any order:

    exam_id  kind  first_i first_j first_k  last_i last_j last_k
    and, where wanted, background  pe_percent  min_neighbors (taken from the exam's `voi` row)
    axis  vertices  (for kind omit-polygon: "a,b; a,b; a,b")

`kind` is voi, omit or omit-polygon; rows of kind proposal (what else the program proposed) are
passed over. Indices count from 0 along i (column), j (row) and k (slice,
increasing along row x column direction) of the native grid; first and last are inside.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.exam import Box, Polygon, Region, VoiSource

PROPOSAL = "proposal"
_KINDS = ("voi", "omit", "omit-polygon")
_PLANE_AXES = {0: (1, 2), 1: (0, 2), 2: (0, 1)}
_MOST_BYTES = 16 << 20
_MOST = 2**31  # beyond any index, and any unit of signal
Row = Mapping[str, str]


def read_regions(path: Path) -> dict[str, Region]:
    """Read a table of regions; exam name to region.

    Raises
    ------
    CallError
        CALL_INVALID with the line and what is wrong there.
    """
    found: dict[str, Region] = {}
    for line, row in enumerate(_rows(path), start=2):
        try:
            exam = row["exam_id"]
            if row["kind"] == PROPOSAL:
                continue
            found[exam] = _add(found.get(exam, Region(source=VoiSource.TABLE)), row)
        except (KeyError, ValueError) as error:
            raise _wrong(path, f"line {line}: {_words(error)}") from error
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _wrong(path, f"more than {_MOST_BYTES} bytes")
        with path.open(encoding="utf-8", newline="") as file:
            return [_clean(row) for row in csv.DictReader(file, delimiter="\t")]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(path, str(error)) from error


def _clean(row: Mapping[str | None, str | None]) -> dict[str, str]:
    """Leave out what is blank or n/a, so that a missing cell and a missing column are one."""
    pairs = ((key, (value or "").strip()) for key, value in row.items() if key is not None)
    return {key.strip(): value for key, value in pairs if value not in ("", "n/a")}


def _add(region: Region, row: Row) -> Region:
    kind = row["kind"]
    if kind not in _KINDS:
        raise ValueError(f"kind is {kind!r}, not one of {', '.join(_KINDS)}")
    if kind != "voi":
        shape = _box(row) if kind == "omit" else _polygon(row)
        return _replace(region, omit=(*region.omit, shape))
    if region.voi is not None:
        raise ValueError("a second voi for the same exam")
    return _replace(
        region,
        voi=_box(row),
        background=_whole(row["background"]) if "background" in row else None,
        pe_percent=_number(row["pe_percent"]) if "pe_percent" in row else None,
        min_neighbors=_whole(row["min_neighbors"]) if "min_neighbors" in row else None,
    )


def _replace(region: Region, **changes: object) -> Region:
    return msgspec.structs.replace(region, **changes)


def _box(row: Row) -> Box:
    first = (_whole(row["first_i"]), _whole(row["first_j"]), _whole(row["first_k"]))
    last = (_whole(row["last_i"]), _whole(row["last_j"]), _whole(row["last_k"]))
    if any(a > b for a, b in zip(first, last, strict=True)):
        raise ValueError(f"first {first} lies behind last {last}")
    return Box(first, last)


def _polygon(row: Row) -> Polygon:
    axis = _whole(row["axis"])
    if axis not in _PLANE_AXES:
        raise ValueError("axis must be 0, 1 or 2")
    vertices = [pair.split(",") for pair in row["vertices"].split(";") if pair.strip()]
    if len(vertices) < 3:
        raise ValueError("a polygon needs three vertices")
    name = "ijk"[axis]
    return Polygon(
        axis=axis,
        plane_axes=_PLANE_AXES[axis],
        vertices=tuple((_number(a), _number(b)) for a, b in vertices),
        first=_whole(row[f"first_{name}"]),
        last=_whole(row[f"last_{name}"]),
    )


def _whole(text: str) -> int:
    number = int(text)
    if not -_MOST < number < _MOST:
        raise ValueError(f"a number of {len(text)} digits")
    return number


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not a number")
    return number


def _words(error: Exception) -> str:
    return f"column {error} is missing" if isinstance(error, KeyError) else str(error)


def _wrong(path: Path, why: str) -> CallError:
    return CallError(
        ErrorCode.CALL_INVALID,
        "The table of regions cannot be used",
        evidence={"file": str(path), "why": why},
        remedy="docs/regions.md has the columns and an example.",
    )
