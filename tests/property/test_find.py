"""The finder's answer does not depend on the order or the names of files."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from breastdce.core.codes import FileCode
from breastdce.ingest.find import find_exams
from tests.unit.ingest.headers import change, clock, flat, one_series, other, series_each, volume


def _records(layout, k):
    groups = one_series(k) if layout == "one" else series_each(k)
    trap = volume(phase=8, series="1.1.2", number=2, acquisition_time=clock(35900), n=20)
    ser = change(
        volume(phase=7, series="1.1.99", number=99),
        image_type=("DERIVED", "PRIMARY", "DCE", "SER"),
    )
    return [*flat(groups), *trap, *ser, other(FileCode.SEGMENTATION)]


def _answer(found, name_of):
    """Everything the finder says, with paths replaced by what they were before."""

    def plain(exam):
        phases = tuple(
            replace(
                phase,
                slices=tuple(replace(item, path=name_of[item.path]) for item in phase.slices),
            )
            for phase in exam.phases
        )
        paths = tuple(sorted(name_of[path] for path in exam.analysis_paths))
        return replace(exam, phases=phases, analysis_paths=paths)

    return tuple(map(plain, found.exams)), found.exam_notes, found.series_notes


@settings(max_examples=30, deadline=None)
@given(
    layout=st.sampled_from(["one", "each"]),
    k=st.integers(2, 4),
    lost=st.sets(st.integers(0, 40), max_size=2),
    rng=st.randoms(use_true_random=False),
)
def test_shuffled_records_and_permuted_names_give_the_same_answer(
    layout: str, k: int, lost: set[int], rng: random.Random
):
    records = [item for i, item in enumerate(_records(layout, k)) if i not in lost]
    same = {item.path: item.path for item in records}
    before = _answer(find_exams(records), same)
    names = [item.path for item in records]
    rng.shuffle(names)
    renamed = [replace(item, path=name) for item, name in zip(records, names, strict=True)]
    name_of = {new.path: old.path for new, old in zip(renamed, records, strict=True)}
    rng.shuffle(renamed)
    assert _answer(find_exams(renamed), name_of) == before
