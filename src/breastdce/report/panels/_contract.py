"""What a panel is: a name, a title, what it needs, and one pure function."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass

from markupsafe import Markup

from breastdce.core.volume import Mask
from breastdce.report.view import ExamView


@dataclass(frozen=True, slots=True)
class Panel:
    """One section of the exam page."""

    name: str
    """Equals the file name; the place on the page is in report.toml."""
    title: str
    needs: tuple[str, ...]
    """Fields of ExamView without which there is nothing to show."""
    absent: str
    """What the page says instead when one of them is missing or empty; nothing to say leaves the
    panel out."""
    render: Callable[[ExamView], Markup]
    images: tuple[str, ...] = ()
    """Fields of ExamView with 1 mm images that it shows: `image_pre`, `image`, `image_late`. The
    caller fills those that some panel of the page names, others stay None."""

    def belongs(self, view: ExamView) -> bool:
        """Whether the page has this section at all."""
        return bool(self.absent) or self._is_filled(view)

    def show(self, view: ExamView) -> Markup:
        """Render, or say in plain words why there is nothing to render."""
        if self._is_filled(view):
            return self.render(view)
        return Markup('<p class="absent">{}</p>').format(self.absent)

    def _is_filled(self, view: ExamView) -> bool:
        return all(_is_there(getattr(view, field)) for field in self.needs)


def _is_there(value: object) -> bool:
    if isinstance(value, Mask):
        return bool(value.data.any())
    if isinstance(value, Sized):
        return len(value) > 0
    return value is not None
