"""Promise: the files of the layout exist, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.provenance import Provenance, checksums


def check_tree(root: Path, exams: Sequence[tuple[ExamId, int]]) -> Iterator[Problem]:
    """Compare the files under `root` with the layout for `exams` (name, number of phases).

    The ledger of revisions is no part of the data set that leaves the house; it has its own check.
    """
    required = set(layout.required_files(root))
    allowed = {*required, *layout.optional_files(root)}
    for exam, n_phases in exams:
        files = layout.required_exam_files(root, exam, n_phases)
        required.update(files)
        allowed.update(files, layout.optional_exam_files(root, exam, n_phases))
    names = {str(exam) for exam, _ in exams}
    present = {path for path in _files(root) if not layout.is_exam_figure(root, path, names)}
    for path in sorted(required - present):
        yield problem(root, path, Promise.FILES, "a file of the layout is missing", "no file")
    for path in sorted(present - allowed):
        yield problem(root, path, Promise.FILES, "the layout knows no such file", path.name)
    for path in sorted(_empty_folders(root)):
        yield problem(root, path, Promise.FILES, "the layout knows no such folder", "empty")


def check_checksums(root: Path, exam: ExamId, record: Provenance) -> Iterator[Problem]:
    """Compare the exam's files with the checksums in its provenance."""
    folder, found = layout.exam_folder(root, exam), checksums(root, exam)
    for name, digest in found.items():
        stated = record.files.get(name)
        if stated is None:
            what = "provenance does not name this file"
            yield problem(root, folder / name, Promise.CHECKSUMS, what, digest[:16])
        elif stated != digest:
            seen = f"SHA-256 {digest[:16]}..., provenance {stated[:16]}..."
            what = "the file is not the one that was made"
            yield problem(root, folder / name, Promise.CHECKSUMS, what, seen)
    for name in sorted(record.files.keys() - found.keys()):
        what = "provenance names a file that is not there"
        # Reported at the record: the name may be anything.
        yield problem(root, layout.provenance(root, exam), Promise.CHECKSUMS, what, name)


def found_exams(root: Path) -> tuple[list[ExamId], list[Problem]]:
    """Exams by their folders, and the folders that cannot be an exam's."""
    exams: list[ExamId] = []
    problems: list[Problem] = []
    for folder in layout.exam_folders(root):
        try:
            exams.append(layout.exam_of(folder))
        except InputError:
            what = "not a name of an exam's folder"
            problems.append(problem(root, folder, Promise.FILES, what, folder.name))
    return exams, problems


def _files(root: Path) -> Iterator[Path]:
    for top in root.iterdir():
        if top in (layout.store(root), layout.review(root)):
            continue
        if top.is_dir() and not top.is_symlink():
            yield from (path for path in top.rglob("*") if not path.is_dir() or path.is_symlink())
        else:
            yield top


def _empty_folders(root: Path) -> Iterator[Path]:
    for top in root.iterdir():
        if top in (layout.store(root), layout.review(root)):
            continue
        if top.is_dir() and not top.is_symlink():
            folders = [top, *(path for path in top.rglob("*") if path.is_dir())]
            yield from (folder for folder in folders if not any(folder.iterdir()))
