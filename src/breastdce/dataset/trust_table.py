"""The table of how likely masks are bad: of one exam, and of all; columns, writers, checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.checks_tables import TableReader
from breastdce.dataset.dictionary import FEATURE_KEYS
from breastdce.dataset.gathered_table import (
    check_gathered,
    exam_tables,
    row_order,
    write_gathered,
)
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.formats.tables import Cell, Column, read_tsv, write_tsv

_NOTE = "More is more doubtful."
INPUTS = {
    "parts": ("Parts", "log2 of the number of parts (26 neighbors) of 0.02 mL and more, at most 3"),
    "small": ("Smallness", "Halvings of the volume below 1 mL, at most 5"),
    "large": ("Largeness", "Doublings of the volume above 100 mL, at most 3"),
    "unround": ("Not round", "1 - sphericity, faces of voxels counted as 1.5 times the surface"),
    "thin": ("Thin", "Share that an opening with a ball of 2 mm takes away"),
    "at_edge": ("At the edge of the field", "Share within 2 voxels of the end of the images"),
    "dim": ("Enhancing little", "Share with an early enhancement below 70 %"),
    "no_contrast": (
        "No contrast",
        "2 (1 - A), at most 1; A: chance that a voxel of the mask enhances more than one 3 to "
        "7 mm outside",
    ),
    "too_large": (
        "Too large",
        "Share of the outer 2 mm of the mask that enhances less than halfway from the shell's "
        "median to the mask's",
    ),
    "too_small": ("Too small", "Share of what is 1 to 3 mm outside that enhances more than that"),
    "left_out": (
        "Left out",
        "log2(1 + V / volume), at most 5; V: what enhances more than that 3 to 20 mm outside, in "
        "parts of 0.1 mL and more",
    ),
    "mixed": ("Mixed kinetics", "Interquartile range of SER, at most 1"),
    "faint": ("Faint", "Share of the tissue in the field that enhances more than the mask"),
    "outside": ("Outside the breasts", "Share outside the mask of the breasts"),
    "at_border": (
        "At skin or chest wall",
        "Share in the breasts within 3 mm of the border of their mask",
    ),
    "left_in_breast": ("Left out in the breasts", "As left_out, in the breasts alone"),
    "unsure_border": (
        "Unsure at the border",
        "Mean entropy of the network's probability within 2 mm of the surface, bits",
    ),
    "unsure_inside": ("Unsure inside", "1 - mean probability inside"),
    "likely_outside": (
        "Likely outside",
        "log2(1 + sum of the probability outside / voxels of the mask), at most 5",
    ),
    "apart_from_ftv": ("Apart from the FTV", "1 - Dice of the mask and the FTV"),
}
"""Long name and meaning of what the chance is computed from."""

COLUMNS = (
    *FEATURE_KEYS,
    Column(
        name="chance_bad",
        long_name="Chance that the mask is bad",
        description="Estimated chance that Dice with the true outline is below 0.7, if one mask in "
        "five is bad. Missing for an empty mask.",
        kind="number",
    ),
    Column(
        name="known",
        long_name="What was known",
        description="What there was beside the images; the coefficients depend on it.",
        pattern="images(\\+breast)?(\\+probability)?(\\+ftv)?",
    ),
    Column(
        name="raised_by",
        long_name="Raised by",
        description="The input that raises the chance most over that of a good mask.",
        levels={name: title for name, (title, _) in INPUTS.items()},
    ),
    *(
        Column(name=name, long_name=title, description=f"{meaning}. {_NOTE}", kind="number")
        for name, (title, meaning) in INPUTS.items()
    ),
)


def write_exam_trust(root: Path, exam: ExamId, rows: Iterable[Mapping[str, Cell]]) -> Path:
    """Write the table of one exam; each row has every column but the exam. Return its path."""
    path = layout.exam_trust(root, exam)
    write_tsv(path, COLUMNS, ({"exam_id": str(exam), **row} for row in rows))
    return path


def read_trust(root: Path) -> list[dict[str, Cell]]:
    """Rows of the exams' own tables, in order of exam and mask."""
    paths = exam_tables(root, layout.exam_trust)
    return sorted((row for path in paths for row in read_tsv(path, COLUMNS)), key=row_order)


def write_trust(root: Path) -> None:
    """Gather the exams' tables and write the dictionary; neither stays where there are none."""
    write_gathered(layout.trust(root), layout.trust(root, "json"), COLUMNS, read_trust(root))


def check_trust(root: Path, reader: TableReader, folders: Sequence[ExamId]) -> Iterator[Problem]:
    """Compare the table with its dictionary and the exams' own tables."""
    path, meanings = layout.trust(root), layout.trust(root, "json")
    reader.check_dictionary(meanings, [column.name for column in COLUMNS])
    rows = reader.read(path, COLUMNS)
    files = (layout.exam_trust(root, exam) for exam in folders)
    own = sorted((row for file in files for row in reader.read(file, COLUMNS)), key=row_order)
    yield from check_gathered(root, path, meanings, rows, own)
    for row in rows:
        chance = row["chance_bad"]
        if chance is not None and not 0 <= float(chance) <= 1:
            what = f"{row['exam_id']}: a chance is not between 0 and 1"
            yield problem(root, path, Promise.TABLES, what, chance)
