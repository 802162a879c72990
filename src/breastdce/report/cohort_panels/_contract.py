"""What a panel of the cohort page is: a name, a title, what it needs, and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass

from markupsafe import Markup

from breastdce.report.dataset_view import CohortView

Figures = Mapping[str, bytes]
"""File name to content: charts as SVG, pictures as PNG."""


def no_figures(view: CohortView) -> Figures:
    """A panel that a paper would not show."""
    return {}


@dataclass(frozen=True, slots=True)
class CohortPanel:
    """One section of the cohort page."""

    name: str
    """Equals the file name; the place on the page is in cohort_report.toml."""
    title: str
    needs: tuple[str, ...]
    """Fields of CohortView without which there is nothing to show."""
    absent: str
    """What the page says instead; nothing to say leaves the panel out."""
    render: Callable[[CohortView], Markup]
    figures: Callable[[CohortView], Figures] = no_figures
    """What `breastdce report --figures` writes of it; asked only where `needs` are there."""

    def belongs(self, view: CohortView) -> bool:
        """Whether the page has this section at all."""
        return bool(self.absent) or self.is_filled(view)

    def show(self, view: CohortView) -> Markup:
        """Render, or say in plain words why there is nothing to render."""
        if self.is_filled(view):
            return self.render(view)
        return Markup('<p class="absent">{}</p>').format(self.absent)

    def is_filled(self, view: CohortView) -> bool:
        """Whether everything is there."""
        return all(_is_there(getattr(view, field)) for field in self.needs)


def _is_there(value: object) -> bool:
    return len(value) > 0 if isinstance(value, Sized) else value is not None
