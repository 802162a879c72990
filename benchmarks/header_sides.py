"""One side of the header benchmark, as a process of its own.

    python benchmarks/header_sides.py SIDE LIST [--jobs 2]

LIST is a text file of paths, one a line, of whole folders. The last line is a JSON object: files,
wall and CPU time of the scan (workers from their start to their end; what this process imports is
not on the clock), and the largest resident memory of this process and of one worker.

Every side has the same pool and the same chunks but gdcm, each process of which has its share of
the list at once, since that is how it scans fastest.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from breastdce.core.workers import in_order, worker_pool

Paths = Sequence[str]
CHUNK = 250
AHEAD = 4
FIRST_BYTES = 16384
_LOOK_S = 0.1


def ours(paths: Paths, jobs: int) -> int:
    """Scan as `inventory` does, and count the records that come back."""
    from breastdce.ingest.inventory import scan_files

    return sum(record.header is not None for record in scan_files(paths, jobs=jobs))


def inventory(paths: Paths, jobs: int) -> int:
    """Find, scan and resolve copies: the whole of it, every record kept."""
    from breastdce.ingest.inventory import inventory as whole

    folders = sorted({Path(path).parent for path in paths})
    return len(whole(folders, jobs=jobs))


def pydicom_fields(paths: Paths) -> int:
    """Read up to the pixels and get the value of each element that ours reads."""
    from header_fields import KEYWORDS, PRIVATE
    from pydicom import dcmread

    for path in paths:
        data = dcmread(path, stop_before_pixels=True)
        for word in KEYWORDS:
            data.get(word)
        for group, _, element, _ in PRIVATE.values():
            data.get((group, 0x1000 | element))
    return len(paths)


def pydicom_alone(paths: Paths) -> int:
    """Read up to the pixels and look at nothing."""
    from pydicom import dcmread

    for path in paths:
        dcmread(path, stop_before_pixels=True)
    return len(paths)


def pydicom_specific(paths: Paths) -> int:
    """Read only the elements that ours reads, and get their values."""
    from header_fields import KEYWORDS
    from pydicom import dcmread

    words = list(KEYWORDS)
    for path in paths:
        data = dcmread(path, stop_before_pixels=True, specific_tags=words)
        for word in KEYWORDS:
            data.get(word)
    return len(paths)


def gdcm_scanner(paths: Paths) -> int:
    """Scan the same elements with gdcm.Scanner."""
    import gdcm
    from header_fields import KEYWORDS, PRIVATE
    from pydicom.datadict import tag_for_keyword

    scanner = gdcm.Scanner()
    tags = [tag_for_keyword(word) or 0 for word in KEYWORDS]
    tags += [group << 16 | 0x1000 | element for group, _, element, _ in PRIVATE.values()]
    for tag in tags:
        scanner.AddTag(gdcm.Tag(tag >> 16, tag & 0xFFFF))
    scanner.Scan(list(paths))
    return sum(scanner.IsKey(path) for path in paths)


def open_alone(paths: Paths) -> int:
    """Open, read the first 16 kB, close: what no scan can do without."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.read(descriptor, FIRST_BYTES)
        os.close(descriptor)
    return len(paths)


def _chunked(work: Callable[[Paths], int]) -> Callable[[Paths, int], int]:
    def side(paths: Paths, jobs: int) -> int:
        chunks = [paths[first : first + CHUNK] for first in range(0, len(paths), CHUNK)]
        with worker_pool(jobs) as pool:
            return sum(in_order(pool, work, chunks, ahead=AHEAD * jobs))

    return side


def _shared(work: Callable[[Paths], int]) -> Callable[[Paths, int], int]:
    def side(paths: Paths, jobs: int) -> int:
        shares = [paths[number::jobs] for number in range(jobs)]
        with worker_pool(jobs) as pool:
            return sum(pool.map(work, shares))

    return side


SIDES: dict[str, Callable[[Paths, int], int]] = {
    "ours": ours,
    "inventory": inventory,
    "pydicom": _chunked(pydicom_fields),
    "pydicom alone": _chunked(pydicom_alone),
    "pydicom specific": _chunked(pydicom_specific),
    "gdcm": _shared(gdcm_scanner),
    "open": _chunked(open_alone),
}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak_mib(process: int | str) -> float:
    """Largest resident memory of a process since its program started; 0 when it is gone.

    What getrusage gives would start at the size of the process that started it.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = (line.split() for line in status.splitlines())
    return next((int(words[1]) / 1024 for words in lines if words[:1] == ["VmHWM:"]), 0.0)


class Watch(threading.Thread):
    """Looks at the memory of the workers as long as they are there."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0

    def run(self) -> None:
        """Look ten times a second."""
        while True:
            for worker in multiprocessing.active_children():
                self.peak_mib = max(self.peak_mib, _peak_mib(worker.pid or 0))
            time.sleep(_LOOK_S)


def main() -> None:
    """Run one side."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("list", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    paths = args.list.read_text(encoding="utf-8").splitlines()
    side = SIDES[args.side]
    import breastdce.ingest.inventory  # noqa: F401 - not on the clock, as for the others

    watch = Watch()
    watch.start()
    cpu, wall = _cpu(), time.perf_counter()
    files = side(paths, args.jobs)
    print(
        json.dumps(
            {
                "files": files,
                "wall_s": time.perf_counter() - wall,
                "cpu_s": _cpu() - cpu,
                "peak_mib": _peak_mib("self"),
                "worker_mib": watch.peak_mib,
            }
        )
    )


if __name__ == "__main__":
    main()
