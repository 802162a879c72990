"""Words about presets and models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from breastdce.cli.as_json import print_json
from breastdce.cli.results import results_console
from breastdce.core.counted import counted
from breastdce.core.params import Params
from breastdce.run.bundle import Bundle
from breastdce.segment.bundle import Metric, ModelCard
from breastdce.segment.card import NORMALIZATION
from breastdce.segment.net.build import divisor, empty_network, parameter_count
from breastdce.segment.preset import NetworkParams, Preset

Rows = Iterator[tuple[str, str]]


def show_preset(preset: Preset, *, as_json: bool) -> None:
    """Print what a preset makes."""
    if as_json:
        parameters = _parameters(preset.network, len(preset.in_phases))
        print_json({"preset": preset, "parameters": parameters})
        return
    console = results_console()
    console.print(f"{preset.name}: {preset.description}", markup=False, highlight=False)
    _show(console, _preset_rows(preset))


def show_bundle(bundle: Bundle, *, as_json: bool) -> None:
    """Print the facts of a bundle whose files were all verified."""
    card = bundle.card
    if as_json:
        plain = msgspec.to_builtins(card) | {"membership": card.membership is not None}
        parameters = _parameters(card.network, len(card.in_phases))
        print_json({"folder": str(bundle.folder), "parameters": parameters, "model": plain})
        return
    console = results_console()
    console.print(card.title, markup=False, highlight=False)
    _show(console, _bundle_rows(card))
    words = f"whole: {counted(len(card.models), 'network')}, every checksum holds"
    console.print(f"{bundle.folder} is {words}", markup=False, highlight=False, soft_wrap=True)


def _show(console: Console, rows: Rows) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for label, words in rows:
        table.add_row(Text(label), Text(words))
    console.print(table)


def _preset_rows(preset: Preset) -> Rows:
    yield "network", _network(preset.network, len(preset.in_phases))
    multiples = " x ".join(map(str, divisor(preset.network)))
    yield "input", f"phases {', '.join(preset.in_phases)}; voxels in multiples of {multiples}"
    yield "sampling", _facts(preset.sampling)
    names = [str(entry.get("transform")) for entry in preset.augment]
    yield "augment", ", ".join(names) or "nothing"
    for part in ("loss", "optimizer", "schedule", "training", "prediction"):
        yield part, _facts(getattr(preset, part))


def _bundle_rows(card: ModelCard) -> Rows:
    yield "preset", f"{card.preset}, breastdce {card.package_version}"
    yield "network", _network(card.network, len(card.in_phases))
    spacing = " x ".join(f"{step:g}" for step in card.spacing_mm)
    yield "input", f"phases {', '.join(card.in_phases)}; {spacing} mm, axes {card.orientation}"
    yield "", NORMALIZATION[card.normalization]
    yield "patch", _words(card.patch)
    yield "prediction", _facts(card.prediction)
    yield "learned from", _training(card)
    yield "membership", "known, by salted hashes" if card.membership else "unknown"
    for name, metric in card.metrics.items():
        yield "figure", f"{name}: {_figure(metric)}"
    for sentence in card.known_failures:
        yield "mind", sentence
    yield "license", card.license


def _training(card: ModelCard) -> str:
    if card.training is None:
        return "unknown"
    counts = (
        counted(number, what)
        for number, what in (
            (card.training.n_participants, "participant"),
            (card.training.n_exams, "exam"),
        )
        if number is not None
    )
    return ", ".join((*counts, *card.training.makers, card.training.source))


def _figure(metric: Metric) -> str:
    known = metric.low is not None and metric.high is not None
    interval = f" (95 % CI {metric.low:.4g} to {metric.high:.4g})" if known else ""
    exams = "" if metric.n is None else f", {counted(metric.n, 'exam')}"
    return f"{metric.value:.4g}{interval}{exams}"


def _network(params: NetworkParams, inputs: int) -> str:
    return f"{_parameters(params, inputs):,} parameters; {_facts(params)}"


def _parameters(params: NetworkParams, inputs: int) -> int:
    return parameter_count(empty_network(params, inputs))


def _facts(params: Params) -> str:
    """Every field of a record that says something, the kind of thing first."""
    values = msgspec.to_builtins(params)
    kind = str(values.pop("kind", ""))
    said = (f"{key} {_words(value)}" for key, value in values.items() if value not in (None, ()))
    return ", ".join(filter(None, (kind, *said)))


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {_words(one)}" for key, one in value.items()) + ")"
    if isinstance(value, list | tuple):
        return ("x" if _is_shape(value) else " ").join(map(_words, value))
    return str(value)


def _is_shape(values: Sequence[object]) -> bool:
    return len(values) == 3 and all(isinstance(value, int) for value in values)
