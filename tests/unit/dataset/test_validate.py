"""An intact data set has no problems; each promise broken on purpose is found, and named."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from breastdce.core.codes import CaveatCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.dictionary import STUDY_DATE
from breastdce.dataset.layout import MaskName, TableName
from breastdce.dataset.provenance import checksums
from breastdce.dataset.validate import Promise, validate
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.formats.tables import dictionary
from tests.unit.dataset.conftest import renew_card

EXAM = ExamId("0001", "T0")
Break = Callable[[Path], object]


def test_an_intact_data_set_has_no_problems(dataset):
    assert validate(dataset) == []


def test_shifted_dates_are_a_column_that_the_description_announces(dataset):
    _add_dates(dataset, "1851-04-02")
    renew_card(dataset)
    assert validate(dataset) == []


def test_what_the_store_holds_does_not_matter(dataset):
    shutil.rmtree(layout.store(dataset))
    assert validate(dataset) == []


def test_every_exam_is_reported_while_it_is_read(dataset):
    seen: list[ExamId] = []
    validate(dataset, progress=seen.append)
    assert [str(exam) for exam in seen] == [
        "sub-0001_ses-T0",
        "sub-0001_ses-T1",
        "sub-0002_ses-1",
    ]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="TABLE_INVALID"):
        validate(tmp_path / "nothing")


def test_a_folder_that_is_no_data_set_is_refused_in_one_line(tmp_path):
    (tmp_path / "README.txt").write_text("breastdce export --to release\n")
    with pytest.raises(InputError, match="No data set is here"):
        validate(tmp_path)


def test_a_data_set_that_has_lost_its_tables_breaks_promises(tmp_path):
    (tmp_path / "sub-0001" / "ses-1").mkdir(parents=True)
    assert Promise.FILES in {found.promise for found in validate(tmp_path)}


# --- one breakage each; provenance is brought up to date where the breakage is not about it


def _edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))


def _edit_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def _seal(root: Path) -> None:
    path = layout.provenance(root, EXAM)
    _edit_json(path, lambda record: record.update(files=checksums(root, EXAM)))


def _repack(root: Path, path: Path, change: Callable[[bytearray], object]) -> None:
    raw = bytearray(gzip.decompress(path.read_bytes()))
    change(raw)
    path.write_bytes(gzip.compress(raw, mtime=0)[:8] + b"\x00\xff" + gzip.compress(raw)[10:])
    _seal(root)


def _replace(root: Path, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _seal(root)


def _edit_sidecar(root: Path, **values: Any) -> None:
    _edit_json(layout.native_sidecar(root, EXAM, 0), lambda record: record.update(values))
    _seal(root)


def _add_dates(root: Path, day: str, said: str = "shifted") -> None:
    """Turn a data set without dates into one with shifted ones, all of them `day`."""
    _edit(layout.description(root), '"Dates": "dropped"', f'"Dates": "{said}"')
    path = layout.exams(root)
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{header}\tstudy_date", *(f"{x}\t{day}" for x in lines)]) + "\n")
    entry = dictionary([STUDY_DATE])
    _edit_json(layout.exams(root, "json"), lambda record: record.update(entry))


def _image(root: Path) -> Path:
    return layout.image(root, EXAM, 1)


def _ftv(root: Path) -> Path:
    return layout.mask(root, EXAM, MaskName.FTV)


def _native(root: Path) -> Path:
    return layout.native_image(root, EXAM, 0)


def _shift(root: Path, path: Path) -> None:
    volume = read_volume(path)
    grid = volume.grid
    moved = Grid(grid.shape, grid.spacing_mm, np.array(grid.direction), (0.0, 0.0, 0.0))
    write_volume(path, Volume(volume.data, moved), dtype="exact-integer")
    _seal(root)


def _rewrite(root: Path, path: Path, change: Callable[[Any], Any], **how: Any) -> None:
    volume = read_volume(path)
    write_volume(path, volume.with_data(np.asfortranarray(change(volume.data))), **how)
    _seal(root)


def _drop_voxel(root: Path) -> None:
    mask = read_mask(_ftv(root))
    data = mask.data.copy()
    data[tuple(np.argwhere(data)[0])] = False
    write_mask(_ftv(root), Mask(data, mask.grid))
    _seal(root)


def _spoil_xlsx(root: Path, member: str, old: bytes, new: bytes) -> None:
    path = layout.participants(root, "xlsx")
    with zipfile.ZipFile(path) as book:
        parts = {info: book.read(info) for info in book.infolist()}
    assert any(old in content for content in parts.values())
    with zipfile.ZipFile(path, "w") as book:
        for info, content in parts.items():
            book.writestr(info, content.replace(old, new) if info.filename == member else content)


def _add_chunk(path: Path) -> None:
    content = path.read_bytes()
    body = b"tEXtComment\x00somebody"
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(content[:-12] + chunk + content[-12:])


BREAKAGES: dict[str, tuple[Promise, Break]] = {
    # files
    "missing image": (Promise.FILES, lambda r: _image(r).unlink()),
    "missing page": (Promise.FILES, lambda r: layout.exam_page(r, EXAM).unlink()),
    "missing table": (Promise.FILES, lambda r: layout.exclusions(r).unlink()),
    "foreign file": (Promise.FILES, lambda r: (r / "notes.txt").write_text("x")),
    "foreign file in an exam": (
        Promise.FILES,
        lambda r: (_image(r).parent / "sub-0001_ses-T0_0003.nii.gz").write_bytes(b""),
    ),
    "unfinished file": (Promise.FILES, lambda r: (_image(r).parent / ".tmp-0").write_bytes(b"")),
    "empty folder": (Promise.FILES, lambda r: (r / "sub-0009").mkdir()),
    "odd exam folder": (Promise.FILES, lambda r: (r / "sub-0001" / "ses-T_9").mkdir()),
    "link out of the data set": (Promise.FILES, lambda r: (r / "link").symlink_to("/")),
    # readable
    "image cut short": (
        Promise.READABLE,
        lambda r: _image(r).write_bytes(_image(r).read_bytes()[:-400]),
    ),
    "image that is none": (Promise.READABLE, lambda r: _image(r).write_bytes(b"no image")),
    "table in another encoding": (
        Promise.READABLE,
        lambda r: layout.exams(r).write_bytes(b"\xff\xfe"),
    ),
    "workbook that is none": (
        Promise.READABLE,
        lambda r: layout.participants(r, "xlsx").write_bytes(b"PK"),
    ),
    "provenance cut short": (
        Promise.READABLE,
        lambda r: layout.provenance(r, EXAM).write_text('{"exam_id": '),
    ),
    # grid, geometry, types, masks, zscore
    "image moved": (Promise.GRID, lambda r: _shift(r, _image(r))),
    "phase moved": (Promise.GRID, lambda r: _shift(r, layout.native_image(r, EXAM, 2))),
    "sform unlike qform": (
        Promise.GEOMETRY,
        lambda r: _repack(r, _image(r), lambda b: b.__setitem__(slice(292, 296), b"\0\0\0\0")),
    ),
    "sform code 2": (
        Promise.GEOMETRY,
        lambda r: _repack(r, _image(r), lambda b: b.__setitem__(254, 2)),
    ),
    "qform code 0": (
        Promise.GEOMETRY,
        lambda r: _repack(r, _image(r), lambda b: b.__setitem__(252, 0)),
    ),
    "image as int16": (
        Promise.TYPES,
        lambda r: _rewrite(r, _image(r), np.rint, dtype="int16"),
    ),
    "image with a slope": (Promise.TYPES, lambda r: _rewrite(r, _image(r), lambda d: d, slope=2)),
    "image with NaN": (
        Promise.TYPES,
        lambda r: _rewrite(r, _image(r), lambda d: np.where(d > 2, np.nan, d)),
    ),
    "mask with 2": (
        Promise.MASKS,
        lambda r: _repack(r, _ftv(r), lambda b: b.__setitem__(slice(352, 360), b"\2" * 8)),
    ),
    "image brighter": (Promise.ZSCORE, lambda r: _rewrite(r, _image(r), lambda d: d + 0.01)),
    "image stretched": (Promise.ZSCORE, lambda r: _rewrite(r, _image(r), lambda d: d * 1.01)),
    # privacy
    "text in descrip": (
        Promise.PRIVACY,
        lambda r: _repack(r, _image(r), lambda b: b.__setitem__(slice(148, 151), b"Doe")),
    ),
    "number in an unused field": (
        Promise.PRIVACY,
        lambda r: _repack(r, _image(r), lambda b: b.__setitem__(36, 7)),
    ),
    "header extension": (
        Promise.PRIVACY,
        lambda r: _repack(r, _image(r), lambda b: b.__setitem__(348, 1)),
    ),
    "bytes after the image": (
        Promise.PRIVACY,
        lambda r: _repack(r, _native(r), lambda b: b.extend(b"Doe")),
    ),
    "time in the gzip header": (
        Promise.PRIVACY,
        lambda r: _replace(
            r, _ftv(r), gzip.compress(gzip.decompress(_ftv(r).read_bytes()), mtime=1)
        ),
    ),
    "second gzip member": (
        Promise.PRIVACY,
        lambda r: _replace(r, _ftv(r), _ftv(r).read_bytes() + gzip.compress(b"Doe")),
    ),
    "sidecar key": (Promise.PRIVACY, lambda r: _edit_sidecar(r, SeriesDescription="x")),
    "sidecar value": (Promise.PRIVACY, lambda r: _edit_sidecar(r, ScanOptions=["Dr x"])),
    "sidecar's caveat off the list": (
        Promise.CODES,
        lambda r: _edit_sidecar(r, Caveats=["VOI_NOWHERE"]),
    ),
    "sidecar of another phase": (Promise.EXAMS, lambda r: _edit_sidecar(r, PhaseIndex=1)),
    "provenance key": (
        Promise.PRIVACY,
        lambda r: _edit_json(layout.provenance(r, EXAM), lambda d: d.update(host="x")),
    ),
    "measurement key": (
        Promise.PRIVACY,
        lambda r: _edit_json(
            layout.provenance(r, EXAM), lambda d: d["measurements"].update(PatientName="x")
        ),
    ),
    "input named by its path": (
        Promise.PRIVACY,
        lambda r: _edit_json(
            layout.provenance(r, EXAM), lambda d: d["inputs"][0].update(role="a/b.dcm")
        ),
    ),
    "attribute in provenance": (
        Promise.PRIVACY,
        lambda r: _edit_json(
            layout.provenance(r, EXAM), lambda d: d["headers"][0].update(attribute="DOE JANE")
        ),
    ),
    "attribute that was kept": (
        Promise.PRIVACY,
        lambda r: _edit(layout.deidentification(r), "removed\tn/a", "kept\tn/a"),
    ),
    "attribute that went elsewhere": (
        Promise.PRIVACY,
        lambda r: _edit(layout.deidentification(r), "\tparticipant_id\t", "\texams.tsv\t"),
    ),
    "true date in the column of shifted ones": (
        Promise.PRIVACY,
        lambda r: _add_dates(r, "2001-04-02"),
    ),
    "date that nobody shifted so": (Promise.TABLES, lambda r: _add_dates(r, "1701-04-02")),
    "word for dates": (
        Promise.PRIVACY,
        lambda r: _edit(layout.description(r), '"Dates": "dropped"', '"Dates": "kept"'),
    ),
    "dates that the description denies": (
        Promise.TABLES,
        lambda r: _add_dates(r, "1851-04-02", said="dropped"),
    ),
    "date in a record": (
        Promise.PRIVACY,
        lambda r: _edit(layout.description(r), "derivative", "20090314"),
    ),
    "UID on a page": (
        Promise.PRIVACY,
        lambda r: layout.exam_page(r, EXAM).write_text("<p>1.3.6.1.4.1.14519.5.2.1.9203</p>"),
    ),
    "clock time in the card": (
        Promise.PRIVACY,
        lambda r: _edit(layout.readme(r), "TO FILL IN", "scanned at 14:02:33"),
    ),
    "person name in the evidence": (
        Promise.PRIVACY,
        lambda r: _edit(layout.exclusions(r), "TE 61 ms", "DOE^JANE"),
    ),
    "author of the workbook": (
        Promise.PRIVACY,
        lambda r: _spoil_xlsx(
            r, "docProps/core.xml", b"<dc:creator></dc:creator>", b"<dc:creator>J</dc:creator>"
        ),
    ),
    "text in a picture": (Promise.PRIVACY, lambda r: _add_chunk(layout.thumbnail(r, EXAM))),
    # tables
    "column without an entry": (
        Promise.TABLES,
        lambda r: _edit_json(layout.exams(r, "json"), lambda d: d.pop("ftv_ml")),
    ),
    "entry without a column": (
        Promise.TABLES,
        lambda r: _edit_json(
            layout.participants(r, "json"),
            lambda d: d.update(age={"LongName": "a", "Description": "b"}),
        ),
    ),
    "feature without an entry": (
        Promise.TABLES,
        lambda r: _edit_json(layout.features(r, "json"), lambda d: d.pop("T1_E_Mean")),
    ),
    "new column": (Promise.TABLES, lambda r: _edit(layout.exams(r), "\tcaveats\n", "\tcaveat\n")),
    "number that is none": (Promise.TABLES, lambda r: _edit(layout.exams(r), "\t1.5\t", "\tx\t")),
    "value off the closed list": (
        Promise.TABLES,
        lambda r: _edit(layout.exams(r), "\tGE\t", "\tAcme\t"),
    ),
    "value off its form": (
        Promise.TABLES,
        lambda r: _edit(layout.exams(r), "\t0;1;2\t", "\tearly\t"),
    ),
    "workbook unlike its table": (
        Promise.TABLES,
        lambda r: _spoil_xlsx(r, "xl/sharedStrings.xml", b"sub-0002", b"sub-0007"),
    ),
    # exams
    "exam without a line": (
        Promise.EXAMS,
        lambda r: shutil.copytree(
            layout.exam_folder(r, EXAM), layout.exam_folder(r, ExamId("0001", "T3"))
        ),
    ),
    "line without an exam": (
        Promise.EXAMS,
        lambda r: shutil.rmtree(layout.participant_folder(r, ExamId("0002", "1"))),
    ),
    "exam both used and excluded": (
        Promise.EXAMS,
        lambda r: _edit(layout.exclusions(r), "sub-0003\tses-1", "sub-0002\tses-1"),
    ),
    "patient's visits": (
        Promise.EXAMS,
        lambda r: _edit(layout.participants(r), "ses-T0;ses-T1", "ses-T0;ses-T2"),
    ),
    "matrix in the table": (
        Promise.EXAMS,
        lambda r: _edit(layout.exams(r), "\t8;9;6\t", "\t8;9;7\t"),
    ),
    "mask smaller than the table says": (Promise.EXAMS, _drop_voxel),
    "source of the STV": (
        Promise.EXAMS,
        lambda r: _edit(layout.exams(r), "stv-candidate", "stv-expert"),
    ),
    "feature of the table only": (
        Promise.EXAMS,
        lambda r: _edit(layout.features(r), "0.3333333333333333", "0.4"),
    ),
    "provenance of another exam": (
        Promise.EXAMS,
        lambda r: _edit(layout.provenance(r, EXAM), '"sub-0001_ses-T0"', '"sub-0001_ses-T1"'),
    ),
    # codes
    "caveat off the list": (
        Promise.CODES,
        lambda r: _edit(layout.exams(r), "\tVOI_NONE", "\tVOI_NOWHERE"),
    ),
    "reason off the list": (
        Promise.CODES,
        lambda r: _edit(layout.exclusions(r), "DIFFUSION", "CONFUSION"),
    ),
    "caveat of provenance only": (
        Promise.CODES,
        lambda r: _edit(layout.exams(r), "\tVOI_NONE", "\tn/a"),
    ),
    "caveat off the list in provenance": (
        Promise.CODES,
        lambda r: _edit(layout.provenance(r, EXAM), "VOI_NONE", "VOI_NOWHERE"),
    ),
    "undefined off the list": (
        Promise.CODES,
        lambda r: _edit(layout.provenance(r, EXAM), "FLAT_REGION", "BORED"),
    ),
    # checksums
    "file changed": (
        Promise.CHECKSUMS,
        lambda r: write_volume(_image(r), read_volume(_image(r)), dtype="float32", slope=1.5),
    ),
    "file not named": (
        Promise.CHECKSUMS,
        lambda r: _edit_json(layout.provenance(r, EXAM), lambda d: d["files"].popitem()),
    ),
    "file gone": (
        Promise.CHECKSUMS,
        lambda r: layout.mask(r, EXAM, MaskName.STV_CANDIDATE).unlink(),
    ),
    # card
    "card of other numbers": (
        Promise.CARD,
        lambda r: _edit(layout.readme(r), "| exams | 3", "| 4"),
    ),
    "citation by hand": (Promise.CARD, lambda r: _edit(layout.citation(r), "# url", "url")),
    "table that the card does not know yet": (
        Promise.CARD,
        lambda r: _edit(layout.exams(r), "\t0.25\t", "\t0.125\t", 9),
    ),
    "schema gone": (Promise.CARD, lambda r: layout.schema(r, TableName.EXAMS).unlink()),
    "schema of no table": (
        Promise.CARD,
        lambda r: layout.schema(r, TableName.KINETICS).write_text("{}\n"),
    ),
    "metadata of another unit": (
        Promise.CARD,
        lambda r: _edit(layout.schema(r, TableName.EXAMS), '"unit": "mL"', '"unit": "L"'),
    ),
    "a column that Croissant lacks": (
        Promise.CARD,
        lambda r: _edit(layout.croissant(r), "exams/ftv_ml", "exams/ftv"),
    ),
    "publisher's words that the card lacks": (
        Promise.CARD,
        lambda r: _edit(layout.publication(r), "# year", "year"),
    ),
    "publisher's words that are none": (
        Promise.CARD,
        lambda r: _edit(layout.publication(r), "# year = 2030", "year = true"),
    ),
    "checksum of another file": (
        Promise.CARD,
        lambda r: layout.report_index(r).write_text("<!doctype html>\n"),
    ),
    "file without checksum": (
        Promise.CARD,
        lambda r: _edit(layout.checksum_list(r), "  exams.tsv\n", "  exams.tsv.old\n"),
    ),
    "no list of checksums": (
        Promise.READABLE,
        lambda r: layout.checksum_list(r).write_text("exams.tsv is fine\n"),
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_promise_is_found(dataset, name):
    promise, damage = BREAKAGES[name]
    damage(dataset)
    problems = validate(dataset)
    assert promise in {found.promise for found in problems}
    for found in problems:
        assert not Path(found.path).is_absolute()
        assert found.what
        assert found.remedy


def test_every_promise_is_broken_once():
    others = {Promise.REVIEW}  # tests/unit/run/review/test_verify.py
    assert {promise for promise, _ in BREAKAGES.values()} == set(Promise) - others


def test_damage_is_reported_where_it_is(dataset):
    _repack(dataset, _image(dataset), lambda raw: raw.__setitem__(slice(148, 151), b"Doe"))
    renew_card(dataset)
    (found,) = validate(dataset)
    assert found.path == "sub-0001/ses-T0/images/sub-0001_ses-T0_0001.nii.gz"
    assert found.evidence == "header field descrip"


def _set_mode(root: Path, images: list[np.ndarray[Any, Any]], params: dict[str, object]) -> None:
    for index, image in enumerate(images):
        grid = read_volume(layout.image(root, EXAM, index)).grid
        volume = Volume(np.asfortranarray(image, dtype=np.float32), grid)
        write_volume(layout.image(root, EXAM, index), volume)
    _edit_json(layout.provenance(root, EXAM), lambda d: d["stages"][1].update(params=params))
    _seal(root)


@pytest.mark.parametrize("shift", [0.0, 0.01])
def test_moments_of_trimmed_normalization_are_taken_between_the_percentiles(dataset, shift):
    values = np.random.default_rng(5).exponential(200, size=(3, 6, 6, 13))
    low, high = np.percentile(values, (1, 99))
    inner = values[(values >= low) & (values <= high)]
    images = (values - inner.mean()) / inner.std() + shift
    params = {"mode": "trimmed", "lower_percent": 1.0, "upper_percent": 99.0}
    _set_mode(dataset, list(images), params)
    renew_card(dataset)
    assert [found.promise for found in validate(dataset)] == ([Promise.ZSCORE] if shift else [])


@pytest.mark.parametrize("shift", [0.0, 0.01])
def test_moments_of_masked_normalization_are_taken_where_there_was_signal(dataset, shift):
    values = np.random.default_rng(6).exponential(200, size=(3, 6, 6, 13))
    values[:, :3] = 0
    mean, sd = float(values[values > 0].mean()), float(values[values > 0].std())
    _set_mode(dataset, list((values - mean) / sd + shift), {"mode": "masked"})
    _edit(layout.exams(dataset), "\t101.5\t88.25\t", f"\t{mean!r}\t{sd!r}\t")
    renew_card(dataset)
    assert [found.promise for found in validate(dataset)] == ([Promise.ZSCORE] if shift else [])


def test_flat_images_have_no_score_to_check(dataset):
    flat = [np.full((6, 6, 13), 7.0)] * 3
    _set_mode(dataset, flat, {"mode": "pooled"})
    caveat = {"code": CaveatCode.FLAT_INTENSITY.value, "detail": {"mean": 7.0}}
    _edit_json(layout.provenance(dataset, EXAM), lambda d: d["caveats"].append(caveat))
    _edit(layout.exams(dataset), "\tVOI_NONE", "\tVOI_NONE;FLAT_INTENSITY")
    renew_card(dataset)
    assert validate(dataset) == []
