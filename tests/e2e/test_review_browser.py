"""Revision of a processed exam in a browser, with the program's own server and its ledger."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.review.between import fill_between
from breastdce.review.delta import surface_map
from breastdce.run.review.case_images import CaseImages
from breastdce.run.review.tools import use_tool
from tests.unit.web.static.conftest import Watched, chromium, watching
from tests.unit.web.static.panes import Pane, mask_of, saved
from tests.until import until

__all__ = ["chromium"]  # a fixture

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
GONE = "Failed to load resource: net::ERR_"
"""How complaints of a page begin whose server is gone: refused, reset, cut in an answer."""


@pytest.fixture
def out(demo, tmp_path) -> Path:
    """A copy of the demo data set, to be worked on."""
    return Path(shutil.copytree(demo, tmp_path / "out"))


@contextmanager
def serving(out: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`breastdce review OUT`, until it is stopped."""
    command = [sys.executable, "-m", "breastdce", "review", str(out), "--reader", "Ada"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip().rstrip("/")
            _listens(int(address.rpartition(":")[2]))
            yield address, server
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


def _listens(port: int) -> None:
    """Wait for a server that has said where it will be."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as knocking:
            if knocking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def first_exam(page: Any, url: str) -> str:
    """Open the first case of the worklist by a click."""
    page.goto(url)
    row = page.locator("#cases tbody tr").first
    row.wait_for()
    exam = row.get_attribute("data-exam")
    row.locator("a").click()
    ready(page)
    return str(exam)


def ready(page: Any) -> None:
    page.wait_for_selector("#panes[aria-busy=false]")
    until(page, "Boolean(window.__editor?.timings.ready)")


def stroke(page: Any, at: int = 0) -> Any:
    """A stroke of the brush across the middle of a pane; its voxels."""
    pane = Pane(page, at)
    width, height = page.evaluate(
        f"[__editor.view.panes[{at}].plane.width, __editor.view.panes[{at}].plane.height]"
    )
    return pane.swept(pane.drag((width * 0.4, height * 0.4), (width * 0.6, height * 0.5)), 4)


def grown_at_the_cursor(page: Any, out: Path, exam: str) -> Any:
    """Grow from the voxel of the cursor, and what the program makes of that call alone."""
    page.evaluate("__editor.goToMask()")
    page.keyboard.press("g")
    page.fill("#range-low", "3")  # also the rim, where the signal is between lesion and tissue
    page.keyboard.press("Tab")
    x, y = page.evaluate(
        "(() => { const { x, y } = __editor.view.panes[0].plane.place(__editor.view.cursor);"
        " return [x + 0.5, y + 0.5]; })()"
    )
    with page.expect_request("**/tools/grow") as asked:
        Pane(page, 0).drag((x, y))
    page.wait_for_selector("#notices >> text=Added")
    images = CaseImages(out, ExamId.parse(exam))
    params = asked.value.post_data_json["params"]
    return use_tool("grow", params, images.empty(), images).data


def test_a_revision_is_the_parent_and_the_strokes(chromium, out):
    with serving(out) as (url, _), watching(chromium) as watch:
        page = watch().page
        exam = first_exam(page, url)
        parent = mask_of(page)
        page.keyboard.press("b")
        mask = parent | stroke(page)
        saved(page)
        page.keyboard.press("o")
        pane = Pane(page, 2)
        outline = pane.drag((20, 20), (34, 22), (30, 36), (18, 30))
        drawn = mask | pane.enclosed(outline)
        saved(page)
        page.keyboard.press("b")
        stroke(page, 1)
        saved(page)
        page.keyboard.press("Control+z")
        saved(page)
        np.testing.assert_array_equal(mask_of(page), drawn)
        page.keyboard.press("l")
        until(page, "!__editor.box.busy && __editor.draft.state === 'saved'")
        page.wait_for_selector("#notices .notice")
        page.keyboard.press("Control+z")
        saved(page)
        np.testing.assert_array_equal(mask_of(page), drawn)
        grown = drawn | grown_at_the_cursor(page, out, exam)
        assert grown.sum() > drawn.sum()
        np.testing.assert_array_equal(mask_of(page), grown)
        page.click("#sign-open")
        page.wait_for_selector("#sign-now:enabled")
        assert page.locator("#sign-pictures canvas").count() == 3
        page.fill("#sign-comment", "margin")
        page.click("#sign-now")
        page.wait_for_selector("#revisions >> text=margin")
    stored = {path: read_mask(path) for path in (out / "review" / "masks" / exam).iterdir()}
    signed = [found for found in stored.values() if (found.data == grown).all()]
    assert len(signed) == 1
    subject, session = exam.split("_")
    image = read_volume(out / subject / session / "images" / f"{exam}_0000.nii.gz")
    np.testing.assert_allclose(signed[0].grid.affine, image.grid.affine, rtol=0, atol=1e-6)
    (moved,) = (read_volume(path) for path in (out / "review" / "surfaces" / exam).iterdir())
    known = surface_map(*(Mask(mask, image.grid) for mask in (parent, grown)))
    np.testing.assert_array_equal(moved.data[tuple(known.voxels.T)], known.moved_mm)


def test_a_mask_that_is_drawn_on_two_slices_is_filled_between_them(chromium, out):
    with serving(out) as (url, _), watching(chromium) as watch:
        page = watch().page
        first_exam(page, url)
        page.select_option("#start", "empty")
        page.click("#begin")
        page.get_by_role("button", name="Begin anew").click()
        until(page, "__editor.draft.start === 'empty' && __editor.draft.voxels === 0")
        page.keyboard.press("b")
        drawn = stroke(page)
        page.evaluate("__editor.view.turn(__editor.view.panes[0], 3)")
        drawn |= stroke(page)
        saved(page)
        np.testing.assert_array_equal(mask_of(page), drawn)
        page.keyboard.press("i")
        until(page, "!__editor.box.busy")
        page.wait_for_selector("#notices >> text=Added")
        axis = page.evaluate("__editor.view.panes[0].plane.axes[2]")
        grid = Grid(drawn.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
        filled = fill_between(Mask(drawn, grid), axis).data
        assert np.count_nonzero(filled.any(axis=tuple({0, 1, 2} - {axis}))) == 4
        np.testing.assert_array_equal(mask_of(page), filled)


@pytest.fixture
def watched(chromium) -> Iterator[Watched]:
    with watching(chromium) as watch:
        yield watch()


def test_work_outlives_a_server_that_is_killed(watched, out):
    page = watched.page
    with serving(out) as (url, server):
        first_exam(page, url)
        page.keyboard.press("b")
        drawn = mask_of(page) | stroke(page)
        saved(page)
        server.kill()
        server.wait()
        drawn |= stroke(page, 2)
        until(page, "document.querySelector('#save').dataset.state === 'offline'")
    with serving(out) as (again, _):
        assert again == url  # the same port, so that the open page finds it
        saved(page)
        np.testing.assert_array_equal(mask_of(page), drawn)
        page.reload()
        ready(page)
        np.testing.assert_array_equal(mask_of(page), drawn)
        watched.context.close()  # while there is a server to answer it
    assert [text for text in watched.complaints if not text.startswith(GONE)] == []
    watched.complaints.clear()
