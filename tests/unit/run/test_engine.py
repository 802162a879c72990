"""Results are looked up by what made them; exactly what depends on a change is computed again."""

from __future__ import annotations

import shutil
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.params import NoParams, Params
from breastdce.run.engine import ExamEngine, Given
from breastdce.run.plan import Plan, PlannedStep
from breastdce.run.recipe import Recipe
from breastdce.stages._contract import Result, Stage
from breastdce.store.local import Store

Array = NDArray[np.float64]


class Source(NamedTuple):
    source: int


class Raw(NamedTuple):
    raw: Array


class Scaled(NamedTuple):
    scaled: Array


class Total(NamedTuple):
    total: float


class Factor(Params, frozen=True):
    factor: float = 2.0


@pytest.fixture
def calls():
    return []


def make_plan(calls, *, factor=2.0, keep_scaled=True, clip=False):
    def load(inputs, params, ctx):
        calls.append("load")
        return Result(Raw(np.arange(inputs.source, dtype=float)), (Caveat(CaveatCode.LOSSY),))

    def scale(inputs, params, ctx):
        calls.append("scale")
        scaled = inputs.raw * params.factor
        return Result(Scaled(np.minimum(scaled, 1.0) if clip else scaled))

    def total(inputs, params, ctx):
        calls.append("total")
        return Result(Total(float(inputs.scaled.sum())))

    def words(params):
        return "Done."

    steps = (
        PlannedStep(
            Stage("load", 1, Source, NoParams, Raw, load, words),
            NoParams(),
            {"source": "source"},
            {"raw": "raw"},
            True,
        ),
        PlannedStep(
            Stage("scale", 1, Raw, Factor, Scaled, scale, words),
            Factor(factor=factor),
            {"raw": "raw"},
            {"scaled": "scaled"},
            keep_scaled,
        ),
        PlannedStep(
            Stage("total", 1, Scaled, NoParams, Total, total, words),
            NoParams(),
            {"scaled": "scaled"},
            {"total": "total"},
            True,
        ),
    )
    types = {"source": None, "raw": Array, "scaled": Array, "total": float}
    return Plan(Recipe(name="toy", schema=1, step=()), steps, types)


def engine(plan, tmp_path, source=4, wanted=frozenset({"total"})):
    given = {"source": Given(source, f"digest-{source}")}
    run = ExamEngine(plan, Store(tmp_path, scratch="x"), given, wanted)
    run.run()
    return run


def test_first_run_computes_everything(calls, tmp_path):
    run = engine(make_plan(calls), tmp_path)
    assert run.value("total") == 12.0
    assert calls == ["load", "scale", "total"]
    assert run.records[0].caveats[0].code is CaveatCode.LOSSY


def test_second_run_is_all_hits_and_gives_the_same(calls, tmp_path):
    first = engine(make_plan(calls), tmp_path)
    calls.clear()
    second = engine(make_plan(calls), tmp_path)
    assert calls == []
    assert second.computed == 0
    assert second.digests == first.digests
    assert second.value("total") == 12.0
    assert second.records[0].caveats == first.records[0].caveats


def test_changed_parameter_recomputes_what_depends_on_it_only(calls, tmp_path):
    engine(make_plan(calls), tmp_path)
    calls.clear()
    run = engine(make_plan(calls, factor=3.0), tmp_path)
    assert calls == ["scale", "total"]
    assert run.value("total") == 18.0


def test_equal_output_of_a_changed_step_stops_recomputation(calls, tmp_path):
    engine(make_plan(calls, factor=2.0, clip=True), tmp_path)
    calls.clear()
    engine(make_plan(calls, factor=5.0, clip=True), tmp_path)
    assert calls == ["scale"]


def test_changed_input_recomputes_all(calls, tmp_path):
    engine(make_plan(calls), tmp_path)
    calls.clear()
    engine(make_plan(calls), tmp_path, source=5)
    assert calls == ["load", "scale", "total"]


def test_artifact_that_was_not_kept_is_made_again_only_when_asked_for(calls, tmp_path):
    large = 10_000  # what is small is always kept
    engine(make_plan(calls, keep_scaled=False), tmp_path, large)
    calls.clear()
    run = engine(make_plan(calls, keep_scaled=False), tmp_path, large)
    assert calls == []
    np.testing.assert_array_equal(run.value("scaled"), 2 * np.arange(large))
    assert calls == ["scale"]


def test_damaged_object_is_made_again(calls, tmp_path):
    engine(make_plan(calls), tmp_path)
    calls.clear()
    for path in (tmp_path / "objects").rglob("*.gz"):
        path.write_bytes(b"broken")
    run = engine(make_plan(calls, factor=3.0), tmp_path)
    assert run.value("total") == 18.0
    assert calls == ["load", "scale", "total"]


def test_step_whose_object_is_gone_is_done_again_with_its_record_there(calls, tmp_path):
    engine(make_plan(calls), tmp_path)
    calls.clear()
    shutil.rmtree(tmp_path / "objects")
    run = engine(make_plan(calls), tmp_path)
    assert calls == ["load", "scale", "total"]
    assert run.value("total") == 12.0


def test_steps_are_told_with_their_place_as_they_begin(calls, tmp_path):
    told: list[tuple[int, str]] = []
    given = {"source": Given(4, "digest-4")}
    run = ExamEngine(make_plan(calls), Store(tmp_path, scratch="x"), given, frozenset())
    run.run(on_step=lambda place, stage: told.append((place, stage)))
    assert told == [(0, "load"), (1, "scale"), (2, "total")]
    assert run.methods() == ("Done.",) * 3
    assert run.recipe.name == "toy"


def test_values_that_nobody_reads_any_more_are_released(calls, tmp_path):
    run = engine(make_plan(calls), tmp_path)
    assert set(run._values) == {"source", "total"}
