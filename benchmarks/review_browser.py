"""The editor of revisions in headless Chromium without a GPU, on an exam of a data set.

    python benchmarks/review_browser.py OUT [--exam EXAM] [--repeat 3]

Works on a copy of OUT. Times are taken inside the page: from the click in the worklist to the first
drawn slices; for every event of the brush, with what it changes in all panes drawn and read back;
and for whole strokes (a press, ten movements, a release), drawn and read back at their end, as a
browser does that has one frame for them. The last line is `ratio <number>`: how many times better
than 3 s and 20 strokes a second, the smaller of the two.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FIRST_SLICE_S = 3.0
STROKES_PER_S = 20.0
STROKES, MOVES = 40, 10
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-3d-apis",
)
NOTE_CLICK = """document.addEventListener('click', () => sessionStorage.setItem('clicked',
    performance.timeOrigin + performance.now()), true)"""
FIRST_SLICE = """performance.timeOrigin + __editor.timings.firstSlice
    - Number(sessionStorage.getItem('clicked'))"""
STROKE_TIMES = """async ([strokes, moves]) => {
  const editor = __editor, pane = editor.view.panes[0], canvas = pane.canvas;
  editor.box.choose('brush'); editor.box.resize(5);
  canvas.setPointerCapture = () => {};
  const box = canvas.getBoundingClientRect();
  const send = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {clientX: x, clientY: y,
    button: kind === 'pointermove' ? -1 : 0, buttons: 1, pointerId: 1, bubbles: true}));
  const draw = () => { editor.view.drawAll(); pane.context.getImageData(0, 0, 1, 1) };
  const [events, whole] = [[], []];
  for (let s = 0; s < strokes; s++) {
    const each = s % 2 === 0;
    const y = box.top + box.height * (0.2 + 0.6 * s / strokes);
    const began = performance.now();
    for (let m = -1; m <= moves; m++) {
      const kind = m < 0 ? 'pointerdown' : m < moves ? 'pointermove' : 'pointerup';
      const x = box.left + box.width * (0.3 + 0.4 * Math.max(0, Math.min(m, moves - 1)) / moves);
      const start = performance.now();
      send(kind, x, y);
      if (each) { draw(); events.push(performance.now() - start) }
    }
    if (!each) { draw(); whole.push(performance.now() - began) }
    await new Promise((done) => setTimeout(done));
  }
  return [events, whole];
}"""


@contextmanager
def serving(out: Path) -> Iterator[str]:
    """`breastdce review OUT`, until it is stopped."""
    command = [sys.executable, "-m", "breastdce", "review", str(out), "--reader", "Benchmark"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip().rstrip("/") if server.stdout else ""
        try:
            _wait(url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - the loopback
        except urllib.error.URLError:
            continue
        return
    sys.exit("the server does not answer")


def measure(browser: Any, url: str, exam: str | None) -> dict[str, float]:
    """One visit of a fresh profile."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.add_init_script(NOTE_CLICK)
    page.goto(url)
    row = f"tr[data-exam='{exam}']" if exam else "tbody tr"
    page.click(f"#cases {row} a")
    page.wait_for_selector("#panes[aria-busy=false]")
    first_slice = page.evaluate(FIRST_SLICE)
    page.wait_for_selector("[data-tool=brush]:enabled")
    events, strokes = page.evaluate(STROKE_TIMES, [STROKES, MOVES])
    context.close()
    return {
        "first_slice_s": first_slice / 1000,
        "event_ms": statistics.median(events),
        "event_p95_ms": statistics.quantiles(events, n=20)[-1],
        "strokes_per_s": 1000 / statistics.median(strokes),
    }


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the editor in the browser.")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--exam")
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args(words)
    path = shutil.which("chromium")
    if path is None:
        sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        leave_out = shutil.ignore_patterns(".breastdce", "review")
        out = Path(shutil.copytree(args.out, Path(folder) / "out", ignore=leave_out))
        browser = engine.chromium.launch(executable_path=path, args=list(FLAGS))
        visits = []
        for _ in range(args.repeat):
            with serving(out) as url:  # a server that has nothing in memory yet
                visits.append(measure(browser, url, args.exam))
            shutil.rmtree(out / "review", ignore_errors=True)
        browser.close()
    middle = {name: statistics.median(visit[name] for visit in visits) for name in visits[0]}
    print(json.dumps({name: round(value, 3) for name, value in middle.items()}))
    better = min(FIRST_SLICE_S / middle["first_slice_s"], middle["strokes_per_s"] / STROKES_PER_S)
    print(f"ratio {better:.2f}")


if __name__ == "__main__":
    main()
