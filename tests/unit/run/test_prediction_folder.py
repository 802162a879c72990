"""Where predicted masks may go, before anything is read or computed."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import BreastDceError
from breastdce.dataset import layout
from breastdce.run.bundle import Trained, write_bundle
from breastdce.run.lock import locked
from breastdce.run.prediction import PredictRequest, predict
from tests.unit.segment.made_card import made_card


def refused(**paths) -> BreastDceError:
    with pytest.raises(BreastDceError) as caught:
        predict(PredictRequest(**paths), lambda _: None)
    return caught.value


def test_a_folder_that_another_process_predicts_to_is_refused(tmp_path):
    bundle, raw, out = tmp_path / "model", tmp_path / "Dataset901_Raw", tmp_path / "out"
    weights = {"a": np.zeros(1, np.float32)}
    write_bundle(bundle, made_card(membership=None), [Trained(None, None, weights)])
    (raw / "imagesTr").mkdir(parents=True)
    (raw / "dataset.json").write_text("{}", encoding="utf-8")
    for phase in range(3):
        (raw / "imagesTr" / f"sub-1_ses-1_{phase:04d}.nii.gz").touch()
    with locked(out / ".lock"):
        error = refused(bundle=bundle, dataset=raw, out=out)
    assert error.code is ErrorCode.OUTPUT_BUSY
    assert "process" in str(error.evidence["held by"])


def test_masks_are_not_put_into_a_data_set_as_foreign_files(tmp_path):
    layout.description(tmp_path).touch()
    for out in (tmp_path, tmp_path / "predicted"):
        error = refused(bundle=tmp_path / "model", dataset=tmp_path, out=out)
        assert error.code is ErrorCode.CALL_INVALID
        assert "inside the data set" in error.message
