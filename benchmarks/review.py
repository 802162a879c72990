"""What the room costs a reader: strokes, signing, opening; CPU time, one thread.

    python benchmarks/review.py DATASET [--strokes 400]

DATASET is a data set that `breastdce run` made; a copy of what the room reads of its first exam is
worked on, so it is not changed. Strokes are balls of 5 mm radius at random places of the mask's
surface, drawn and taken away. Times are medians of the CPU time (user and system) of this process
in ms, and the time that passed beside it: it holds the waits for the disk.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.review.changes import apply, between
from breastdce.review.revision import Reader, Role
from breastdce.run.review.room import ReviewRoom

ANNA = Reader("Anna", Role.ADMIN)
_RADIUS = 5


def timed(times: dict[str, list[tuple[float, float]]], name: str, work: Callable[[], Any]) -> Any:
    """Do it, and note CPU and wall time in ms."""
    cpu, wall = time.process_time(), time.perf_counter()
    value = work()
    spent = (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3
    times.setdefault(name, []).append(spent)
    return value


def ball(mask: NDArray[np.bool_], center: NDArray[np.int64], *, value: bool) -> NDArray[np.bool_]:
    """The mask after a stroke."""
    new = mask.copy(order="F")
    first = np.maximum(center - _RADIUS, 0)
    last = np.minimum(center + _RADIUS + 1, mask.shape)
    part = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    axes = np.ogrid[part]
    distance = sum((axis - at) ** 2 for axis, at in zip(axes, center, strict=True))
    new[part][distance <= _RADIUS**2] = value
    return new


def copied(source: Path, folder: Path) -> tuple[Path, ExamId]:
    """The first exam of a data set, with the table."""
    exam = layout.exam_of(layout.exam_folders(source)[0])
    out = folder / "out"
    shutil.copytree(layout.exam_folder(source, exam), layout.exam_folder(out, exam))
    shutil.copy(layout.exams(source), layout.exams(out))
    return out, exam


def session(out: Path, exam: ExamId, strokes: int) -> dict[str, list[tuple[float, float]]]:
    """A reader's session."""
    times: dict[str, list[tuple[float, float]]] = {}
    random = np.random.default_rng(15)
    room = timed(times, "open the room", lambda: ReviewRoom(out))
    timed(times, "case", lambda: room.case(exam, ANNA))
    for _ in range(5):
        timed(times, "image, 16 bits", lambda: room.volume(exam, "post1"))
    draft = timed(times, "begin a draft", lambda: room.open_draft(exam, ANNA))
    mask, number = draft.mask, draft.sequence
    places = np.argwhere(mask) if mask.any() else np.array([[n // 2 for n in mask.shape]])
    for count in range(strokes):
        new = ball(mask, random.choice(places), value=count % 3 != 2)
        change = between(mask, new)
        save = partial(room.append, exam, ANNA, draft.parent, number, change)
        number = timed(times, "a stroke", save)
        mask = apply(mask, change)
    timed(times, "delta", lambda: room.delta(exam, ANNA))
    room.close()
    room = timed(times, "open the room again", lambda: ReviewRoom(out))
    timed(times, f"draft of {strokes} strokes again", lambda: room.open_draft(exam, ANNA))
    signed = timed(times, "sign", lambda: room.sign(exam, ANNA, draft.parent, number, "", 1.0))
    timed(times, "accept", lambda: room.accept(exam, signed.number, ANNA))
    room.close()
    return times


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--strokes", type=int, default=400)
    args = parser.parse_args()
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder:
        out, exam = copied(args.dataset, Path(folder))
        with ReviewRoom(out) as room:
            print(f"{exam}, {' x '.join(map(str, room.grid(exam).shape))} voxels")
        times = session(out, exam, args.strokes)
    for name, spent in times.items():
        cpu, wall = (statistics.median(column) for column in zip(*spent, strict=True))
        print(f"{name:32} {cpu:8.2f} ms CPU {wall:8.2f} ms wall  (n {len(spent)})")


if __name__ == "__main__":
    main()
