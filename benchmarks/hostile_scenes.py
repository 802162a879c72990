"""Clean exams that are damaged: small phantoms of three makers, and real exams made small.

A real exam keeps its headers; of its pixels every eighth is left, of its slices every fourth, with
spacing and thickness to match, so that ten thousand scans take minutes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from breastdce.core.grid import Grid
from breastdce.run.survey import survey
from breastdce.testing import PhantomParams, make_phantom, phantom_grid
from breastdce.testing.damage._contract import Scene
from breastdce.testing.damage._elements import PIXELS, DataSet, edited
from breastdce.testing.styles import ge, philips, siemens
from breastdce.testing.subject import Subject

DATA = Path(os.environ.get("BREASTDCE_TEST_DATA", Path.home() / ".cache/breastdce-test-data"))
_STYLES = {"ge": ge, "siemens": siemens, "philips": philips}
_TIMES_S = {"ge": (-175.0, 150.0, 450.0), "siemens": (-225.0, 75.0, 225.0)}
_PHILIPS_S = (-80.0, 50.0, 150.0, 250.0)
"""More phases than are needed: one may go unnoticed."""
_REAL = {
    "ucsf": ("ucsf_br_06/dce",),
    "duke": ("duke_153/ax_dyn_pre", "duke_153/ax_dyn_1st_pass", "duke_153/ax_dyn_2nd_pass"),
}
_EVERY_SLICE, _EVERY_PIXEL = 4, 8
_LARGEST_STRAY = 100_000
SMALL = (24, 24, 12)
"""Columns, rows, slices of a phantom: twelve slices are the least of a volume."""


def scenes(names: Sequence[str] = ()) -> dict[str, Scene]:
    """Every scene whose data are here, by name; or those that are asked for."""
    made = {
        **{name: phantom for name in _STYLES for phantom in (_phantom,)},
        **dict.fromkeys(_REAL, _real),
        "odd": _odd,
    }
    known = [name for name in made if name in _STYLES or DATA.is_dir()]
    return {name: made[name](name) for name in names or known}


def scene_of(name: str, files: dict[str, bytes]) -> Scene:
    """A scene with its phases and strays as the program sees them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_files(root, files)
        found = survey((root,), jobs=1).findings
        phases = tuple(
            tuple(str(Path(item.path).relative_to(root)) for item in phase.slices)
            for phase in found.exams[0].phases
        )
    used = {name for phase in phases for name in phase}
    return Scene(name, files, phases, tuple(sorted(set(files) - used)))


def write_files(root: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def phantom_files(style: str, shape: tuple[int, int, int] = SMALL) -> dict[str, bytes]:
    """A phantom with three phases as one maker writes it."""
    grid = _coarse(phantom_grid("tiny", sagittal=style == "ge"), shape)
    params = PhantomParams(lesion_radius_mm=30.0, rim_mm=9.0)
    times = _TIMES_S.get(style, _PHILIPS_S)
    images = make_phantom(grid, times, params, np.random.default_rng(17)).images
    subject = Subject(f"HOSTILE-{style}", "PHANTOM^H", True, "20010402", 36951.0, "R")
    with tempfile.TemporaryDirectory() as folder:
        for made in _STYLES[style].files(subject, grid, images):
            made.write(Path(folder))
        return dict(_read(Path(folder)))


def _coarse(grid: Grid, shape: tuple[int, int, int]) -> Grid:
    """Larger voxels in plane; the step stays, since a scan takes larger ones for a localizer."""
    i_mm, j_mm = (
        round(grid.spacing_mm[axis] * grid.shape[axis] / shape[axis], 2) for axis in (0, 1)
    )
    spacing = (i_mm, j_mm, grid.spacing_mm[2])
    return Grid(shape, spacing, grid.direction.copy(), grid.origin_mm)


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def _phantom(name: str) -> Scene:
    """A phantom; but for GE's localizer nothing lies beside its phases, to scan faster."""
    made = scene_of(name, phantom_files(name))
    if name == "ge":
        return made
    return Scene(name, {item: made.files[item] for item in made.slices}, made.phases)


def _real(name: str) -> Scene:
    files: dict[str, bytes] = {}
    for folder in _REAL[name]:
        whole = survey((DATA / folder,), jobs=1)
        places = sorted(
            (record.header.frames[0].position_mm, record.header.frames[0].content_time, record.path)
            for record in whole.records
            if record.header is not None
        )
        for index, place in enumerate(sorted({position for position, _, _ in places})):
            if index % _EVERY_SLICE == 0 and index < _EVERY_SLICE * SMALL[2]:
                for _, _, path in (item for item in places if item[0] == place):
                    files[f"{Path(folder).name}/{Path(path).name}"] = _small(Path(path))
    return scene_of(name, files)


def _small(path: Path) -> bytes:
    """A slice with every eighth pixel along both axes, and steps between slices four times."""

    def edit(data: DataSet) -> None:
        rows, columns = (
            int.from_bytes(data.get(tag), "little") for tag in (0x00280010, 0x00280011)
        )
        pixels = np.frombuffer(data.get(PIXELS), "<u2")[: rows * columns].reshape(rows, columns)
        small = pixels[::_EVERY_PIXEL, ::_EVERY_PIXEL]
        data.put(PIXELS, b"OW", small.tobytes())
        data.put_short(0x00280010, small.shape[0])
        data.put_short(0x00280011, small.shape[1])
        for tag, factor in (
            (0x00280030, _EVERY_PIXEL),
            (0x00180050, _EVERY_SLICE),
            (0x00180088, _EVERY_SLICE),
        ):
            text = data.text(tag)
            if text:
                values = [float(part) * factor for part in text.split("\\")]
                data.put(tag, b"DS", "\\".join(f"{value:.8g}" for value in values))

    return edited(path.read_bytes(), edit)


def _odd(name: str) -> Scene:
    """A phantom, and among its files the collection of odd ones."""
    odd = {
        f"odd/{path.relative_to(DATA / 'dicom_odd')}": path.read_bytes()
        for path in sorted((DATA / "dicom_odd").rglob("*"))
        if path.is_file() and path.stat().st_size < _LARGEST_STRAY
    }
    return scene_of(name, {**phantom_files("ge"), **odd})
