"""What the pages tell a reader to do works, and shows what they say."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.conftest import run
from tests.e2e.pages import DOCS, SRC, follow

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture
def folder(cohort, demo, tmp_path):
    """A folder in which somebody has called `breastdce demo` before."""
    shutil.copytree(cohort, tmp_path / "demo-out" / "phantoms")
    shutil.copytree(demo, tmp_path / "demo-out" / "dataset")
    for path in demo.parent.glob("dataset-*"):
        shutil.copy(path, tmp_path / "demo-out")
    return tmp_path


def test_tutorial(folder):
    follow("tutorial.md", folder)


GUIDES = ("hospital_data", "two_readers", "nnunet", "own_network", "cluster", "notebook", "tables")
DEVELOPING = ("new_quirk", "feature_family")


@pytest.fixture(scope="module")
def small(tiny_cohort, tmp_path_factory):
    """What `breastdce demo` leaves, with smaller phantoms; not to be changed."""
    folder = tmp_path_factory.mktemp("small") / "demo-out"
    shutil.copytree(tiny_cohort, folder / "phantoms")
    run(folder / "phantoms" / "dicom", out=folder / "dataset")
    return folder


@pytest.fixture
def place(small, tmp_path):
    shutil.copytree(small, tmp_path / "demo-out")
    return tmp_path


@pytest.mark.parametrize("name", GUIDES)
def test_guide(name, place):
    follow(f"how-to/{name}.md", place)


@pytest.mark.parametrize("name", DEVELOPING)
def test_guide_to_the_source(name, place):
    shutil.copytree(SRC, place / "src")  # with the compiled loops: the page adds a file to it
    follow(f"how-to/{name}.md", place, place / "src")


def test_every_guide_of_the_first_list_is_followed():
    listed = (DOCS / "how-to" / "index.md").read_text(encoding="utf-8").split("```")[1]
    assert {*GUIDES, *DEVELOPING} == set(listed.splitlines()[4:]) - {""}
