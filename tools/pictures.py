"""Make the pictures of the tutorial and the explanations: `python tools/pictures.py DEMO`.

DEMO is what `breastdce demo DEMO` leaves, whose figures `breastdce report DEMO/dataset --figures`
has drawn. Pages are photographed by the system's Chromium, as the tests drive it. Every picture
stays below 100 kB.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
EXAM = "sub-PHANTOM01_ses-1"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
LESION = (640, 580)
"""Where the projection shows the lesion, in pixels of the window."""
LARGEST = 100_000


def main(words: Sequence[str] | None = None) -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documentation.")
    parser.add_argument("demo", type=Path, help="folder of `breastdce demo`")
    dataset = parser.parse_args(words).demo / "dataset"
    PICTURES.mkdir(exist_ok=True)
    shutil.copy(dataset / "report" / "figures" / f"{EXAM}_curve.svg", PICTURES / "curve.svg")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1300, "height": 800})
        page.goto((dataset / "report" / "index.html").resolve().as_uri())
        save(page, "tutorial_index")
        page.goto((dataset / "report" / "exams" / f"{EXAM}.html").resolve().as_uri())
        page.get_by_role("link", name="Functional tumor volume (FTV)").click()
        page.wait_for_timeout(1000)
        save(page, "tutorial_exam")
        revise(page, dataset)
        chromium.close()


def revise(page: Any, dataset: Path) -> None:
    """The editor of the review with an exam open."""
    command = [sys.executable, "-m", "breastdce", "review", str(dataset), "--reader", "anna"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().strip() if server.stdout else ""
        page.goto(address)
        page.get_by_text(EXAM).first.click()
        page.wait_for_timeout(3000)
        page.mouse.click(*LESION)
        page.get_by_role("button", name="Brush").click()
        page.wait_for_timeout(2000)
        save(page, "editor")
    finally:
        server.terminate()
        server.wait()


def save(page: Any, name: str) -> None:
    """What the window shows, as JPEG of a quality at which it is small enough."""
    for quality in (85, 70, 55, 40):
        picture: bytes = page.screenshot(type="jpeg", quality=quality)
        if len(picture) < LARGEST:
            break
    (PICTURES / f"{name}.jpg").write_bytes(picture)


if __name__ == "__main__":
    main()
