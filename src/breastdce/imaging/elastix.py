"""The one door to elastix: rigid registration of two images, on one thread, without a word.

`import itk` promises everything and loads it on first use, which takes half a minute for elastix
with its dependencies. The four modules that are needed load by themselves in about two seconds.

Positions are LPS mm on elastix's side, as in its files; direction and origin of a grid change
sides as in `imaging.itk`. A transform maps a position of the fixed image to the position of the
moving image that shows the same tissue.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.extras import extra_missing
from breastdce.core.grid import FloatArray, Grid
from breastdce.core.transform import Rigid, Transform, Triplet
from breastdce.core.volume import Mask, Volume

_FLIP = np.array([-1.0, -1.0, 1.0])  # RAS+ <-> LPS

Settings = Mapping[str, tuple[str, ...]]
"""A parameter map, named and valued as in elastix's parameter files."""


class _Modules(NamedTuple):
    images: Any
    masks: Any
    method: Any
    parameters: Any
    text_map: Any
    matrix: Any
    numbers: Any


def _load() -> _Modules:
    # Their types lack a `__module__`, which Python deprecates: raised as an error, it would crash.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return _import()
        except ModuleNotFoundError as error:
            raise extra_missing("register", ["itk-elastix"]) from error


def _import() -> _Modules:
    # The first must be there before those that are compiled against it.
    import itk._ITKCommonPython  # noqa: F401 # isort: skip
    import itk.elxParameterObjectPython as parameters
    import itk.itkElastixRegistrationMethodPython as methods
    import itk.itkMatrixPython as matrices
    import itk.itkPyBufferPython as buffers
    import itk.vnl_matrix_fixedPython as numbers

    return _Modules(
        buffers.itkPyBufferIF3,
        buffers.itkPyBufferIUC3,
        methods.itkElastixRegistrationMethodIF3IF3,
        parameters.elastixParameterObject,
        parameters.mapstringvectorstring,
        matrices.itkMatrixD33,
        numbers.vnl_matrix_fixedD_3_3,
    )


def register(
    fixed: Volume,
    moving: Volume,
    mask: Mask,
    settings: Settings,
) -> Transform | None:
    """Find the rigid move that brings `moving` onto `fixed`.

    Parameters
    ----------
    fixed, moving
        Float32 images; their grids may differ.
    mask
        On the grid of `fixed`: where positions are drawn from.
    settings
        elastix's parameter map, with an EulerTransform; its random seed makes the result the same
        each time.

    Returns
    -------
    Transform or None
        None for an empty mask, and when elastix gives up, as it does when too few positions of
        the mask fall into the moving image.

    Raises
    ------
    EngineError
        ENGINE_MISSING when elastix is not installed.
    """
    if not mask.data.any():  # elastix would crash
        return None
    modules = _load()
    parameters = modules.parameters.New()
    parameters.AddParameterMap(_text_map(modules, settings))
    method = modules.method.New()
    method.SetFixedImage(_image(modules, modules.images, fixed.data, fixed.grid))
    method.SetMovingImage(_image(modules, modules.images, moving.data, moving.grid))
    method.SetFixedMask(_image(modules, modules.masks, mask.data.view(np.uint8), mask.grid))
    method.SetParameterObject(parameters)
    method.SetLogToConsole(False)
    method.SetLogToFile(False)
    method.SetNumberOfThreads(1)  # sums of the metric depend on how they are shared out
    try:
        method.UpdateLargestPossibleRegion()
    except RuntimeError:
        return None
    return Transform(_read(method.GetTransformParameterObject().GetParameterMap(0)))


def _read(found: Mapping[str, tuple[str, ...]]) -> Rigid:
    values = found["TransformParameters"]
    center = _triplet(found["CenterOfRotationPoint"])
    return Rigid(_triplet(values[:3]), _triplet(values[3:]), center)


def _triplet(numbers: Iterable[str]) -> Triplet:
    x, y, z = (float(number) for number in numbers)
    return x, y, z


def _text_map(modules: _Modules, settings: Settings) -> Any:
    made = modules.text_map()
    for name, values in settings.items():
        made[name] = values
    return made


def _image(modules: _Modules, kind: Any, array: NDArray[Any], grid: Grid) -> Any:
    image = kind.GetImageFromArray(np.ascontiguousarray(array.T))
    image.SetSpacing(list(grid.spacing_mm))
    image.SetOrigin((np.asarray(grid.origin_mm) * _FLIP).tolist())
    direction: FloatArray = grid.direction * _FLIP[:, None]
    numbers = modules.numbers()
    for row, column in np.ndindex(3, 3):
        numbers.put(row, column, float(direction[row, column]))
    image.SetDirection(modules.matrix(numbers))
    return image
