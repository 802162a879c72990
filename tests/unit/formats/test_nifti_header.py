"""Headers as nibabel reads them, which is the oracle."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.formats.nifti_header import NiftiHeader

KINDS = (np.uint8, np.int8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)


def _rotation(seed):
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return matrix


def _affine(seed, spacing):
    affine = np.eye(4)
    affine[:3, :3] = _rotation(seed) * spacing
    affine[:3, 3] = (-87.34, 12.5, 1000.25)
    return affine


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    order=st.sampled_from("<>"),
    codes=st.sampled_from([(0, 0), (1, 0), (0, 1), (1, 1), (2, 1)]),
)
def test_geometry_is_that_of_nibabel(seed, order, codes):
    theirs = nib.Nifti1Header(endianness=order)
    theirs.set_data_shape((5, 6, 7))
    affine = _affine(seed, (0.7, 0.8, 2.5))
    theirs.set_zooms((0.7, 0.8, 2.5))
    theirs.set_qform(affine, code=codes[0])
    theirs.set_sform(affine * (1, 1, 1, 2) if codes[1] else None, code=codes[1])
    ours = NiftiHeader(theirs.binaryblock)
    np.testing.assert_allclose(ours.affine(), theirs.get_best_affine(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.qform(), theirs.get_qform(), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(ours.sform(), theirs.get_sform())


@pytest.mark.parametrize("turn", [(1, 0, 0), (0, 1, 0), (0.6, 0.8, 0), (0.70710678, 0.70710678, 0)])
def test_half_a_turn_is_that_of_nibabel(turn):
    theirs = nib.Nifti1Header()
    theirs["pixdim"][:4] = (-1, 1, 2, 3)
    theirs["quatern_b"], theirs["quatern_c"], theirs["quatern_d"] = turn
    ours = NiftiHeader(theirs.binaryblock)
    np.testing.assert_allclose(ours.qform(), theirs.get_qform(), atol=1e-12)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [*KINDS, np.float32, np.float64])
def test_types_are_those_of_nibabel(kind, order):
    theirs = nib.Nifti1Header(endianness=order)
    theirs.set_data_dtype(kind)
    assert NiftiHeader(theirs.binaryblock).dtype == theirs.get_data_dtype()


@pytest.mark.parametrize("kind", [np.complex64, np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])])
def test_what_is_not_a_plain_number_is_refused(kind):
    theirs = nib.Nifti1Header()
    theirs.set_data_dtype(kind)
    with pytest.raises(ValueError, match="plain number"):
        NiftiHeader(theirs.binaryblock).dtype  # noqa: B018


@pytest.mark.parametrize(
    ("slope", "inter", "scale"),
    [(2, 1, (2, 1)), (0, 5, (1, 0)), (np.nan, 5, (1, 0)), (np.inf, 0, (1, 0))],
)
def test_scale(slope, inter, scale):
    theirs = nib.Nifti1Header()
    theirs["scl_slope"], theirs["scl_inter"] = slope, inter
    assert NiftiHeader(theirs.binaryblock).scale == scale


def test_fields_that_make_no_sense_are_refused():
    theirs = nib.Nifti1Header()
    theirs["scl_slope"], theirs["scl_inter"] = 1, np.nan
    with pytest.raises(ValueError, match="intercept"):
        NiftiHeader(theirs.binaryblock).scale  # noqa: B018
    theirs["quatern_b"] = theirs["quatern_c"] = 1
    with pytest.raises(ValueError, match="quaternion"):
        NiftiHeader(theirs.binaryblock).qform()
    theirs["pixdim"][0] = 3
    with pytest.raises(ValueError, match="pixdim"):
        NiftiHeader(theirs.binaryblock).qform()
