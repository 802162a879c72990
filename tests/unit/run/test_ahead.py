"""Images compressed ahead are the files that are written otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.exam import Dynamic, ExamId, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.formats.dicom.attributes import Attribute
from breastdce.run.ahead import Ahead
from tests.unit.formats.dicom.made import dataset, write

EXAM = ExamId("1", "T0")
GRID = Grid((6, 5, 4), (0.7, 0.8, 2.0), np.eye(3), (0.0, 0.0, 0.0))


@pytest.fixture
def images():
    rng = np.random.default_rng(2)
    return [
        Volume(np.asfortranarray(rng.integers(0, 900, GRID.shape), np.float32), GRID)
        for _ in range(3)
    ]


def written(out, images, threads, *, tell):
    with Ahead(out, EXAM, (), threads, "fast") as ahead:
        if tell:
            ahead.made("native", Dynamic(tuple(images)))
            ahead.made("normalized", Triple(*images))
            ahead.made("moments", (1.0, 2.0))  # no image: nothing is done
        for index, image in enumerate(images):
            ahead.write("native", index, image)
            ahead.write("normalized", index, image)
    files = [layout.native_image(out, EXAM, n) for n in range(3)]
    files += [layout.image(out, EXAM, n) for n in range(3)]
    return [path.read_bytes() for path in files]


@pytest.mark.parametrize("tell", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_bytes_do_not_depend_on_when_they_were_made(tmp_path, images, threads, tell):
    plain = written(tmp_path / "plain", images, 1, tell=False)
    assert written(tmp_path / "other", images, threads, tell=tell) == plain
    assert plain[0] != plain[3]  # the native phase is stored as integers


def test_images_that_were_told_of_are_not_compressed_again(tmp_path, images):
    with Ahead(tmp_path, EXAM, (), 2, "fast") as ahead:
        ahead.made("native", Dynamic(tuple(images)))
        expected = [ahead._packed["native", n].result() for n in range(3)]
        for index, image in enumerate(images):
            image.data[:] = 7.0  # would be seen if it were compressed now
            ahead.write("native", index, image)
    assert layout.native_image(tmp_path, EXAM, 0).read_bytes() == b"".join(expected[0])


def headers_of(tmp_path, threads, *, tell, images):
    with Ahead(tmp_path, EXAM, [str(tmp_path / "a.dcm")], threads, "fast") as ahead:
        if tell:
            ahead.made("native", Dynamic(tuple(images)))
            return ahead.attributes(), ahead.attributes()
        return (ahead.attributes(),)


@pytest.mark.parametrize("threads", [1, 2])
def test_headers_are_listed_whether_or_not_images_were_made(tmp_path, images, threads):
    write(tmp_path / "a.dcm", dataset(PatientID="SECRET"))
    (late,) = headers_of(tmp_path, threads, tell=False, images=images)
    assert late[Attribute("PatientID", "(0010,0020)")] == 1
    assert headers_of(tmp_path, threads, tell=True, images=images) == (late, late)
