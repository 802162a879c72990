"""What PyRadiomics' parameter files ask for is done, or named."""

from __future__ import annotations

import math

import pytest

from breastdce.core.errors import RecipeError
from breastdce.radiomics.families.ibsi.glcm import GlcmParams
from breastdce.radiomics.families.ibsi.ngldm import NgldmParams
from breastdce.radiomics.levels import Binning
from breastdce.radiomics.settings.pyradiomics import from_pyradiomics

NAMES = (
    "morphology",
    "statistics",
    "intensity_histogram",
    "intensity_volume_histogram",
    "glcm",
    "glrlm",
    "glszm",
    "ngtdm",
    "ngldm",
)
BASE = {
    "name": "ibsi",
    "schema": 1,
    "description": "",
    "families": "ibsi",
    "shared": {"binning": {"method": "number", "bins": 32}, "unheard": 1},
    "family": [{"name": name, "label": name, "params": {"binning": {"bins": 5}}} for name in NAMES],
}


def made(parsed):
    return from_pyradiomics(parsed, BASE)


def verdicts(settings):
    return {note.key: note.honored for note in settings.notes}


def families(settings):
    return [entry["name"] for entry in settings.table["family"]]


def test_an_empty_file_means_all_classes_and_a_width_of_25():
    for empty in (None, {}, {"setting": None, "imageType": None, "featureClass": None}):
        settings = made(empty)
        assert families(settings) == [n for n in NAMES if n != "intensity_volume_histogram"]
        assert settings.table["shared"]["binning"] == {
            "method": "width",
            "width": 25.0,
            "origin": "multiple",
        }
        assert settings.table["shared"]["unheard"] == 1
        assert settings.labels == ()
        assert verdicts(settings)["binWidth"] is True


def test_classes_become_families():
    chosen = {"firstorder": None, "gldm": [], "shape2D": None, "glcm": ["Contrast"]}
    settings = made({"featureClass": chosen})
    assert families(settings) == ["statistics", "intensity_histogram", "glcm", "ngldm"]
    notes = {note.value: note.honored for note in settings.notes if note.key == "featureClass"}
    assert notes == {"firstorder": True, "gldm": True, "shape2D": False, "glcm": False}


def test_binning_is_the_files_in_every_family_that_has_no_own_rule():
    settings = made({"setting": {"binCount": 64, "binWidth": 10}})
    assert settings.table["shared"]["binning"] == {"method": "number", "bins": 64}
    assert all("binning" not in entry["params"] for entry in settings.table["family"])
    assert verdicts(settings)["binCount"] is True


def test_settings_of_the_original_image_win_and_filters_are_named():
    kinds = {"Original": {"binWidth": 5}, "Wavelet": {}, "LoG": {"sigma": [1.0]}}
    settings = made({"imageType": kinds, "setting": {"binWidth": 25}})
    assert settings.table["shared"]["binning"]["width"] == 5.0
    notes = {note.value: note.honored for note in settings.notes if note.key == "imageType"}
    assert notes == {"Original": True, "Wavelet": False, "LoG": False}


def test_resampling_and_range_become_processing():
    setting = {
        "resampledPixelSpacing": [2, 2, 0],
        "interpolator": "sitkLinear",
        "resegmentRange": [-5, 100],
    }
    settings = made({"setting": setting})
    assert settings.table["processing"] == {
        "spacing_mm": [2.0, 2.0, 0.0],
        "image_interpolation": "linear",
        "range": [-5.0, 100.0],
    }
    assert verdicts(settings)["resampledPixelSpacing"] is False  # another grid
    assert verdicts(settings)["interpolator"] is True


@pytest.mark.parametrize(
    ("setting", "processing", "honored"),
    [
        ({"resegmentRange": [3]}, {"range": [3.0, math.inf]}, True),
        ({"resegmentRange": [-3, 3], "resegmentMode": "sigma"}, {"outlier_sigma": 3.0}, True),
        ({"resegmentRange": [-1, 3], "resegmentMode": "sigma"}, {}, False),
        ({"resegmentRange": [0.1, 0.9], "resegmentMode": "relative"}, {}, False),
        ({"resegmentRange": None}, {}, True),
    ],
)
def test_ranges(setting, processing, honored):
    settings = made({"setting": setting})
    assert settings.table["processing"] == processing
    assert verdicts(settings)["resegmentRange"] is honored


@pytest.mark.parametrize(
    ("key", "value", "honored"),
    [
        ("normalize", True, False),
        ("normalize", False, True),
        ("distances", [1], True),
        ("distances", [1, 2], False),
        ("force2D", True, True),
        ("force2Ddimension", 2, True),
        ("symmetricalGLCM", False, False),
        ("weightingNorm", "euclidean", False),
        ("gldm_a", 0, True),
        ("additionalInfo", True, True),
        ("minimumROISize", 50, False),
        ("nonsense", 1, False),
    ],
)
def test_every_setting_has_its_verdict(key, value, honored):
    assert verdicts(made({"setting": {key: value}}))[key] is honored


@pytest.mark.parametrize(
    ("setting", "directions", "spaces", "honored"),
    [
        ({"force2Ddimension": 1}, "3D_avg", "3D", True),
        ({"force2D": True, "force2Ddimension": 0}, "2_5D_avg", "2_5D", True),
        ({"force2D": True, "force2Ddimension": 1}, "2_5D_avg", "2_5D", False),
    ],
)
def test_textures_are_merged_as_there(setting, directions, spaces, honored):
    settings = made({"setting": setting})
    shared = settings.table["shared"]
    assert (shared["directions"], shared["spaces"]) == ([directions], [spaces])
    assert verdicts(settings)["force2Ddimension"] is honored


def test_the_panel_is_of_the_families_with_those_parameters():
    setting = {"binWidth": 7, "resampledPixelSpacing": [2, 2, 2], "resegmentRange": [-5]}
    panel = made({"setting": setting}).panel()
    params = {member.family.name: member.params for member in panel.members}
    assert params["glcm"] == GlcmParams(
        binning=Binning(method="width", width=7, origin="multiple"), directions=("3D_avg",)
    )
    assert params["ngldm"] == NgldmParams(
        binning=Binning(method="width", width=7, origin="multiple"), spaces=("3D",)
    )
    assert panel.processing.range == (-5.0, math.inf)
    assert panel.processing.image_interpolation == "cubic"


def test_the_label_is_taken():
    assert made({"setting": {"label": 3}}).labels == (3,)


@pytest.mark.parametrize(
    "parsed",
    [
        [],
        "text",
        3,
        {1: 2},
        {"setting": [1]},
        {"setting": {"binWidth": "wide"}},
        {"setting": {"binWidth": -1}},
        {"setting": {"binCount": math.nan}},
        {"setting": {"resampledPixelSpacing": [1, 1]}},
        {"setting": {"resampledPixelSpacing": [1, -1, 1]}},
        {"setting": {"resampledPixelSpacing": "1"}},
        {"setting": {"resegmentRange": "low"}},
        {"imageType": {"Wavelet": {}}},
        {"imageType": {"Original": [1]}},
        {"featureClass": {"shape2D": None}},
        {"featureClass": ["glcm"]},
    ],
)
def test_what_gives_no_panel_is_refused(parsed):
    with pytest.raises(RecipeError):
        made(parsed)
