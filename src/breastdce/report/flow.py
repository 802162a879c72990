"""The flow of a cohort: boxes of who remains, and beside them who was excluded and why."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from markupsafe import Markup

from breastdce.report.cohort_view import Flow, FlowStep
from breastdce.report.html import fill, source

_WIDTH, _MARGIN = 760, 16
_MAIN_X, _MAIN_W = 16, 330
_SIDE_X, _SIDE_W = 424, 320
_LINE, _PAD = 18, 12
_GAP = 34
"""Between two boxes of the main column."""
_MAIN_CHARS, _SIDE_CHARS = 42, 44  # that fit a box at the width of the font's digits


class _Text(NamedTuple):
    y: int
    kind: str
    words: str


class _Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int
    kind: str
    texts: tuple[_Text, ...]


class _Step(NamedTuple):
    """A box of the main column, and the arrow and box that lead out of the way to it."""

    box: _Box
    side: _Box | None
    arrow_from: int
    branch: int


def flow_svg(flow: Flow, *, standalone: bool) -> Markup:
    """Draw the flow.

    Parameters
    ----------
    standalone
        Whether the result is a file of its own, with its style inside; in a page the style
        `flow.css` is the page's.
    """
    first = _box(_MAIN_X, _MARGIN, "main", _start_lines(flow))
    steps: list[_Step] = []
    above = first
    for step in flow.steps:
        placed = _place(step, above)
        steps.append(placed)
        above = placed.box
    last_y = above.y + above.height + _GAP
    last = _box(_MAIN_X, last_y, "end", [("count", f"{flow.end_words}: {flow.end}")])
    return fill(
        "flow.svg",
        title=f"Flow: {flow.title}",
        description=description(flow),
        style=source("flow.css") if standalone else None,
        width=_WIDTH,
        height=last.y + last.height + _MARGIN,
        first=first,
        steps=steps,
        last=last,
        last_from=above.y + above.height,
        middle=_MAIN_X + _MAIN_W // 2,
    )


def flow_mermaid(flow: Flow) -> str:
    """Write the flow as Mermaid text, for Markdown and other documents."""
    lines = [
        "flowchart TD",
        f"  n0[{_quoted('; '.join(words for _, words in _start_lines(flow)))}]",
    ]
    for number, step in enumerate(flow.steps, 1):
        words = "; ".join([f"{step.label}: {step.remaining} remain", *_notes(step)])
        lines.append(f"  n{number}[{_quoted(words)}]")
        lines.append(f"  n{number - 1} --> n{number}")
        if step.excluded:
            lines.append(f"  x{number}[{_quoted(f'{step.code}: {step.excluded} excluded')}]")
            lines.append(f"  n{number - 1} --> x{number}")
    lines.append(f"  n{len(flow.steps) + 1}([{_quoted(f'{flow.end_words}: {flow.end}')}])")
    lines.append(f"  n{len(flow.steps)} --> n{len(flow.steps) + 1}")
    return "\n".join(lines) + "\n"


def description(flow: Flow) -> str:
    """Tell the flow in words, for those who cannot see the drawing."""
    words = [f"{flow.start_words}: {flow.start}."]
    words += [
        f"{step.label}: {step.excluded} excluded ({step.code}), {step.remaining} remain."
        for step in flow.steps
    ]
    return " ".join([*words, f"{flow.end_words}: {flow.end}."])


def _place(step: FlowStep, above: _Box) -> _Step:
    bottom = above.y + above.height
    side = None
    gap = _GAP
    if step.excluded:
        side = _box(_SIDE_X, bottom + _PAD, "side", _side_lines(step))
        gap = max(_GAP, side.height + 2 * _PAD)
    box = _box(_MAIN_X, bottom + gap, "main", _main_lines(step))
    branch = 0 if side is None else side.y + side.height // 2
    return _Step(box, side, bottom, branch)


def _box(x: int, y: int, kind: str, lines: list[tuple[str, str]]) -> _Box:
    width, chars = (_SIDE_W, _SIDE_CHARS) if kind == "side" else (_MAIN_W, _MAIN_CHARS)
    wrapped = [
        (style, part) for style, words in lines for part in textwrap.wrap(words, chars) or [""]
    ]
    texts = tuple(
        _Text(y + _PAD + _LINE * row + 13, style, words)
        for row, (style, words) in enumerate(wrapped)
    )
    return _Box(x, y, width, 2 * _PAD + _LINE * len(wrapped), kind, texts)


def _start_lines(flow: Flow) -> list[tuple[str, str]]:
    lines = [("count", f"{flow.start_words}: {flow.start}")]
    if flow.reference is not None:
        lines.append(("note", f"reference: {flow.reference}"))
    return lines


def _main_lines(step: FlowStep) -> list[tuple[str, str]]:
    notes = [("note", words) for words in _notes(step)]
    return [("label", step.label), ("count", f"{step.remaining} remain"), *notes]


def _notes(step: FlowStep) -> list[str]:
    notes = [] if step.reference is None else [f"reference: {step.reference}"]
    return [*notes, f"by exception: {step.kept}"] if step.kept else notes


def _side_lines(step: FlowStep) -> list[tuple[str, str]]:
    return [("count", f"Excluded: {step.excluded}"), ("note", step.code), ("note", step.meaning)]


def _quoted(words: str) -> str:
    # Mermaid's own escapes; a quote or a bracket would end the label.
    table = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "`": "#96;", "\n": " "}
    return '"' + "".join(table.get(letter, letter) for letter in words) + '"'
