"""A broken promise of the data set: which, where, what was seen, what to do."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec


class Promise(StrEnum):
    """The promises that a data set makes; the value is the short name that is printed."""

    FILES = "files"
    """Files of the layout exist and nothing else does."""
    READABLE = "readable"
    """Every file can be read as what it is."""
    GRID = "grid"
    """Images and masks of an exam share their grid."""
    GEOMETRY = "geometry"
    """Sform equals qform (as near as a quaternion can say), both with code 1, in millimeters."""
    TYPES = "types"
    """Images are stored in the type that the layout says."""
    MASKS = "masks"
    """Masks hold 0 and 1."""
    ZSCORE = "zscore"
    """Prepared images have pooled mean 0 and standard deviation 1."""
    PRIVACY = "privacy"
    """No date, name, UID or free text of the source anywhere."""
    TABLES = "tables"
    """Every table matches its dictionary, both ways."""
    EXAMS = "exams"
    """Tables, folders and files agree about exams."""
    CODES = "codes"
    """Caveats and reasons are from the closed list."""
    CHECKSUMS = "checksums"
    """Files are those that provenance names."""
    REVIEW = "review"
    """The ledger of revisions is as it was written, and expert masks are what it says."""
    CARD = "card"
    """Card, metadata and the list of checksums are those of the tables and files."""


_REMEDIES = {
    Promise.REVIEW: "Put a copy of OUT/review back; docs/review.md says what each finding means.",
    Promise.FILES: "Run again to make what is missing; remove what is not part of the data set.",
    Promise.PRIVACY: "Remove it before the data set leaves the house, then run again.",
    Promise.CARD: "`breastdce report` makes the card anew; words of your own go into dataset.toml, "
    "and a README.md or CITATION.cff that was edited is kept until you delete it.",
    Promise.CHECKSUMS: "Run again; a mask is revised with `breastdce review`, not in place.",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One departure from a promise."""

    promise: Promise
    path: str
    """Relative to the data set's folder."""
    what: str
    evidence: str
    remedy: str


def problem(
    root: Path,
    path: Path,
    promise: Promise,
    what: str,
    evidence: object,
    *,
    remedy: str | None = None,
) -> Problem:
    """Make a problem of one file of the data set under `root`; the remedy is else its promise's."""
    return Problem(
        promise=promise,
        path=path.relative_to(root).as_posix(),
        what=what,
        evidence=str(evidence),
        remedy=remedy or _REMEDIES.get(promise, "Run again; the file is made anew."),
    )
