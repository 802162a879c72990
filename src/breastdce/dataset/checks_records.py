"""Promises about JSON records: closed sets of keys, codes of the closed list, values of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from breastdce.core.codes import Undefined
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout, sidecar
from breastdce.dataset.deidentification import ATTRIBUTE, TAG, fates
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.provenance import Provenance, read_provenance
from breastdce.formats.tables import Cell

_DESCRIPTION_KEYS = frozenset(
    {
        *("Name", "BIDSVersion", "DatasetType", "License", "DatasetDOI", "GeneratedBy"),
        *("SourceDatasets", "Recipe", "Authors", "Acknowledgements", "HowToAcknowledge", "Funding"),
        *("EthicsApprovals", "ReferencesAndLinks", "Keywords", "Dates"),
    }
)
"""BIDS' keys that a publisher may fill in, and Recipe and Dates."""
_NEEDED = {"Name", "BIDSVersion", "GeneratedBy"}
_OUR_KEY = re.compile("[a-z][a-z0-9_]*(_[LR])?")  # of one side, as in ml_R
_NAMED_BY_FEATURE = "feature_reasons"
_FORMS = {
    "role": re.compile(r"phase-[0-9]{4}|analysis"),
    "digest": re.compile("[0-9a-f]{64}"),
    "name": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "version": re.compile(r"[0-9][0-9A-Za-z.+!-]{0,39}"),
    "attribute": re.compile(ATTRIBUTE),
    "tag": re.compile(TAG),
}


def check_sidecars(root: Path, exam: ExamId, n_phases: int) -> Iterator[Problem]:
    """Compare the acquisition records of an exam with the list of what they may hold."""
    for index in range(n_phases):
        path = layout.native_sidecar(root, exam, index)
        record = _read(path)
        if record is None:
            if path.exists():
                yield problem(root, path, Promise.READABLE, "not a JSON record", path.name)
            continue
        for key, why in sidecar.departures(record):
            promise = Promise.CODES if key == "Caveats" else Promise.PRIVACY
            yield problem(root, path, promise, f"{key}: {why}", record[key])
        if record.get("PhaseIndex", index) != index:
            what = "the record is of another phase"
            yield problem(root, path, Promise.EXAMS, what, record["PhaseIndex"])


def check_description(root: Path) -> Iterator[Problem]:
    """Check the keys of dataset_description.json."""
    path = layout.description(root)
    record = _read(path)
    if record is None:
        if path.exists():
            yield problem(root, path, Promise.READABLE, "not a JSON record", path.name)
        return
    if odd := sorted(record.keys() - _DESCRIPTION_KEYS):
        yield problem(root, path, Promise.PRIVACY, "keys that BIDS does not know", odd)
    if missing := sorted(_NEEDED - record.keys()):
        yield problem(root, path, Promise.TABLES, "keys that BIDS asks for are missing", missing)
    if record.get("Dates", "dropped") not in ("dropped", "shifted"):
        yield problem(root, path, Promise.PRIVACY, "Dates is not one of two words", record["Dates"])
    if record.get("DatasetType") != "derivative":
        what = "DatasetType is not derivative"
        yield problem(root, path, Promise.TABLES, what, record.get("DatasetType"))


def dates_are_shifted(root: Path) -> bool:
    """Whether dataset_description.json says that exams carry shifted dates."""
    record = _read(layout.description(root)) or {}
    return record.get("Dates") == "shifted"


def check_deidentification(root: Path, rows: Iterable[Mapping[str, Cell]]) -> Iterator[Problem]:
    """Check that every attribute met the fate that the package has for it."""
    path = layout.deidentification(root)
    for row in rows:
        allowed = [(fate.action.value, fate.where or None) for fate in fates(str(row["attribute"]))]
        if (row["action"], row["where"]) not in allowed:
            what = f"{row['attribute']}: not what the package does with it"
            yield problem(root, path, Promise.PRIVACY, what, f"{row['action']}, {row['where']}")


def load_record(root: Path, exam: ExamId) -> tuple[Provenance | None, list[Problem]]:
    """Provenance of an exam, or the problem of reading it; codes are checked in reading."""
    path = layout.provenance(root, exam)
    if not path.exists():
        return None, []
    try:
        return read_provenance(path), []
    except InputError as error:
        why = str(error.evidence.get("why", ""))
        promise = Promise.CODES if "enum value" in why else Promise.PRIVACY
        if "unknown field" not in why and promise is not Promise.CODES:
            promise = Promise.READABLE
        return None, [problem(root, path, promise, "not a provenance record of ours", why)]


def check_provenance(root: Path, exam: ExamId, record: Provenance) -> Iterator[Problem]:
    """Check names and forms in a provenance record."""
    path = layout.provenance(root, exam)
    for what, text in _forms(record):
        yield problem(root, path, Promise.PRIVACY, f"{what} is not of its form", text)
    trees: list[object] = [record.measurements, *(stage.params for stage in record.stages)]
    trees += [caveat.detail for stage in record.stages for caveat in stage.caveats] + [
        caveat.detail for caveat in record.caveats
    ]
    for key in sorted({key for tree in trees for key in _odd_keys(tree)}):
        yield problem(root, path, Promise.PRIVACY, "a key that is no name of ours", key)
    reasons = record.measurements.get(_NAMED_BY_FEATURE, {})
    for reason in sorted(set(map(str, _values(reasons))) - {*Undefined}):
        what = "a reason that is not on the closed list"
        yield problem(root, path, Promise.CODES, what, reason)


def _forms(record: Provenance) -> Iterator[tuple[str, str]]:
    program = record.generated_by
    texts = [("name", program.name), ("version", program.version)]
    texts += [("name", record.recipe.name), ("digest", record.recipe.digest)]
    for note in record.inputs:
        texts += [("role", note.role), ("digest", note.digest)]
    engines = [program.engines, *(stage.engines for stage in record.stages)]
    for versions in engines:
        texts += [("name", name) for name in versions]
        texts += [("version", version) for version in versions.values()]
    texts += [("name", stage.name) for stage in record.stages]
    texts += [("attribute", note.attribute) for note in record.headers]
    texts += [("tag", note.tag) for note in record.headers]
    texts += [("digest", digest) for digest in record.files.values()]
    return ((what, text) for what, text in texts if _FORMS[what].fullmatch(text) is None)


def _odd_keys(tree: object) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if _OUR_KEY.fullmatch(str(key)) is None:
                yield str(key)
            elif key != _NAMED_BY_FEATURE:
                yield from _odd_keys(value)
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from _odd_keys(item)


def _values(tree: object) -> list[object]:
    return list(tree.values()) if isinstance(tree, Mapping) else [tree]


def _read(path: Path) -> dict[str, object] | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
