"""A process that is killed between the phases of a write: the content is there, the name is not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from breastdce.formats.atomic import UNFINISHED

_PROGRAM = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv[1])
def die(event, _):
    global left
    left -= event == "os.rename"
    if left == 0 and event == "os.rename":
        os.killpg(0, signal.SIGKILL)
sys.addaudithook(die)
"""
_WRITE = """
from breastdce.formats.atomic import write_bytes
write_bytes(Path(sys.argv[2]), b"half", private="private" in sys.argv[3:])
"""
_MAIN = """
from breastdce.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def die_writing(path: Path, *, private: bool = False) -> Path:
    """Be killed while a file is written; what is left of it."""
    before = set(path.parent.glob(f"{UNFINISHED}*"))
    assert _call(_WRITE, 1, path, *["private"] * private) == -signal.SIGKILL
    (stray,) = set(path.parent.glob(f"{UNFINISHED}*")) - before
    return stray


def die_at_rename(number: int, *words: object) -> int:
    """Run a command that is killed before it gives a name to its n-th file; its exit status."""
    return _call(_MAIN, number, *words)


def _call(what: str, number: int, *words: object) -> int:
    call = [sys.executable, "-c", _PROGRAM + what, str(number), *map(str, words)]
    return subprocess.run(call, capture_output=True, start_new_session=True, check=False).returncode
