"""Locks between real processes: one writes, the other is told who; the dead hold nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError
from breastdce.run.lock import SILENT_S, locked

HOLD = """
import sys
from pathlib import Path
from breastdce.run.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "locks" / "sub-1_ses-1"


@pytest.fixture
def holder(path):
    """Another process that holds the lock until it is told, or killed."""
    call = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def refused(path, **how) -> StoreError:
    with pytest.raises(StoreError) as caught, locked(path, **how):
        pass
    return caught.value


def test_who_does_not_wait_is_told_which_process_has_it(path, holder):
    error = refused(path, wait=False)
    assert error.code is ErrorCode.OUTPUT_BUSY
    assert f"process {holder.pid} on " in str(error.evidence["held by"])


def test_a_holder_that_never_lets_go_is_not_waited_for_for_ever(path, holder):
    error = refused(path, patience_s=0.05)
    assert error.code is ErrorCode.OUTPUT_BUSY
    assert str(holder.pid) in str(error.evidence["held by"])


def test_who_waits_goes_on_when_the_other_is_done(path, holder):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE)
    with process:
        holder.communicate("\n", timeout=60)
        process.communicate(b"\n", timeout=60)
    assert process.returncode == 0


def test_a_long_wait_is_told_of_once(path, holder, caplog):
    refused(path, patience_s=SILENT_S / 2)
    assert not caplog.records
    refused(path, patience_s=2 * SILENT_S)
    (record,) = caplog.records
    assert record.getMessage().startswith(
        f"{path.name} is in use, waiting for process {holder.pid}"
    )


def test_a_killed_holder_blocks_nobody(path, holder):
    holder.kill()
    holder.wait()
    with locked(path, wait=False):
        assert "process" in path.read_text()
    assert path.read_text() == ""


def test_a_place_that_cannot_be_locked_is_an_error_of_the_output(tmp_path):
    (tmp_path / "lock").mkdir()
    assert refused(tmp_path / "lock").code is ErrorCode.OUTPUT_UNWRITABLE
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file" / "lock").code is ErrorCode.OUTPUT_UNWRITABLE
