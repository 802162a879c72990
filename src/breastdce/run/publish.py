"""Write one exam into the data set: files with human names, made from artifacts.

Every file is written aside and renamed; provenance with the checksums comes last. An exam that is
as it was last written is left alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce import __version__
from breastdce.core.digest import digest_json
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.dataset.provenance import as_read, checksums, sha256, write_provenance
from breastdce.dataset.rows import ExclusionRow
from breastdce.dataset.tables import write_exam_features
from breastdce.formats.atomic import remove_unfinished, write_bytes
from breastdce.formats.gzip_frame import FRAME_VERSION, Compression, compress_here
from breastdce.formats.nifti import scaled, write_mask, write_volume
from breastdce.formats.tables import write_json
from breastdce.run.ahead import Ahead
from breastdce.run.describe import describe_exam, describe_features, stv_masks
from breastdce.run.engine import ExamEngine
from breastdce.run.inputs import FileDigests
from breastdce.run.optional import FILES, Writer
from breastdce.run.pages import StoredImages, make_page, page_files
from breastdce.run.paths import WorkPaths
from breastdce.run.plan import REVISION
from breastdce.run.review.mask_files import MaskFiles
from breastdce.stages.load import Source

WANTED = frozenset(
    {
        *("native", "facts", "ftv", "maps", "measures", "comparison", "stv_report"),
        *("bias", "normalized", "moments", "stv", "features"),
    }
)
"""What a recipe must make so that an exam can be published."""
_SER_SLOPE = 0.001


class _Published(msgspec.Struct, frozen=True):
    state: str
    """Digest of everything that the files were made from."""
    files: dict[str, tuple[int, int]]
    """Path in the data set to size in bytes and modification time in ns; not of the pages, which
    change with the other exams."""


def publish_exam(
    out: Path,
    exam: ExamId,
    source: Source,
    engine: ExamEngine,
    files: FileDigests,
    exclusions: Sequence[ExclusionRow],
    ahead: Ahead,
    *,
    threads: int,
    compression: Compression = "fast",
) -> bool:
    """Bring an exam's files up to date, on several threads; False when they already were.

    Files whose images were compressed in another way than `compression` are not up to date.
    """
    memory = WorkPaths(out).published(str(exam))
    state = _state(exam, source, engine, exclusions, compression)
    if _is_current(out, exam, memory, state):
        return False
    folder = layout.exam_folder(out, exam)
    # Ours alone while we hold the exam's lock: strays are what a killed run left.
    remove_unfinished(folder)
    jobs = _jobs(out, exam, engine, ahead)
    # The page is drawn while files are compressed.
    with ThreadPoolExecutor(threads, initializer=compress_here, initargs=(compression,)) as pool:
        optional = [pool.submit(write, out, exam, value) for write, value in _optional(engine)]
        writing = {path: pool.submit(_written, path, write) for path, write in jobs.items()}
        written = [*jobs, *(path for done in optional for path in done.result())]
        names = [path.relative_to(folder).as_posix() for path in sorted(written)]
        record = describe_exam(exam, source, engine, files, exclusions, ahead.attributes(), names)
        sidecars = engine.value("facts").sidecars
        images = _MadeImages(out, exam, engine)
        page = make_page(exam, as_read(record), sidecars, images, threads=threads)
        sums = {path: done.result() for path, done in writing.items()}
    _remove_others(folder, written)  # not before: files are written under other names
    write_provenance(out, exam, msgspec.structs.replace(record, files=checksums(out, exam, sums)))
    page.write(out, exam)
    made = [*written, layout.provenance(out, exam)]
    notes = {path.relative_to(out).as_posix(): _stamp(path) for path in made}
    write_bytes(memory, msgspec.json.encode(_Published(state, notes)))
    return True


def _copy(source: Path, path: Path) -> None:
    """An expert's mask is, byte for byte, the one that was accepted."""
    write_bytes(path, source.read_bytes())


def _written(path: Path, write: Callable[[], None]) -> str:
    """Write a file; its checksum."""
    write()
    return sha256(path)


def _optional(engine: ExamEngine) -> Iterator[tuple[Writer, object]]:
    for artifact, write in FILES.items():
        if artifact in engine.wanted:
            yield write, engine.value(artifact)


def withdraw_exam(out: Path, exam: ExamId) -> None:
    """Take an exam out of the data set, with its pages."""
    folder = layout.exam_folder(out, exam)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # another visit of hers is there
        folder.parent.rmdir()
    for path in (*page_files(out, exam), WorkPaths(out).published(str(exam))):
        path.unlink(missing_ok=True)


Jobs = dict[Path, Callable[[], None]]
"""Files of an exam and what writes each, in any order and side by side."""


