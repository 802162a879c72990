"""A breastdce command as a process group that can be killed whole, at a chosen moment.

The child is a fork of this process, which has loaded the program once; workers that the command
starts are of its group. The moment is counted in CPU time of the group's processes, or in files
that get their name: Python tells an audit hook of every rename before it is done.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from breastdce.cli.main import main

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_LOOK_S = 0.01


class Child:
    """A command that runs, in a process group of its own.

    Parameters
    ----------
    words
        Of the command line.
    rename
        Number, from 1, of the rename at which it kills itself; 0 for none.
    after
        Whether it does so at the next event after that rename, and not before it.
    """

    def __init__(self, words: Sequence[str], *, rename: int = 0, after: bool = False) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            _quiet()
            if rename:
                sys.addaudithook(_Countdown(rename, after=after))
            _end(_status(words))
        self.status: int | None = None

    def killed_at(self, moment_s: float) -> bool:
        """Kill the group when it has used so much CPU time; whether it came to that."""
        while self.status is None:
            if cpu_s(self.pid) >= moment_s:
                os.killpg(self.pid, signal.SIGKILL)
                return self.wait() == -signal.SIGKILL
            time.sleep(_LOOK_S)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return False

    def wait(self) -> int:
        """Wait for its end; the exit status, or minus the signal."""
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status


def cpu_of(words: Sequence[str]) -> float:
    """CPU time of a command that is let to its end, in seconds."""
    child = Child(words)
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{words[0]} ended with {status}")
    return used.ru_utime + used.ru_stime


def renames_of(words: Sequence[str]) -> int:
    """How many files a command gives a name to in its own process."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        _quiet()
        countdown = _Countdown(0)
        sys.addaudithook(countdown)
        status = _status(words)
        os.write(write, str(-countdown.left).encode())
        _end(status)
    os.close(write)
    with os.fdopen(read) as told:
        found = int(told.read())
    os.waitpid(pid, 0)
    return found


class _Countdown:
    """Kills the group of this process at a rename, or just after it."""

    def __init__(self, renames: int, *, after: bool = False) -> None:
        self.left = renames
        self._after = after

    def __call__(self, event: str, _: tuple[object, ...]) -> None:
        if self._after and self.left == 0:
            os.killpg(0, signal.SIGKILL)
        if event == "os.rename":
            self.left -= 1
            if self.left == 0 and not self._after:
                os.killpg(0, signal.SIGKILL)


def _status(words: Sequence[str]) -> int:
    try:
        return main(words)
    except SystemExit as end:
        return int(end.code or 0)


def _end(status: int) -> None:
    sys.stdout.flush()
    os._exit(status)


def _quiet() -> None:
    """Say nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def cpu_s(pid: int) -> float:
    """CPU time of a process, of those it started, and of those that have ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    except OSError:
        return 0.0  # it has ended since
    # After the name, which may hold anything: state is field 3, utime to cstime are 14 to 17.
    fields = stat.rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) * _TICK_S
    return own + sum(cpu_s(int(child)) for child in children.split())
