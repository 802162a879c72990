"""Whatever bytes a file from outside holds: a result, or a refusal with a code."""

from __future__ import annotations

import gzip
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from breastdce.core.errors import BreastDceError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.edited_mask import read_edited_mask
from breastdce.formats.nifti import (
    read_grid,
    read_labels,
    read_mask,
    read_volume,
    write_mask,
    write_volume,
)
from breastdce.formats.nifti_strict import inspect
from breastdce.formats.nrrd import read_nrrd, read_nrrd_labels
from breastdce.formats.series_index import read_series_index
from breastdce.formats.sheets import read_sheet
from breastdce.formats.tensors import Seal, read_tensors, write_tensors
from breastdce.ingest.regions import read_regions
from breastdce.review.changes import between, read_change
from breastdce.run.panels import read_settings
from breastdce.run.private_map import read_private_map
from breastdce.run.recipe import load_recipe

Reader = Callable[[Path], object]
_GRID = Grid((6, 5, 4), (1.0, 1.0, 2.0), np.eye(3), (1.0, 2.0, 3.0))
_DATA = np.asfortranarray(np.random.default_rng(0).random(_GRID.shape) > 0.5)
_NUMBERS = (b"\xff\xff\xff\xff", bytes(4), b"\xff\xff\xff\x7f", b"\0\0\xc0\x7f", b"\0\0\x80\x7f")
_REGIONS = (
    "exam_id\tkind\tfirst_i\tfirst_j\tfirst_k\tlast_i\tlast_j\tlast_k\tpe_percent\taxis\tvertices\n"
    "sub-1_ses-1\tvoi\t1\t2\t3\t4\t5\t6\t70\tn/a\tn/a\n"
    "sub-1_ses-1\tomit-polygon\t1\t2\t3\t4\t5\t6\tn/a\t2\t1,2; 3,4; 5,6\n"
)


@st.composite
def changed(draw: st.DrawFn, content: bytes) -> bytes:
    """A file with some bytes changed, left out, put in or cut off; often near its begin."""
    new = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, min(len(new), draw(st.sampled_from((400, 1 << 20)))) - 1)))
        how = draw(st.sampled_from(("byte", "number", "out", "in", "cut")))
        if how == "byte":
            new[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif how == "number":
            new[at : at + 4] = draw(st.sampled_from(_NUMBERS))
        elif how == "out":
            del new[at : at + draw(st.integers(1, 40))]
        elif how == "in":
            new[at:at] = draw(st.binary(min_size=1, max_size=20))
        else:
            del new[at:]
    return bytes(new)


def _written(name: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def _nrrd(encoding: str) -> Callable[[Path], object]:
    import nrrd

    place = {"space": "left-posterior-superior", "space origin": [1, 2, 3]}
    header = {**place, "space directions": np.eye(3), "encoding": encoding}
    return lambda path: nrrd.write(str(path), _DATA.view(np.uint8), header, index_order="F")


def _index(path: Path) -> None:
    import polars as pl

    columns = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SeriesDescription")
    texts = {name: ["a", "b"] for name in (*columns, "Modality")}
    pl.DataFrame({**texts, "instanceCount": [3, 4], "series_size_MB": [1.0, None]}).write_parquet(
        path
    )


def _workbook(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("patients", 0).append(["id", "age", "=1+2"])
    book.save(path)


def _tensors(path: Path) -> object:
    content = path.read_bytes()
    seal = Seal(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    return read_tensors(path, seal)


def _edited(path: Path) -> object:
    return read_edited_mask(path, 1000)


_IMAGES = (read_volume, read_mask, read_grid, read_labels, inspect, _edited)
_VOLUME = _written("v.nii.gz", lambda p: write_volume(p, Volume(_DATA.astype(np.float32), _GRID)))
_MASK = _written("m.nii.gz", lambda p: write_mask(p, Mask(_DATA, _GRID)))

_RECIPE = resources.files("breastdce.run.recipes").joinpath("best.toml").read_bytes()
_WEIGHTS: dict[str, NDArray[Any]] = {"a": np.ones((2, 3), np.float32), "b": np.ones(4, np.int64)}
_SETTINGS = b"imageType:\n  Original: {}\nsetting:\n  binWidth: 25\nfeatureClass:\n  shape:\n"
_CHANGE = between(np.zeros(_GRID.shape, np.bool_, order="F"), _DATA).to_bytes()

KINDS: dict[str, tuple[str, bytes, tuple[Reader, ...]]] = {
    "nifti": (".nii", gzip.decompress(_VOLUME), _IMAGES),
    "nifti mask": (".nii", gzip.decompress(_MASK), _IMAGES),
    "nifti, packed": (".nii.gz", _VOLUME, _IMAGES),
    "nrrd": (".nrrd", _written("a.nrrd", _nrrd("raw")), (read_nrrd, read_nrrd_labels, _edited)),
    "nrrd, gzip": (".nrrd", _written("a.nrrd", _nrrd("gzip")), (read_nrrd, _edited)),
    "nrrd, bzip2": (".nrrd", _written("a.nrrd", _nrrd("bzip2")), (read_nrrd,)),
    "recipe": (".toml", _RECIPE, (lambda path: load_recipe(str(path)),)),
    "settings": (".yaml", _SETTINGS, (read_settings,)),
    "regions": (".tsv", _REGIONS.encode(), (read_regions, read_sheet)),
    "pseudonyms": (".tsv", b"patient_id\tparticipant\nA B\t0001\n", (read_private_map,)),
    "index": (".parquet", _written("i.parquet", _index), (read_series_index, read_sheet)),
    "workbook": (".xlsx", _written("w.xlsx", _workbook), (read_sheet,)),
    "weights": (".safetensors", _written("w", lambda p: write_tensors(p, _WEIGHTS)), (_tensors,)),
    "change": (".bin", _CHANGE, (lambda path: read_change(path.read_bytes(), _DATA.size),)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")  # numbers too large for float32 are inf
@given(data=st.data())
@settings(max_examples=30)
def test_a_damaged_file_is_read_or_refused(kind, data):
    suffix, content, readers = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data.draw(changed(content)))
        _read_or_refused(path, readers)


@given(data=st.data())
@settings(max_examples=30)
def test_a_workbook_with_a_damaged_part_is_read_or_refused(data):
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(KINDS["workbook"][1])) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        part = data.draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            new.writestr(
                name, data.draw(changed(old.read(name))) if name == part else old.read(name)
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(content.getvalue())
        _read_or_refused(path, (read_sheet,))


def _read_or_refused(path: Path, readers: tuple[Reader, ...]) -> None:
    for read in readers:
        try:
            read(path)
        except BreastDceError as error:
            assert error.code  # noqa: PT017 - whether it is raised is not what is asked
