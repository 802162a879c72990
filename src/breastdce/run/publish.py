"""Write one exam into the data set: files with human names, made from artifacts.

Every file is written aside and renamed; provenance with the checksums comes last. An exam that is
as it was last written is left alone.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from breastdce import __version__
from breastdce.core.digest import digest_json
from breastdce.core.exam import ExamId
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.dataset.provenance import write_provenance
from breastdce.dataset.rows import ExclusionRow
from breastdce.dataset.tables import write_exam_features
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import write_mask, write_stored, write_volume
from breastdce.formats.tables import write_json
from breastdce.run.engine import ExamEngine
from breastdce.run.inputs import FileDigests
from breastdce.run.pages import write_exam_page
from breastdce.run.paths import WorkPaths
from breastdce.run.provenance import describe_exam, feature_row
from breastdce.stages.load import Source

WANTED = frozenset(
    ("native", "facts", "ftv", "maps", "measures", "normalized", "moments", "stv", "features")
)
"""What a recipe must make so that an exam can be published."""


class _Published(msgspec.Struct, frozen=True):
    state: str
    """Digest of everything that the files were made from."""
    files: dict[str, tuple[int, int]]
    """Path in the data set to size in bytes and modification time in ns."""


def publish_exam(
    out: Path,
    exam: ExamId,
    source: Source,
    engine: ExamEngine,
    files: FileDigests,
    exclusions: Sequence[ExclusionRow],
) -> bool:
    """Bring an exam's files up to date; False when they already were."""
    memory = WorkPaths(out).published(str(exam))
    state = _state(exam, engine, exclusions)
    if _is_current(out, memory, state):
        return False
    folder = layout.exam_folder(out, exam)
    written = _write_artifacts(out, exam, engine)
    checksums = {path.relative_to(out).as_posix(): _sha256(path) for path in written}
    record = describe_exam(exam, source, engine, files, exclusions, checksums)
    write_provenance(layout.provenance(out, exam), record)
    written.append(layout.provenance(out, exam))
    _remove_others(folder, written)
    written += write_exam_page(out, exam)
    notes = {path.relative_to(out).as_posix(): _stamp(path) for path in written}
    write_bytes(memory, msgspec.json.encode(_Published(state, notes)))
    return True


def withdraw_exam(out: Path, exam: ExamId) -> None:
    """Take an exam out of the data set, with its pages."""
    shutil.rmtree(layout.exam_folder(out, exam), ignore_errors=True)
    layout.exam_page(out, exam).unlink(missing_ok=True)
    layout.thumbnail(out, exam).unlink(missing_ok=True)
    WorkPaths(out).published(str(exam)).unlink(missing_ok=True)


def _write_artifacts(out: Path, exam: ExamId, engine: ExamEngine) -> list[Path]:
    written = _write_native(out, exam, engine)
    for index, image in enumerate(engine.value("normalized")):
        path = layout.image(out, exam, index)
        write_volume(path, image)
        written.append(path)
    maps = engine.value("maps")
    grid = engine.value("native").grid
    write_stored(layout.pe_map(out, exam), maps.pe_stored, grid)
    write_stored(layout.ser_map(out, exam), maps.ser_stored, grid, slope=0.001)
    write_mask(layout.ftv_mask(out, exam), engine.value("ftv"))
    write_mask(layout.stv_mask(out, exam, "candidate"), engine.value("stv"))
    write_exam_features(out, exam, feature_row(exam, engine))
    written += [
        layout.pe_map(out, exam),
        layout.ser_map(out, exam),
        layout.ftv_mask(out, exam),
        layout.stv_mask(out, exam, "candidate"),
        layout.exam_features(out, exam),
    ]
    return written


def _write_native(out: Path, exam: ExamId, engine: ExamEngine) -> list[Path]:
    written = []
    facts = engine.value("facts")
    for index, phase in enumerate(engine.value("native").phases):
        image, sidecar = layout.native(out, exam, index), layout.sidecar(out, exam, index)
        _write_exact(image, phase)
        write_json(sidecar, facts.sidecars[index])
        written += [image, sidecar]
    return written


def _write_exact(path: Path, volume: Volume) -> None:
    """Write raw signal as the stored integer type where that is exact, else as float32."""
    for kind in (np.int16, np.uint16):
        limits = np.iinfo(kind)
        if volume.data.min() >= limits.min and volume.data.max() <= limits.max:
            stored = volume.data.astype(kind)
            if np.array_equal(stored, volume.data):
                write_stored(path, stored, volume.grid)
                return
    write_volume(path, volume)


def _state(exam: ExamId, engine: ExamEngine, exclusions: Sequence[ExclusionRow]) -> str:
    return digest_json(
        {
            "exam": str(exam),
            "artifacts": {name: engine.digests[name] for name in sorted(WANTED)},
            "records": [[record.key, record.engines] for record in engine.records],
            "exclusions": msgspec.to_builtins(list(exclusions)),
            "package": __version__,
        }
    )


def _is_current(out: Path, memory: Path, state: str) -> bool:
    try:
        last = msgspec.json.decode(memory.read_bytes(), type=_Published)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    return last.state == state and all(
        (out / name).exists() and _stamp(out / name) == stamp for name, stamp in last.files.items()
    )


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _remove_others(folder: Path, keep: Sequence[Path]) -> None:
    """Clear what an earlier recipe, or a run that was killed, left in the exam's folder."""
    wanted: set[Any] = set(keep)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
