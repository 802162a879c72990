"""Where results are printed."""

from __future__ import annotations

from rich.console import Console


def results_console() -> Console:
    """Standard output; lines are broken at its width on a terminal only.

    A file or a pipe is searched, and read by programs.
    """
    console = Console()
    console.soft_wrap = not console.is_terminal
    return console
