"""How fast the first page of a data set of 1,000 exams opens, and how heavy it is.

    python benchmarks/cohort_page.py [--exams 1000] [--keep FOLDER]

Makes rows up, renders the page, opens it from disk in headless Chromium (a new browser each time,
in which an empty page was open) and scrolls through it until every picture is loaded. Times are the
median of three. The page is open when its load event and the next two frames are over. The last
line is `ratio` 3 s over the seconds to open.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from made_dataset import made_view, thumbnail

from breastdce.report.index_page import render_index

LIMIT_S, LIMIT_MB = 3.0, 15.0
_PICTURES = 20  # different ones; a file of its own for every exam all the same
_SCROLL = """async () => {
  const lists = document.querySelectorAll('.tall');
  for (const list of [document.scrollingElement, ...lists]) {
    for (let y = 0; y < list.scrollHeight; y += 600) {
      list.scrollTop = y;
      await new Promise(requestAnimationFrame);
    }
  }
  // What was scrolled past too fast to load is asked for now: no file may be left out.
  for (const image of document.images) image.loading = 'eager';
  const waiting = Array.from(document.images).filter((image) => !image.complete);
  await Promise.all(waiting.map((image) => new Promise((done) => {
    image.addEventListener('load', done);
    image.addEventListener('error', done);
  })));
}"""
_FRAMES = "() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"


class Opened(NamedTuple):
    """One opening."""

    wall_s: float
    busy_s: float
    """CPU time of the page's main thread: what a machine that does nothing else would need."""
    scroll_s: float
    bytes: int
    """Of every file that was loaded."""


def main() -> None:
    """Make, render, open, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--exams", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="leave the page in this folder")
    args = parser.parse_args()
    folder = args.keep or Path(tempfile.mkdtemp())
    seconds = write_page(folder, args.exams)
    page = folder / "index.html"
    print(f"rendered {args.exams} exams in {seconds:.1f} s of CPU time, {_mb(page):.1f} MB")
    runs = [opened(page) for _ in range(args.repeat)]
    wall = statistics.median(run.wall_s for run in runs)
    busy = statistics.median(run.busy_s for run in runs)
    print(f"opens in {wall:.2f} s, {busy:.2f} s of them CPU time of the page")
    print(f"scrolled through in {statistics.median(run.scroll_s for run in runs):.2f} s")
    loaded = runs[-1].bytes / 1e6
    print(f"all files loaded: {loaded:.1f} MB of {LIMIT_MB:g} MB allowed")
    if not args.keep:
        shutil.rmtree(folder)
    if loaded > LIMIT_MB:
        raise SystemExit("too heavy")
    print(f"ratio {LIMIT_S / wall:.2f}")


def write_page(folder: Path, exams: int) -> float:
    """Write page and thumbnails; CPU seconds of the rendering alone."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    view = made_view(exams)
    pictures = [thumbnail(number) for number in range(_PICTURES)]
    for number, line in enumerate(view.exams):
        (folder / str(line.thumbnail)).write_bytes(pictures[number % _PICTURES])
    before = resource.getrusage(resource.RUSAGE_SELF)
    text = render_index(view)
    after = resource.getrusage(resource.RUSAGE_SELF)
    (folder / "index.html").write_text(text, encoding="utf-8")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def opened(page: Path) -> Opened:
    """Open a page in a browser of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        path = shutil.which("chromium")
        browser = engine.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        sizes: list[int] = []
        tab.on("requestfinished", lambda request: sizes.append(_size(request.url)))
        probe = tab.context.new_cdp_session(tab)
        probe.send("Performance.enable", {"timeDomain": "threadTicks"})
        empty = page.with_name("empty.html")
        empty.write_text("<!doctype html><title>Empty</title>", encoding="utf-8")
        tab.goto(empty.resolve().as_uri())  # the browser and its process for files have started
        sizes.clear()
        start = time.perf_counter()
        tab.goto(page.resolve().as_uri(), wait_until="load")
        tab.evaluate(_FRAMES)
        wall = time.perf_counter() - start
        metrics = {m["name"]: m["value"] for m in probe.send("Performance.getMetrics")["metrics"]}
        start = time.perf_counter()
        tab.evaluate(_SCROLL)
        tab.wait_for_load_state("networkidle")
        scroll = time.perf_counter() - start
        browser.close()
    return Opened(wall, metrics["TaskDuration"], scroll, sum(sizes))


def _size(url: str) -> int:
    return Path(url.removeprefix("file://")).stat().st_size if url.startswith("file:") else 0


def _mb(path: Path) -> float:
    return path.stat().st_size / 1e6


if __name__ == "__main__":
    main()
