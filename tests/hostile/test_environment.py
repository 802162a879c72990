"""What surrounds the files: odd things in the tree, files that change, disks that refuse."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from breastdce.core.codes import ErrorCode, ExamCode, FileCode
from breastdce.core.errors import StoreError
from breastdce.ingest.inventory import inventory
from breastdce.run.job import JobOptions, run_job
from tests.e2e.conftest import quiet
from tests.hostile.conftest import breastdce

pytestmark = pytest.mark.slow


@pytest.fixture
def tree(clean, tmp_path) -> Path:
    """A copy that may be written to."""
    return Path(shutil.copytree(clean, tmp_path / "in"))


def scan(root: Path) -> Any:
    done = breastdce("scan", root, "--json")
    assert done.returncode == 0
    return json.loads(done.stdout)


def test_pipes_sockets_devices_and_loops_are_told_and_harm_no_exam(tree):
    os.mkfifo(tree / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    here = os.open(tree, os.O_RDONLY)  # the address of a socket has to be short
    listener.bind(f"/proc/self/fd/{here}/socket")
    (tree / "device").symlink_to("/dev/zero")
    (tree / "loop").symlink_to(tree)
    (tree / "self").symlink_to("self")
    (tree / "gone").symlink_to("nowhere")
    found = scan(tree)
    listener.close()
    os.close(here)
    odd = {Path(file["path"]).name: file["code"] for file in found["files"] if file["code"] != "OK"}
    assert odd == dict.fromkeys(("pipe", "socket", "device", "self", "gone"), "UNREADABLE")
    assert len(found["exams"]) == 1


def test_a_device_node_is_not_read(tree):
    try:
        os.mknod(tree / "zero", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("devices may not be made here")
    codes = {Path(record.path).name: record.code for record in inventory([tree])}
    assert codes["zero"] is FileCode.UNREADABLE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_what_may_not_be_read_is_told(clean, request):
    tree = Path(tempfile.mkdtemp())  # the folders of tests are closed to other users
    request.addfinalizer(lambda: shutil.rmtree(tree))
    shutil.copytree(clean, tree, dirs_exist_ok=True)
    tree.chmod(0o755)
    secret = tree / "secret"
    secret.mkdir(mode=0o700)
    (secret / "file").write_bytes(b"x")
    (tree / "locked").write_bytes(b"x")
    (tree / "locked").chmod(0)
    # Once as root: what is imported on the way may be closed to other users.
    script = """
import json, os, sys
from pathlib import Path
from breastdce.ingest.inventory import inventory
inventory([Path(sys.argv[1])])
os.setuid(65534)
print(json.dumps({r.path: r.code for r in inventory([Path(sys.argv[1])])}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tree)], capture_output=True, text=True, check=True
    )
    codes = json.loads(done.stdout)
    assert (codes[str(secret)], codes[str(tree / "locked")]) == ("UNREADABLE", "UNREADABLE")
    assert list(codes.values()).count("OK") == 45


def test_files_that_grow_vanish_and_are_replaced_while_they_are_scanned(tree):
    names = sorted(path for path in tree.rglob("*") if path.is_file())
    content, over = names[0].read_bytes(), threading.Event()

    def disturb() -> None:
        while not over.is_set():
            for path in names[:20:2]:
                path.unlink(missing_ok=True)
                path.write_bytes(content[: len(content) // 2])
                with path.open("ab") as file:
                    file.write(content)

    other = threading.Thread(target=disturb)
    other.start()
    try:
        found = [inventory([tree]) for _ in range(10)]
    finally:
        over.set()
        other.join()
    for records in found:
        assert len({record.path for record in records}) == len(records)
        calm = [r.code for r in records if Path(r.path) in names[20:]]
        assert calm == [FileCode.OK] * len(names[20:])


@pytest.mark.parametrize("what", ["touch", "grow", "remove", "replace"])
def test_a_file_that_changes_after_the_scan_refuses_the_exam(tree, tmp_path, recipe, what):
    victim = next(path for path in sorted(tree.rglob("*20.MRDC")))
    content = victim.read_bytes()
    names = tmp_path / "names.tsv"
    os.mkfifo(names)  # who is who is asked for between the scan and the exams

    def change() -> None:
        with names.open("w"):  # opens when it is read
            if what == "remove":
                victim.unlink()
            elif what == "touch":
                os.utime(victim, (1, 1))
            else:
                victim.write_bytes(content + b"x" if what == "grow" else content[::-1])

    other = threading.Thread(target=change, daemon=True)  # it waits for ever where nobody reads
    other.start()
    options = JobOptions(
        roots=(tree,), out=tmp_path / "out", recipe=str(recipe), pseudonyms=names, jobs=1
    )
    summary = run_job(options, quiet())
    other.join()
    assert [outcome.code for outcome in summary.outcomes] == [ExamCode.FILES_CHANGED]
    assert not (tmp_path / "out" / ".breastdce" / "run.log").exists()


@pytest.mark.parametrize("most_bytes", [100, 20_000])
def test_a_disk_that_takes_no_more_is_told_in_one_line(clean, tmp_path, recipe, most_bytes):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    # What measures coverage could not write either, and would say so with a traceback.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    words = ("run", clean, tmp_path / "out", "--recipe", recipe, "--jobs", 1)
    done = breastdce(*words, preexec_fn=limit, env=env)
    assert done.returncode == 1
    assert f"[{ErrorCode.OUTPUT_UNWRITABLE}]" in done.stderr
    assert not list(tmp_path.rglob(".tmp-*"))


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(clean, recipe, small_disk):
    disk = small_disk(64)
    words = ("run", clean, disk / "out", "--recipe", recipe, "--jobs", 1)
    done = breastdce(*words)
    assert done.returncode == 1
    assert f"[{ErrorCode.OUTPUT_UNWRITABLE}]" in done.stderr
    assert not list(disk.rglob(".tmp-*"))
    subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
    assert breastdce(*words).returncode == 0


def test_a_disk_that_may_not_be_written_is_told(clean, recipe, small_disk):
    disk = small_disk(50_000)
    words = ("run", clean, disk / "out", "--recipe", recipe, "--jobs", 1)
    assert breastdce(*words).returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    calls = (
        words,
        (*words, "--pseudonyms", disk.parent / "who.tsv"),
        ("scan", clean, "--out", disk / "DCE.tsv"),
        ("report", disk / "out"),
    )
    for call in calls:
        done = breastdce(*call)
        assert done.returncode == 1
        assert f"[{ErrorCode.OUTPUT_UNWRITABLE}]" in done.stderr, call


def test_an_output_that_becomes_full_between_exams_ends_the_run_with_a_code(
    clean, tmp_path, recipe
):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".breastdce").symlink_to("/dev/full")
    with pytest.raises(StoreError):
        run_job(
            JobOptions(roots=(clean,), out=tmp_path / "out", recipe=str(recipe), jobs=1), quiet()
        )