def _jobs(out: Path, exam: ExamId, engine: ExamEngine, ahead: Ahead) -> Jobs:
    """The files that every exam has, the ones that take longest first."""
    jobs: Jobs = {}
    for index, phase in enumerate(engine.value("native").phases):
        path = layout.native_image(out, exam, index)
        jobs[path] = partial(ahead.write, "native", index, phase)
    for index, image in enumerate(engine.value("normalized")):
        path = layout.image(out, exam, index)
        jobs[path] = partial(ahead.write, "normalized", index, image)
    maps, grid = engine.value("maps"), engine.value("native").grid
    for path, stored, slope in (
        (layout.pe_map(out, exam), maps.pe_stored, 1.0),
        (layout.ser_map(out, exam), maps.ser_stored, _SER_SLOPE),
    ):
        jobs[path] = partial(write_volume, path, _volume(stored, grid), dtype="int16", slope=slope)
    jobs.update(_mask_jobs(out, exam, engine))
    for index, sidecar in enumerate(engine.value("facts").sidecars):
        path = layout.native_sidecar(out, exam, index)
        jobs[path] = partial(write_json, path, sidecar)
    return jobs


def _mask_jobs(out: Path, exam: ExamId, engine: ExamEngine) -> Jobs:
    """Masks, and the features where there is a tumor."""
    path = layout.mask(out, exam, MaskName.FTV)
    jobs: Jobs = {path: partial(write_mask, path, engine.value("ftv"))}
    masks = stv_masks(engine)
    for name, mask in masks.items():
        path = layout.mask(out, exam, name)
        jobs[path] = partial(write_mask, path, mask)
    if MaskName.STV_EXPERT in masks:
        path = layout.mask(out, exam, MaskName.STV_EXPERT)
        revised = MaskFiles(out).path(exam, engine.value(REVISION).mask)
        jobs[path] = partial(_copy, revised, path)
    if MaskName.STV_AUTO in masks:
        path = layout.mask_note(out, exam, MaskName.STV_AUTO)
        jobs[path] = partial(write_json, path, msgspec.to_builtins(engine.value("prediction")))
    if masks:
        row = describe_features(exam, engine)
        path = layout.exam_features(out, exam)
        jobs[path] = partial(write_exam_features, out, [row], tuple(row.values))
    return jobs


def _volume(values: NDArray[np.int16], grid: Grid) -> Volume:
    return Volume(np.asfortranarray(values, dtype=np.float32), grid)


class _MadeImages(StoredImages):
    """The images that are being written, as they will be read; others from the data set."""

    def __init__(self, out: Path, exam: ExamId, engine: ExamEngine) -> None:
        super().__init__(out, exam)
        self._engine = engine

    def native(self, index: int) -> Volume:
        phase: Volume = self._engine.value("native").phases[index]
        return phase

    def image(self, index: int) -> Volume:
        image: Volume = tuple(self._engine.value("normalized"))[index]
        return image

    def pe(self) -> Volume:
        return self._map(self._engine.value("maps").pe_stored, 1.0)

    def ser(self) -> Volume:
        return self._map(self._engine.value("maps").ser_stored, _SER_SLOPE)

    def mask(self, name: MaskName) -> Mask | None:
        if name is MaskName.FTV:
            ftv: Mask = self._engine.value("ftv")
            return ftv
        if name in STV_BEST_FIRST:
            return stv_masks(self._engine).get(name)
        if name is MaskName.BREAST:  # one on disk may be of an earlier recipe
            return self._engine.value("breast") if "breast" in self._engine.wanted else None
        return super().mask(name)

    def _map(self, stored: NDArray[np.int16], slope: float) -> Volume:
        return Volume(scaled(stored, slope), self._engine.value("native").grid)


def _state(
    exam: ExamId,
    source: Source,
    engine: ExamEngine,
    exclusions: Sequence[ExclusionRow],
    compression: Compression,
) -> str:
    return digest_json(
        {
            "exam": str(exam),
            "shifted_day": source.shifted_day,
            "recipe": engine.recipe.digest(),
            "artifacts": {name: engine.digests[name] for name in sorted(engine.wanted)},
            "records": [[record.key, record.engines] for record in engine.records],
            "exclusions": msgspec.to_builtins(list(exclusions)),
            "compression": [compression, FRAME_VERSION],
            "package": __version__,
        }
    )


def _is_current(out: Path, exam: ExamId, memory: Path, state: str) -> bool:
    try:
        last = msgspec.json.decode(memory.read_bytes(), type=_Published)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    if not all(path.exists() for path in page_files(out, exam)):
        return False
    return last.state == state and all(
        (out / name).exists() and _stamp(out / name) == stamp for name, stamp in last.files.items()
    )


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _remove_others(folder: Path, keep: Sequence[Path]) -> None:
    """Clear what an earlier recipe left in the exam's folder; expert masks are a person's work."""
    for path in folder.rglob("*"):
        if path.is_file() and path not in keep and "stv-expert" not in path.name:
            path.unlink()
