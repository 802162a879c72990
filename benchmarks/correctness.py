"""Who is right: every tool on IBSI's digital phantom against the consensus values.

A value is rounded to 3 significant digits, as the references are, and passes when it is within
the tolerance of its row. A tool is correct when every value that it computes passes; features
that a tool does not have are not held against it.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import tags
from measure import RunnerError, Server
from peers.ours_panel import FAMILIES
from peers.protocol import SHARED, Job

PHANTOM = Path(__file__).resolve().parents[2] / "shared" / "data" / "ibsi"
_FILES = ("digital_image.nii.gz", "digital_mask.nii.gz")
_TABLE = "reference_dig_phantom.csv"
_ROUNDING = 1e-9  # printed numbers: a difference of 0.01 must not fail for its last binary digit
_IBSI = (*SHARED, "gldzm", "ivh", "local", "histogram")


class Reference(NamedTuple):
    """A consensus value."""

    value: float
    tolerance: float


class Verdict(NamedTuple):
    """How a tool fared."""

    passed: int
    compared: int
    misses: tuple[str, ...]
    """Tags of the values that are wrong."""

    @property
    def is_correct(self) -> bool:
        """Whether every value that it computes is right."""
        return 0 < self.compared == self.passed


class _Probe(NamedTuple):
    """What to ask a tool, and how to read its answer."""

    families: tuple[str, ...]
    options: Mapping[str, object]
    naming: tags.Naming


_MIRP_SPACES = (
    *("2d_average", "2d_slice_merge", "2.5d_direction_merge", "2.5d_volume_merge"),
    *("3d_average", "3d_volume_merge"),
)
_ZRAD_AGGREGATIONS = (
    *("3D:AVER", "3D:MERG", "2D:AVER", "2D:SLICE_MERG", "2.5D:DIR_MERG", "2.5D:MERG"),
)
_PROBES: dict[str, tuple[_Probe, ...]] = {
    "ours": (_Probe(tuple(FAMILIES), {"all_spaces": True}, tags.as_tags),),
    "zrad": tuple(
        _Probe(_IBSI, {"aggregation": name}, tags.as_tags) for name in _ZRAD_AGGREGATIONS
    ),
    "mirp": (_Probe(_IBSI, {"exact": True, "spaces": list(_MIRP_SPACES)}, tags.from_mirp),),
    "pyradiomics": (_Probe(SHARED, {}, tags.from_table(tags.PYRADIOMICS)),),
    "pycerr": (
        _Probe(SHARED, {"average": "feature"}, tags.from_table(tags.PYCERR)),
        _Probe(SHARED, {"average": "texture"}, tags.from_table(tags.PYCERR, "_3D_comb")),
    ),
    "nyxus": (_Probe(("whole",), {}, tags.from_table(tags.NYXUS)),),
}


def check(
    pythons: Mapping[str, Path], scratch: Path, say: Callable[[str], None]
) -> dict[str, Verdict]:
    """Try every tool.

    Parameters
    ----------
    pythons
        Interpreter of each tool's virtual environment.
    scratch
        Folder for copies of the phantom and for logs.
    say
        Takes what went wrong with a tool, which is then left out.

    Returns
    -------
    dict
        Verdict by tool; empty where the phantom is not here.
    """
    if not (PHANTOM / _TABLE).exists():
        return {}
    for name in _FILES:
        shutil.copyfile(PHANTOM / name, scratch / name)
    references = _references(PHANTOM / _TABLE)
    verdicts = {}
    for tool, python in pythons.items():
        try:
            values = _values(tool, python, scratch)
        except RunnerError as error:
            say(str(error))
        else:
            verdicts[tool] = judge(values, references)
    return verdicts


def judge(values: tags.Values, references: Mapping[str, Reference]) -> Verdict:
    """Compare values with the references that exist for them."""
    compared = {tag: value for tag, value in values.items() if tag in references}
    misses = tuple(tag for tag, value in compared.items() if not _passes(value, references[tag]))
    return Verdict(len(compared) - len(misses), len(compared), misses)


def _passes(value: float | None, reference: Reference) -> bool:
    if value is None:
        return False
    allowed = reference.tolerance + _ROUNDING * abs(reference.value)
    return abs(float(f"{value:.2e}") - reference.value) <= allowed


def _values(tool: str, python: Path, scratch: Path) -> dict[str, float | None]:
    image, mask = (str(scratch / name) for name in _FILES)
    found: dict[str, float | None] = {}
    with Server(python, tool, 1, scratch / f"{tool}-phantom.log") as server:
        for probe in _PROBES[tool]:
            job = Job(image, mask, probe.families, 0, probe.options, wants_values=True)
            found |= probe.naming(server.ask(job).values or {})
    return found


def _references(path: Path) -> dict[str, Reference]:
    """Rows with a consensus, by tag."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return {
        row["tag"].strip(): Reference(float(row["reference value"]), float(row["tolerance"]))
        for row in rows
        if row["reference value"] and row["tolerance"]
    }
