"""What a generated exam is: everything that was drawn, before anything is an image."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from breastdce.core.params import Params
from breastdce.testing.params import PhantomParams
from breastdce.testing.shapes import Point

LesionKind = Literal["oval", "lobulated", "irregular", "spiculated", "non_mass"]
"""Shapes of the BI-RADS lexicon: four of masses, and non-mass enhancement."""
Maker = Literal["GE", "Siemens", "Philips"]
Positive = Annotated[float, Meta(gt=0)]


class Uptake(Params, frozen=True):
    """Enhancement over time: see `testing.curves`."""

    amplitude: Annotated[float, Meta(ge=0)]
    uptake_s: Positive = 60.0
    washout_per_s: Annotated[float, Meta(ge=0)] = 0.0


class Lesion(Params, frozen=True):
    """The tumor, without its place."""

    kind: LesionKind
    volume_ml: Positive
    """Of the main part, before what sticks out of the breast is cut off."""
    elongation: tuple[Positive, Positive, Positive]
    """Radii along its own axes, relative to the mean."""
    seed: int
    """Of its surface and texture."""
    uptake: Uptake
    heterogeneity: Annotated[float, Meta(ge=0, le=1)]
    """Relative SD of its enhancement."""
    necrosis: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """Radius of the core that hardly enhances, relative to the lesion's; 0: none."""
    satellites: tuple[tuple[Positive, Positive], ...] = ()
    """Radius and gap to the main part in mm, of parts nearer than 20 mm."""


class Decoys(Params, frozen=True):
    """What enhances and is not the tumor."""

    gland: Uptake
    gland_patchiness: Annotated[float, Meta(ge=0)]
    """Relative SD of background enhancement."""
    vessels: int
    vessel_radius_mm: Positive
    foci: int
    """Round spots of 1.5 to 3 mm in the gland, farther than 25 mm from the tumor."""
    node_mm: float
    """Radius of a lymph node under the skin; 0: none."""


class Contrast(Params, frozen=True):
    """Signal before contrast, relative to gland, and what of it is told apart."""

    fat: Positive
    """Below 1 with fat suppression."""
    muscle: Positive
    lesion: Positive
    shading_cv: Annotated[float, Meta(ge=0, le=0.4)]
    noise: Annotated[float, Meta(ge=0)]
    """SD of each channel of Rician noise, relative to gland."""
    blur_mm: Annotated[float, Meta(ge=0)]
    """SD of the point spread."""


class Acquisition(Params, frozen=True):
    """Slices, times and motion."""

    maker: Maker
    field_tesla: Positive
    plane: Literal["sagittal", "axial"]
    slice_mm: Annotated[float, Meta(ge=1)]
    times_s: tuple[float, float, float]
    """After injection; the first is before it."""
    tilt_deg: tuple[float, float, float]
    moves: tuple[tuple[Point, Point, float], ...]
    """Translation (mm), angles (degrees) and amplitude of a slide (mm) of both later phases."""


class Description(Params, frozen=True):
    """A whole exam."""

    anatomy: PhantomParams
    lesion: Lesion
    decoys: Decoys
    contrast: Contrast
    acquisition: Acquisition
