"""What is killed, what an undisturbed run of it leaves, and what may differ from that.

By design, and nothing else: below `.breastdce` the content of files (records of steps hold seconds
and peak memory, the rest remembers times of modification), not which files there are; the column
`mtime_ns` of a manifest; the columns of a training's log that tell of time and memory.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from kill_child import cpu_of

from breastdce.cli.main import main
from breastdce.core.errors import BreastDceError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset.validate import validate
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.run.training_folder import preset_toml
from breastdce.segment.preset import shipped_preset
from breastdce.testing import write_cohort

_STORE = ".breastdce"
_OF_THE_RUN = {
    "manifest.tsv": ("mtime_ns",),
    "log.tsv": ("seconds", "patches_per_s", "peak_gb"),
}
"""Tables with columns that tell of the machine and the moment, and these."""
_WITH_WORKERS = 3
"""Number of a chain, modulo 4, whose exams are computed by two processes beside the first."""
Words = Callable[[Path, int], list[str]]


class Calm(NamedTuple):
    """What an undisturbed run takes and leaves."""

    cpu_s: tuple[float, ...]
    """CPU time of a chain, by its number modulo their number; seconds."""
    files: dict[str, str]
    problems: object


@dataclass(frozen=True)
class Deed:
    """A command that is killed.

    Parameters
    ----------
    words
        Command line by folder of the chain and its number.
    problems
        What is wrong with a finished folder beside its files.
    """

    name: str
    folder: Path
    words: Words
    problems: Callable[[Path], object]
    calm: Calm

    def cpu_s(self, number: int) -> float:
        """CPU time of an undisturbed run of a chain of this number, in seconds."""
        return self.calm.cpu_s[number % len(self.calm.cpu_s)]

    def wrong(self, status: int, folder: Path) -> tuple[str, ...]:
        """What is not as in the undisturbed run."""
        found, calm = digests(folder), self.calm.files
        names = sorted(found.keys() | calm.keys())
        wrong = [name for name in names if found.get(name) != calm.get(name)]
        if status != 0:
            wrong.insert(0, f"exit status {status}")
        if self.problems(folder) != self.calm.problems:
            wrong.append("validate")
        return tuple(wrong)


def undisturbed(
    name: str,
    folder: Path,
    words: Words,
    problems: Callable[[Path], object] = lambda _: None,
    variants: Sequence[int] = (0,),
) -> Deed:
    """Let a command come to its end, once for each variant: the number of a chain."""
    folders = {number: folder / f"calm{number}" for number in variants}
    cpu = {number: cpu_of(words(at, number)) for number, at in folders.items()}
    calm = folders[0]
    measured = tuple(cpu.get(number, cpu[0]) for number in range(max(variants) + 1))
    return Deed(name, folder, words, problems, Calm(measured, digests(calm), problems(calm)))


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder, and every folder, with the digest of what may not differ."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        plain = path.is_file() and _STORE not in path.parts
        found[name] = hashlib.sha256(_lasting(path)).hexdigest() if plain else ""
    return found


def _lasting(path: Path) -> bytes:
    columns = _OF_THE_RUN.get(path.name)
    if columns is None:
        return path.read_bytes()
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [at for at, name in enumerate(rows[0]) if name not in columns]
    return repr([[row[at] for at in kept] for row in rows]).encode()


def run_deed(folder: Path) -> Deed:
    """`run` on two exams in this process; every fourth chain on two workers."""
    write_cohort(folder, size="tiny")
    shutil.rmtree(folder / "dicom" / "export of a medium")
    shutil.rmtree(folder / "dicom" / "archive" / "PHANTOM-04")
    recipe = folder / "fast.toml"
    text = resources.files("breastdce.run.recipes").joinpath("ispy1.toml").read_text()
    text = text.replace('field = "per_phase"', 'field = "per_phase", iterations = [2]')
    text = text.replace('stage = "resample"', 'stage = "resample"\nparams = { spacing_mm = 4.0 }')
    recipe.write_text(text, encoding="utf-8")

    def words(chain: Path, number: int) -> list[str]:
        jobs = "2" if number % 4 == _WITH_WORKERS else "1"
        given = ("--recipe", str(recipe), "--jobs", jobs)
        return ["run", str(folder / "dicom"), str(chain / "out"), *given]

    # Once in this process, so that no child has to load and compile what computes.
    if main(words(folder / "first", 0)) != 0:
        raise RuntimeError("run failed")
    variants = (0, _WITH_WORKERS)
    return undisturbed("run", folder, words, _problems, variants)


def _problems(chain: Path) -> object:
    try:
        return validate(chain / "out")
    except BreastDceError as error:
        return str(error.code)


@contextmanager
def fetch_deed(folder: Path) -> Iterator[Deed]:
    """`fetch` from a server of S3's protocol on this machine."""
    folder.mkdir(parents=True)
    read, write = os.pipe()
    server = os.fork()
    if server == 0:
        _serve(folder, write)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            url = told.readline().strip()
        given = ("--index", str(folder / "index.parquet"), "--dce", str(folder / "DCE.tsv"))

        def words(chain: Path, _: int) -> list[str]:
            return ["fetch", "made-trial", str(chain / "dest"), *given, "--endpoint", url]

        yield undisturbed("fetch", folder, words)
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def _serve(folder: Path, write: int) -> None:
    """Be the server, until killed."""
    from tests.e2e.made_archive import archive_server

    with archive_server() as archive:
        archive.fill()
        archive.write(folder)
        os.write(write, f"{archive.url}\n".encode())
        signal.pause()


_GRID = Grid((28, 40, 33), (1.0, 1.0, 1.0), np.eye(3), (10.0, -20.0, 5.0))


def train_deed(folder: Path) -> Deed:
    """`segment train` by the preset `tiny`, on four small exams and for a few steps."""
    dataset = folder / "Dataset901_Balls"
    rng = np.random.default_rng(0)
    for number in range(4):
        name = f"sub-{number}_ses-T0"
        at = np.indices(_GRID.shape) - np.array([14, 18 + number, 16])[:, None, None, None]
        label = np.asfortranarray((at**2).sum(axis=0) < 49)
        for phase in range(3):
            data = rng.standard_normal(_GRID.shape) + 2 * (phase > 0) * label
            image = Volume(np.asfortranarray(data, np.float32), _GRID)
            write_volume(dataset / "imagesTr" / f"{name}_{phase:04d}.nii.gz", image)
        write_mask(dataset / "labelsTr" / f"{name}.nii.gz", Mask(label, _GRID))
    (dataset / "dataset.json").write_text("{}", encoding="utf-8")
    preset = folder / "tiny.toml"
    preset.write_bytes(preset_toml(_short()))

    def words(chain: Path, _: int) -> list[str]:
        given = ("--preset", str(preset), "--accelerator", "cpu", "--threads", "1")
        return ["segment", "train", str(dataset), "--out", str(chain / "run"), *given]

    import breastdce.run.training
    import breastdce.segment.net.launch  # noqa: F401 - loaded once for all children

    return undisturbed("train", folder, words)


def _short() -> object:
    """The preset `tiny`, with patches, steps and folds that take seconds."""
    tiny = shipped_preset("tiny")
    sampling = msgspec.structs.replace(
        tiny.sampling, patch=(64, 64, 64), batch=1, steps_per_epoch=1
    )
    return msgspec.structs.replace(
        tiny,
        sampling=sampling,
        network=msgspec.structs.replace(tiny.network, base=2),
        schedule=msgspec.structs.replace(tiny.schedule, epochs=2),
        training=msgspec.structs.replace(tiny.training, outer=2, inner=2),
    )
