"""Count the files of which a scanned field is not what pydicom reads.

    python benchmarks/header_check.py LIST

LIST is a text file of paths, one a line. Files that differ are named; the last line is how many.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from header_fields import differences
from pydicom import dcmread

from breastdce.core.workers import in_order, worker_pool
from breastdce.formats.dicom.read import scan_file

JOBS = 2
CHUNK = 250


def wrong(paths: Sequence[str]) -> list[str]:
    """Name the files that differ, and their fields; what is no image is wrong too."""
    found = []
    for path in paths:
        record = scan_file(path)
        fields = differences(record, dcmread(path, stop_before_pixels=True))
        if fields or record.header is None:
            found.append(f"{path}: {record.code} {', '.join(fields)}")
    return found


def main() -> None:
    """Compare every file of a list."""
    paths = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    chunks = [paths[first : first + CHUNK] for first in range(0, len(paths), CHUNK)]
    with worker_pool(JOBS) as pool:
        found = [line for lines in in_order(pool, wrong, chunks, ahead=2 * JOBS) for line in lines]
    print("\n".join([*found, str(len(found))]))


if __name__ == "__main__":
    main()
