"""What is drawn of a generated exam before anything is rendered; every number has bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from breastdce.core.params import Params

Side = Literal["R", "L"]
Maker = Literal["GE", "Siemens", "Philips"]
Kind = Literal["round", "oval", "lobulated", "irregular", "spiculated", "non-mass"]
Place = Literal["middle", "chest wall", "nipple"]
Kinetics = Literal["washout", "plateau", "persistent"]
Background = Literal["minimal", "mild", "moderate", "marked"]
Point = tuple[float, float, float]


class Woman(Params, frozen=True):
    """Anatomy; mm, RAS+, the chest wall of the midline near y = 0."""

    width_mm: Annotated[float, Meta(ge=100, le=165)]
    """Of each breast at its base; likewise `height_mm`."""
    height_mm: Annotated[float, Meta(ge=95, le=170)]
    depth_mm: Annotated[float, Meta(ge=50, le=130)]
    """From the chest wall to the nipple."""
    offset_mm: Annotated[float, Meta(ge=62, le=100)]
    """Of each nipple from the midline."""
    power: Annotated[float, Meta(ge=1.7, le=2.6)]
    """Of the superellipsoid of a breast: 2 is an ellipsoid, more is fuller."""
    dents_mm: Annotated[float, Meta(ge=0.5, le=4)]
    """SD of the smooth deviation of the skin from that."""
    skin_mm: Annotated[float, Meta(ge=1, le=3)]
    wall_mm: Annotated[float, Meta(ge=-25, le=5)]
    """Front of the pectoral muscle at the midline."""
    wall_tilt: Annotated[float, Meta(ge=-0.4, le=0.4)]
    """How much the wall comes forward per mm toward the head."""
    wall_radius_mm: Annotated[float, Meta(ge=110, le=220)]
    """Half width of the chest, which sets how fast the wall falls back to the sides."""
    density: Annotated[float, Meta(ge=0, le=1)]
    """Share of gland behind the nipple: 0 nearly none, 1 nearly all."""
    background: Background
    """Enhancement of the gland."""
    background_rise: Annotated[float, Meta(ge=0, le=0.9)]
    """Relative, in the late phase."""
    patchiness: Annotated[float, Meta(ge=0.1, le=0.6)]
    vessels: Annotated[int, Meta(ge=4, le=16)]
    """In each breast."""
    vessel_mm: Annotated[float, Meta(ge=0.7, le=1.8)]
    """Median radius."""
    foci: Annotated[int, Meta(ge=0, le=14)]
    """In each breast, smaller than 5 mm, not part of the label."""
    nodes: Annotated[int, Meta(ge=1, le=4)]
    """Lymph nodes in each breast and axilla, not part of the label."""


class Lesion(Params, frozen=True):
    """The tumor."""

    kind: Kind
    side: Side
    place: Place
    center_mm: Point
    volume_ml: Annotated[float, Meta(ge=0.3, le=40)]
    """Of all parts together, before what the edge of the field cuts off."""
    stretch: Annotated[float, Meta(ge=1, le=2.6)]
    """Longest axis over the geometric mean of all three."""
    turn_deg: Point
    kinetics: Kinetics
    rise: Annotated[float, Meta(ge=0.7, le=3.5)]
    """Relative rise that uptake alone would reach."""
    uptake_s: Annotated[float, Meta(ge=15, le=240)]
    washout_per_s: Annotated[float, Meta(ge=0, le=0.003)]
    baseline: Annotated[float, Meta(ge=0.7, le=1.15)]
    """Signal before contrast over that of gland."""
    heterogeneity: Annotated[float, Meta(ge=0.05, le=0.4)]
    rim: Annotated[float, Meta(ge=0, le=0.7)]
    """Share of the rise that the core lacks; 0 without a rim."""
    necrosis: Annotated[float, Meta(ge=0, le=0.4)]
    """Share of the volume of the main part that hardly enhances."""
    satellites: Annotated[int, Meta(ge=0, le=3)]
    """Small parts within 2 cm."""
    further: Annotated[int, Meta(ge=0, le=2)]
    """Further masses of a multifocal tumor, within 2 cm too."""


class Scanner(Params, frozen=True):
    """How the exam is taken; signal in units of fat before contrast."""

    maker: Maker
    field_strength_t: Annotated[float, Meta(ge=1.5, le=3)]
    plane: Literal["sagittal", "axial"]
    two_sided: bool
    """Aimed at both breasts; how much of the second one is seen depends on the shape."""
    fat_suppressed: bool
    times_s: tuple[float, float]
    """Middle of the two phases after contrast, seconds after injection."""
    slice_mm: Annotated[float, Meta(ge=1, le=4)]
    blur_mm: Annotated[float, Meta(ge=0.3, le=0.9)]
    """SD in the plane."""
    noise: Annotated[float, Meta(ge=0.02, le=0.25)]
    """SD of each channel, in units of the signal of fat with suppression, gland / 2 without."""
    shading: Annotated[float, Meta(ge=0.1, le=0.6)]
    """SD of the logarithm of the coil's sensitivity over the field."""
    corrected: Annotated[float, Meta(ge=0.5, le=1)]
    """Power of the sensitivity that bias correction divides by; 1 leaves no shading, only its
    noise: more where the coil saw less."""
    gain: Annotated[float, Meta(ge=1, le=1.8)]
    """Of the phases after contrast over that before, noise included."""
    drift: Annotated[float, Meta(ge=0, le=0.3)]
    """SD of the logarithm of that gain over the field: bias is corrected in each phase anew."""
    fat_rise: Annotated[float, Meta(ge=0, le=0.9)]
    """Of fat after contrast; suppression that changes makes it large."""
    motion_mm: tuple[float, float]
    """Largest displacement of each phase after contrast; 0: none."""
    gland: Annotated[float, Meta(ge=0.3, le=3.2)]
    muscle: Annotated[float, Meta(ge=0.3, le=2.4)]
    skin: Annotated[float, Meta(ge=0.3, le=2.6)]
    blood: Annotated[float, Meta(ge=0.15, le=1.5)]


class ExamDescription(Params, frozen=True):
    """One exam, completely but for textures, which follow from the seed."""

    woman: Woman
    lesion: Lesion
    scanner: Scanner
    origin_mm: Point
    """Lowest RAS corner of the field of view."""
