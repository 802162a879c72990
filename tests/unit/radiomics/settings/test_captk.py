"""What CaPTk's parameter files ask for is done, or named."""

from __future__ import annotations

import pytest

from breastdce.core.errors import RecipeError
from breastdce.radiomics.panel import load_panel, shipped_table
from breastdce.radiomics.settings.captk import from_captk

BASE = shipped_table("captk")


def rows(*lines):
    return [dict(zip(("FeatureName", "ParamName", "Default"), line, strict=True)) for line in lines]


def made(*lines):
    return from_captk(rows(*lines), BASE)


def params(settings):
    members = settings.panel().members
    return {member.family.name: member.params for member in members}


def verdicts(settings):
    return {note.key: note.honored for note in settings.notes}


def test_the_release_settings_give_the_panel_of_the_release():
    lines = [(name, "", "") for name in ("Intensity", "Volumetric", "Morphologic")]
    lines += [(name, "Bins", "128") for name in ("Histogram", "GLCM", "GLRLM", "GLSZM", "NGTDM")]
    lines += [("GLCM", "Radius", "1"), ("GLRLM", "Radius", "3"), ("GLSZM", "Radius", "3")]
    lines += [("NGTDM", "Range", "4"), ("LBP", "Radius", "3"), ("GLCM", "Offset", "Average")]
    settings = made(*lines)
    assert settings.panel().columns() == load_panel("captk").columns()
    assert (
        params(settings)["ngtdm"]
        == {m.family.name: m for m in load_panel("captk").members}["ngtdm"].params
    )
    assert all(verdicts(settings).values())


def test_families_are_those_of_the_file_with_its_numbers():
    found = params(made(("GLCM", "Bins", "20"), ("GLCM", "Radius", "2"), ("Intensity", "", "")))
    assert list(found) == ["intensity", "glcm"]
    assert (found["glcm"].bins, found["glcm"].radius) == (20, 2)


def test_an_empty_first_cell_repeats_the_family():
    assert params(made(("GLCM", "Bins", "20"), ("", "Radius", "2")))["glcm"].radius == 2


def test_the_column_may_be_called_value():
    row = {"FeatureName": "GLCM", "ParamName": "Bins", "Value": "7"}
    assert params(from_captk([row], BASE))["glcm"].bins == 7


def test_half_width_without_range_is_what_morphologic_left_behind():
    alone = made(("NGTDM", "Bins", "20"))
    assert params(alone)["ngtdm"].half_width == 0
    after = made(("Morphologic", "Range", "3"), ("NGTDM", "Bins", "20"))
    assert params(after)["ngtdm"].half_width == 3
    assert params(made(("NGTDM", "Range", "2")))["ngtdm"].half_width == 2


def test_bins_of_a_size_are_not_taken_for_a_number():
    settings = made(("Generic", "Quantization_Type", "FixedBinSize"), ("GLCM", "Bins", "10"))
    assert params(settings)["glcm"].bins == 128
    assert verdicts(settings)["GLCM,Bins"] is False


@pytest.mark.parametrize(
    ("line", "honored"),
    [
        (("GLCM", "Bins", "20"), True),
        (("GLCM", "Bins", "10:10:100"), False),
        (("GLCM", "Bins", "many"), False),
        (("GLCM", "Radius", "1.0"), False),
        (("GLCM", "Offset", "Average"), True),
        (("GLCM", "Offset", "Combined"), False),
        (("Histogram", "Bins_Min", "-666"), True),
        (("Histogram", "Bins_Min", "0"), False),
        (("Volumetric", "Dimension", "2D"), False),
        (("Generic", "Quantization_Extent", "Image"), False),
        (("Generic", "NaN-Handling", "Remove"), False),
        (("NGTDM", "Radius", "1"), True),
        (("LBP", "Type", "3"), True),
        (("GLCM", "Directions", "9"), False),
    ],
)
def test_every_setting_has_its_verdict(line, honored):
    assert verdicts(made(("Intensity", "", ""), line))[",".join(line[:2])] is honored


def test_unknown_families_are_named_once():
    settings = made(("Intensity", "", ""), ("Lattice", "Window", "6.3"), ("Lattice", "Step", "6.3"))
    assert [note.key for note in settings.notes] == ["Lattice"]


def test_bins_that_are_not_given_are_the_panels_own_and_said():
    settings = made(("GLCM", "Radius", "1"))
    assert params(settings)["glcm"].bins == 128
    assert verdicts(settings)["GLCM,Bins"] is False


def test_resampling_is_done_in_part():
    settings = made(
        ("Intensity", "", ""),
        ("Generic", "Resampling", "1.5"),
        ("Generic", "ResamplingInterpolator_Image", "BSpline"),
    )
    processing = settings.panel().processing
    assert processing.spacing_mm == (1.5, 1.5, 1.5)
    assert processing.image_interpolation == "cubic"
    assert verdicts(settings)["Generic,Resampling"] is False
    none = made(("Intensity", "", ""), ("Generic", "Resampling", "0"))
    assert none.panel().processing.spacing_mm == (0.0, 0.0, 0.0)
    assert verdicts(none)["Generic,Resampling"] is True


@pytest.mark.parametrize("line", [("GLCM", "Bins", "1"), ("GLCM", "Radius", "99"), ("X", "Y", "1")])
def test_what_gives_no_panel_is_refused(line):
    with pytest.raises(RecipeError):
        made(line).panel()
