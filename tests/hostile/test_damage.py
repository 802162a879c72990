"""A few mutants of every kind, and what a campaign makes of a bad answer."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.testing.damage._contract import DAMAGES, Expect, Scene
from breastdce.testing.damage._elements import edited, take_apart

SEED = 2026
EACH = 2


@pytest.fixture(scope="module")
def scene(load) -> Scene:
    scenes = load("hostile_scenes")
    return scenes.scene_of("ge", scenes.phantom_files("ge"))


@pytest.fixture(scope="module")
def tree(load, scene, tmp_path_factory):
    return load("hostile_worker").Tree(tmp_path_factory.mktemp("trees") / "ge", scene)


@pytest.fixture(scope="module")
def answer(load, scene, tree):
    return load("hostile_answers").scan_answer(tree.root, scene, {})


@pytest.mark.parametrize("kind", DAMAGES.names())
def test_no_kind_of_damage_has_a_bad_end(load, scene, tree, answer, kind):
    worker, answers = load("hostile_worker"), load("hostile_answers")
    damage = DAMAGES.get(kind)
    for number in range(EACH):
        changes = damage.damage(scene, np.random.default_rng([SEED, number]))
        if damage.expects is Expect.TOLD:
            assert any(scene.files.get(name) != content for name, content in changes.items())
        tree.damage(changes)
        made = worker.Mutant(damage, scene, changes)
        outcome, why = worker.attempt(answers.scan_answer, tree.root, made, answer, pixels=False)
        tree.mend(changes)
        assert outcome not in answers.BAD, why


def test_a_mended_tree_is_the_clean_one(load, scene, tree, answer):
    assert load("hostile_answers").scan_answer(tree.root, scene, {}) == answer
    assert answer.exams == 1


def test_the_same_numbers_make_the_same_mutant(load, scene):
    worker, known = load("hostile_worker"), {"ge": scene}
    first, again = (worker.mutant(3, 77, known) for _ in range(2))
    assert first.changes == again.changes
    assert worker.mutant(4, 77, known).changes != first.changes


def test_taken_apart_and_joined_a_file_is_what_it_was(scene):
    content = scene.files[scene.slices[0]]
    assert edited(content, lambda _: None) == content
    assert take_apart(content).text(0x00080060) == "MR"


@pytest.mark.parametrize(
    ("expects", "exams", "science", "told", "outcome"),
    [
        (Expect.SAME, 1, "x", {}, "same"),
        (Expect.SAME, 1, "x", {"note PADDING": 1}, "told"),
        (Expect.SAME, 1, "y", {"note PADDING": 1}, "SILENT"),
        (Expect.SAME, 0, "[]", {"exam NO_DCE": 1}, "SILENT"),
        (Expect.TOLD, 1, "x", {}, "SILENT"),
        (Expect.TOLD, 1, "y", {"caveat STEP_UNEVEN": 1}, "told"),
        (Expect.TOLD, 0, "[]", {"exam NO_DCE": 1}, "refused"),
        (Expect.SAME_OR_TOLD, 1, "x", {}, "same"),
        (Expect.SAME_OR_TOLD, 1, "y", {}, "SILENT"),
        (Expect.OTHER_VALUE, 1, "y", {}, "other"),
        (Expect.OTHER_VALUE, 0, "[]", {}, "SILENT"),
    ],
)
def test_what_an_answer_is_worth(load, expects, exams, science, told, outcome):
    answers = load("hostile_answers")
    clean = answers.Answer(1, "x", {"series LOCALIZER": 1})
    answer = answers.Answer(exams, science, {"series LOCALIZER": 1, **told})
    assert answers.judge(expects, clean, answer)[0] == outcome


def test_an_answer_with_a_fault_is_unsound_whatever_is_expected(load):
    answers = load("hostile_answers")
    clean = answers.Answer(1, "x", {})
    bad = answers.Answer(1, "x", {}, ("spacing (0.0, 1.0, 1.0)",))
    assert answers.judge(Expect.OTHER_VALUE, clean, bad)[0] == "UNSOUND"
