"""The folder of an export is ours or is left alone; equal files stay as they are."""

from __future__ import annotations

import pytest

from breastdce.core.errors import StoreError
from breastdce.exchange.records import Output
from breastdce.run.export_folder import MANIFEST, README, ExportFolder


def export(dest, *names, layout="release"):
    folder = ExportFolder(dest, layout, "words\n")
    folder.finish([folder.place(Output(name, name.encode(), "sub-1_ses-1")) for name in names])
    return folder


def test_a_second_export_writes_nothing(tmp_path):
    first = export(tmp_path / "d", "a/1", "b")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "d").rglob("*")}
    again = export(tmp_path / "d", "a/1", "b")
    assert (first.files, first.written, again.written, again.removed) == (3, 3, 0, 0)
    kept = {path: time for path, time in before.items() if path.name in ("1", "b", README)}
    assert len(kept) == 3
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())


def test_what_belongs_to_it_no_longer_is_removed_and_the_rest_stays(tmp_path):
    export(tmp_path, "a", "b")
    (tmp_path / "notes.txt").write_text("mine")
    assert export(tmp_path, "b").removed == 1
    assert {path.name for path in tmp_path.iterdir()} == {"b", "notes.txt", README, MANIFEST}


def test_what_somebody_has_removed_already_is_not_counted(tmp_path):
    export(tmp_path, "a", "b")
    (tmp_path / "b").unlink()
    assert export(tmp_path, "a").removed == 0


def test_a_manifest_cannot_remove_files_elsewhere(tmp_path):
    (tmp_path / "precious").write_text("keep")
    export(tmp_path / "d", "a")
    manifest = tmp_path / "d" / MANIFEST
    rows = manifest.read_text().replace("a\t", "../precious\t", 1)
    manifest.write_text(rows + rows.splitlines()[1].replace("../", str(tmp_path) + "/") + "\n")
    assert export(tmp_path / "d").removed == 0
    assert (tmp_path / "precious").read_text() == "keep"


@pytest.mark.parametrize("layout", ["release", "mamamia"])
def test_a_foreign_folder_or_another_layout_is_refused(tmp_path, layout):
    if layout == "mamamia":
        export(tmp_path, "a", layout=layout)
    else:
        (tmp_path / "thesis.txt").write_text("keep")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StoreError, match="OUTPUT_FOREIGN"):
        export(tmp_path, "a")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_interrupted_export_goes_on(tmp_path):
    folder = ExportFolder(tmp_path / "d", "release", "words\n")
    folder.place(Output("a", b"a"))
    (tmp_path / "d" / ".tmp-0").write_bytes(b"half")
    again = export(tmp_path / "d", "a", "b")
    assert again.written == 1
    assert not (tmp_path / "d" / ".tmp-0").exists()


def test_files_of_an_exam_that_failed_are_taken_back(tmp_path):
    folder = ExportFolder(tmp_path / "d", "release", "words\n")
    placed = [folder.place(Output("a", b"a"))]
    folder.take_back(placed)
    folder.finish([])
    assert not (tmp_path / "d" / "a").exists()
    assert folder.files == 1
