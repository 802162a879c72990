"""Transforms in the data set: one file for each phase that was moved, where the layout says."""

from __future__ import annotations

import SimpleITK as sitk

from breastdce.core.exam import ExamId
from breastdce.core.transform import Rigid, Transform
from breastdce.dataset import layout
from breastdce.run.optional import FILES
from breastdce.stages.motion import Transforms
from breastdce.store.codecs import pack, unpack

EXAM = ExamId("0001", "T0")
MOVED = Transform(Rigid((0.01, 0.0, 0.0), (1.0, 2.0, 3.0), (0.0, 5.0, 0.0)))


def test_only_moved_phases_have_a_file(tmp_path):
    kept = unpack(pack(Transforms((None, MOVED, None))), Transforms)  # as after a resumed run
    (written,) = FILES["transforms"](tmp_path, EXAM, kept)
    assert written == layout.transform(tmp_path, EXAM, 1)
    assert written in layout.optional_exam_files(tmp_path, EXAM, 3)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [written]
    assert sitk.ReadTransform(str(written)).TransformPoint((0.0, 5.0, 0.0)) == (1.0, 7.0, 3.0)
