"""The model's card for people, made from its record."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from breastdce.segment.bundle import Metric, ModelCard

NORMALIZATION = {
    "pooled": "z-score with the mean and SD of all phases together",
    "per_channel": "z-score of each phase by its own mean and SD",
}


def card_text(card: ModelCard) -> str:
    """Markdown: input, training data, figures, known failures, license, citation."""
    environment = Environment(
        loader=PackageLoader("breastdce.segment"),
        autoescape=False,  # noqa: S701 - Markdown for people, never served as a page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": _cell, "figure": _figure, "interval": _interval}
    template = environment.get_template("card.md.jinja")
    return template.render(card=card, normalization=NORMALIZATION[card.normalization])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _figure(value: float) -> str:
    return f"{value:.4g}"


def _interval(metric: Metric) -> str:
    if metric.low is None or metric.high is None:
        return "n/a"
    return f"{_figure(metric.low)} to {_figure(metric.high)}"
