"""A program that is killed in the middle of its work, many times: see test_killed.py.

    killed.py OUT append|sign|accept KILLS

Each time a child process opens the room and does the one thing; a profiler counts what Python
does in it and kills the process, by SIGKILL, at a chosen event: the points are spread evenly over
the deed and a little beyond, every third over the opening of the room too. After each kill a line
says so, and the next waits for a line.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.review.changes import between
from breastdce.review.revision import Reader, Role
from breastdce.run.review.room import ReviewRoom

EXAM = ExamId("0001", "T0")
ANNA, JUDGE = Reader("Anna", Role.READER), Reader("Judge", Role.ADJUDICATOR)


def append(room: ReviewRoom) -> None:
    """Turn the voxel whose number is that of the change."""
    draft = room.open_draft(EXAM, ANNA)
    mask = draft.mask.copy(order="F")
    flat = mask.reshape(-1, order="F")
    at = (draft.sequence + 1) % flat.size
    flat[at] = not flat[at]
    room.append(EXAM, ANNA, draft.parent, draft.sequence, between(draft.mask, mask))


def sign(room: ReviewRoom) -> None:
    draft = room.open_draft(EXAM, ANNA)
    room.sign(EXAM, ANNA, draft.parent, draft.sequence, "", 1.0)


def accept(room: ReviewRoom) -> None:
    room.accept(EXAM, room.revisions(EXAM, JUDGE)[-1].number, JUDGE)


def prepare(out: Path, deed: str) -> None:
    """A new draft with three strokes; to be accepted, a revision of it."""
    with ReviewRoom(out) as room:
        if any(one.reader == ANNA.name for one in room.revisions(EXAM, JUDGE)):
            room.send_back(EXAM, ANNA.name, JUDGE, "")
        old = room.open_draft(EXAM, ANNA)
        room.discard(EXAM, ANNA, old.parent, old.sequence)
        for _ in range(3):
            append(room)
        if deed == "accept":
            sign(room)


DEEDS = {"append": append, "sign": sign, "accept": accept}


class Countdown:
    """Kills this process at the n-th call or return of a function, Python's or C's."""

    def __init__(self, events: int) -> None:
        self.left = events

    def __call__(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def child(out: Path, deed: str, share: float, *, opening: bool) -> int:
    """Do it in a process that dies after a share of the events; its status.

    With `opening` the events of opening the room count too. Past the end it dies idle.
    """
    pid = os.fork()
    if pid == 0:
        countdown = Countdown(int(share * length_of[opening]))
        if opening:
            sys.setprofile(countdown)
        room = ReviewRoom(out)
        sys.setprofile(countdown)
        DEEDS[deed](room)
        while True:
            room.readers()
    return os.waitpid(pid, 0)[1]


length_of: dict[bool, int] = {}
"""Events of the deed, and of opening the room and the deed."""


def measure(out: Path, deed: str) -> None:
    """Count the events undisturbed; loads on the way what the children then have in memory."""
    for _ in range(2):
        prepare(out, deed)
        countdown = Countdown(-1)
        sys.setprofile(countdown)
        room = ReviewRoom(out)
        opened = countdown.left
        DEEDS[deed](room)
        sys.setprofile(None)
        room.close()
        length_of[True], length_of[False] = -1 - countdown.left, opened - countdown.left
    prepare(out, deed)


def main() -> None:
    out, deed, kills = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    measure(out, deed)
    for number in range(kills):
        share = 1.3 * (number + 1) / kills
        status = child(out, deed, share, opening=number % 3 == 0)
        print(f"{number} {status}", flush=True)
        sys.stdin.readline()  # the test looks at the files meanwhile
        prepare(out, deed)
        print("prepared", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
