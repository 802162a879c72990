"""All masks of the tumor over one image, and how far they agree."""

from __future__ import annotations

from markupsafe import Markup

from breastdce.core.volume import Mask, Volume
from breastdce.report.agreement import on_image_grid, pairs
from breastdce.report.color import shared_window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.slices import body_crop, covering, lesion_cuts
from breastdce.report.view import ExamView
from breastdce.report.words import decimal

NAMES = {
    "ftv": "FTV",
    "stv-candidate": "STV, candidate by rules",
    "stv-auto": "STV, by a network",
    "stv-expert": "STV, expert",
}
_CSS = {"ftv": "ftv-line", "stv-candidate": "stv-line", "stv-auto": "auto-line"}
_EXPERT = "expert-line"


def outline_pictures(image: Volume, masks: dict[str, Mask]) -> list[Picture]:
    """The slices where the best mask (the last) is largest, all masks outlined."""
    window = shared_window([image])
    crop = body_crop(image, window)
    for mask in masks.values():
        crop = covering(crop, mask)
    names = ", ".join(NAMES[name] for name in masks)
    best = list(masks.values())[-1]
    return [
        Picture(
            cut,
            (signal_layer(cut, image, window),),
            alt=f"Outlines of {names} on the normalized early image. {cut.label}.",
            caption=cut.label,
            outlines=[(line_of(name), cut.take(mask.data)) for name, mask in masks.items()],
        )
        for cut in lesion_cuts(best, crop)
    ]


def line_of(name: str) -> str:
    """CSS class of a mask's outline."""
    return _CSS.get(name, _EXPERT)


def render(view: ExamView) -> Markup:
    if view.image is None:  # the panel is then not rendered; see `needs`
        return Markup("")
    masks = on_image_grid(view.masks, view.image.grid)
    if len(masks) < 2:
        return Markup('<p class="absent">{}</p>').format(_ALONE)
    return fill(
        "agreement.html",
        pictures=picture_row(outline_pictures(view.image, masks)),
        keys=[(line_of(name), NAMES[name]) for name in masks],
        volumes=[
            (NAMES[name], decimal(mask.volume_ml, 3), decimal(view.masks[name].volume_ml, 3))
            for name, mask in masks.items()
        ],
        pairs=[
            (NAMES[pair.first], NAMES[pair.second], decimal(pair.dice, 3), decimal(pair.shared_ml))
            for pair in pairs(masks)
        ],
    )


_ALONE = "There are fewer than two masks of the tumor with a voxel, so nothing can be compared."
PANEL = Panel(
    "agreement",
    "Agreement of the masks",
    ("image", "masks"),
    "There is no mask to compare.",
    render,
    images=("image",),
)
