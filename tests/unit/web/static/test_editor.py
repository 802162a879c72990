"""The editor in a browser: what is drawn is what arrives, whatever happens on the way."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from tests.unit.web.static.made import EXAM, LESION, SHAPE, Room, ball
from tests.unit.web.static.panes import Pane, mask_of, saved
from tests.until import until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]
WITH_AND_WITHOUT_GL = pytest.mark.parametrize("gl", [False, True], ids=["no-webgl", "webgl"])
SAGITTAL, AXIAL, CORONAL, MIP = range(4)  # panes in their order


def same(page: Any, room: Room, mask: Any) -> None:
    saved(page)
    np.testing.assert_array_equal(mask_of(page), mask)
    np.testing.assert_array_equal(room.mask, mask)


@WITH_AND_WITHOUT_GL
def test_from_the_worklist_to_a_signed_revision(watch, url, room, gl):
    watched = watch(gl)
    page = watched.page
    page.goto(url)
    page.click(f"#cases tbody tr[data-exam='{EXAM}'] a")
    page.wait_for_selector("#panes[aria-busy=false]")
    until(page, "Boolean(window.__editor?.timings.ready)")
    page.keyboard.press("b")
    sagittal = Pane(page, SAGITTAL)
    drawn = room.start | sagittal.swept(sagittal.drag((38, 20), (44, 28)), 4)
    same(page, room, drawn)
    page.keyboard.press("o")
    coronal = Pane(page, CORONAL)
    hit = coronal.drag((6, 8), (16, 9), (17, 18), (8, 15))
    outlined = drawn | coronal.enclosed(hit)
    assert outlined.sum() > drawn.sum() + 40
    same(page, room, outlined)
    page.keyboard.press("Control+z")
    same(page, room, drawn)
    page.keyboard.press("g")
    page.locator("#panes canvas").nth(SAGITTAL).hover()
    sagittal = Pane(page, SAGITTAL)
    sagittal.drag((LESION[0] + 0.5, LESION[1] + 0.5))
    grown = drawn | ball(LESION, 8)
    until(page, f"__editor.draft.voxels === {int(grown.sum())}")
    same(page, room, grown)
    asked = json.loads(room.log[0])
    assert asked["name"] == "grow"
    assert asked["seed"][:2] == list(LESION[:2])
    page.click("#sign-open")
    page.wait_for_selector("#sign-facts td")
    facts = page.inner_text("#sign-facts")
    assert f"{int(grown.sum()) / 1000:.2f}" in facts
    assert page.locator("#sign-pictures canvas").count() == 3
    page.fill("#sign-comment", "margin added")
    page.click("#sign-now")
    page.wait_for_selector("#revisions >> text=margin added")
    assert page.inner_text("#case-state") == "Submitted"
    np.testing.assert_array_equal(room.masks[1], grown)
    assert room.revisions[0]["comment"] == "margin added"
    assert page.is_disabled("[data-tool=brush]")


def test_every_stroke_can_be_taken_back_and_made_again(watch, url, room):
    page = watch().open(url)
    page.keyboard.press("b")
    pane = Pane(page, SAGITTAL)
    for step in range(6):
        pane.drag((5 + 2 * step, 6), (5 + 2 * step, 12))
    saved(page)
    whole = mask_of(page)
    assert page.evaluate("__editor.hand.counts.strokes") == 6
    for _ in range(8):
        page.keyboard.press("Control+z")
    same(page, room, room.start)
    for _ in range(8):
        page.keyboard.press("Control+Shift+z")
    same(page, room, whole)


def test_the_eraser_takes_away_and_the_threshold_brush_takes_what_enhances(watch, url, room):
    page = watch().open(url)
    page.keyboard.press("e")
    pane = Pane(page, SAGITTAL)
    erased = room.start & ~pane.swept(pane.drag((26, 22), (30, 24)), 4)
    same(page, room, erased)
    page.keyboard.press("t")
    page.fill("#range-low", "2")
    page.fill("#range-high", "9")
    page.keyboard.press("Tab")
    pane = Pane(page, SAGITTAL)
    swept = pane.swept(pane.drag((20, 24), (42, 24)), 4)
    signal = room.volume("post1") * 0.01
    same(page, room, erased | (swept & (signal >= 2) & (signal <= 9)))


def test_a_mask_can_be_drawn_without_a_mouse(watch, url, room):
    page = watch().open(url)
    page.locator("#panes canvas").nth(AXIAL).focus()
    for key in ("b", "[", "ArrowLeft", "ArrowLeft", "ArrowDown", "PageDown"):
        page.keyboard.press(key)
    axial = Pane(page, AXIAL)
    cursor = page.evaluate("__editor.view.cursor")
    assert cursor == [LESION[0] + 1, LESION[1] + 1, LESION[2] + 2]
    page.keyboard.press("Enter")
    place = (SHAPE[2] - 1 - cursor[2] + 0.5, cursor[0] + 0.5)
    radius = page.evaluate("__editor.box.radius")
    assert radius == 3.5
    same(page, room, room.start | axial.swept([place], radius))


def test_work_of_a_reload_is_still_there(watch, url, room):
    watched = watch()
    page = watched.open(url)
    page.keyboard.press("b")
    pane = Pane(page, SAGITTAL)
    drawn = room.start | pane.swept(pane.drag((8, 8), (20, 12)), 4)
    same(page, room, drawn)
    watched.open(url)
    same(page, room, drawn)


def test_strokes_of_a_dead_tab_without_a_server_are_sent_later(watch, url, room):
    watched = watch()
    page = watched.open(url)
    page.keyboard.press("b")
    watched.context.set_offline(True)
    pane = Pane(page, SAGITTAL)
    drawn = room.start.copy()
    for y in (8, 36, 44):
        drawn |= pane.swept(pane.drag((8, y), (20, y)), 4)
    until(page, "document.querySelector('#save').dataset.state === 'offline'")
    assert "kept in this browser" in page.inner_text("#notices")
    until(
        page, "Promise.all(__editor.draft.queue.map((w) => w.id)).then((ids) => ids.length === 3)"
    )
    assert room.sequence == 0
    page.close()
    watched.complaints.clear()  # requests that failed while the server was away
    watched.context.set_offline(False)
    later = watched.open(url, watched.new_page())
    same(later, room, drawn)
    notices = later.inner_text("#notices")
    assert "Sent again what had not reached the server: 3 strokes." in notices
    assert later.evaluate("__editor.draft.outbox.all().then((all) => all.length)") == 0


def test_a_server_that_comes_back_gets_what_waits(watch, url, room):
    watched = watch()
    page = watched.open(url)
    page.keyboard.press("b")
    watched.context.set_offline(True)
    pane = Pane(page, SAGITTAL)
    drawn = room.start | pane.swept(pane.drag((8, 8), (20, 8)), 4)
    until(page, "document.querySelector('#save').dataset.state === 'offline'")
    watched.context.set_offline(False)
    same(page, room, drawn)
    watched.complaints.clear()


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_that_is_lost_does_not_make_the_draft_stale(watch, url, room, lost):
    watched = watch()
    page = watched.open(url)
    dropped: list[int] = []

    def swallow(route: Any) -> None:
        route.fetch()
        if len(dropped) < lost:
            dropped.append(1)
            route.abort()
        else:
            route.fulfill(status=409, body='{"code": "STALE"}')

    page.route("**/changes?*", swallow, times=lost)
    page.keyboard.press("b")
    pane = Pane(page, SAGITTAL)
    drawn = room.start | pane.swept(pane.drag((8, 8), (20, 8)), 4)
    same(page, room, drawn)
    pane = Pane(page, SAGITTAL)
    drawn |= pane.swept(pane.drag((8, 40), (20, 40)), 4)
    same(page, room, drawn)
    assert not page.is_visible("#stale")
    watched.complaints.clear()  # the browser reports the answers that were lost


@pytest.mark.parametrize("keep", [True, False])
def test_a_draft_that_moved_on_elsewhere_is_said_so_and_nothing_is_overwritten(
    watch, url, room, keep
):
    watched = watch()
    page = watched.open(url)
    room.mask = room.start | ball((10, 10, 10), 4)
    room.sequence += 1
    elsewhere = room.mask
    page.keyboard.press("b")
    pane = Pane(page, SAGITTAL)
    stroke = pane.swept(pane.drag((40, 40), (50, 40)), 4)
    page.wait_for_selector("#stale[open]")
    assert "1 stroke of this page is not on the server" in page.inner_text("#stale")
    assert "(409, stale)" in page.inner_text("#stale")
    np.testing.assert_array_equal(room.mask, elsewhere)
    page.click("#stale-keep" if keep else "#stale-drop")
    same(page, room, elsewhere | stroke if keep else elsewhere)
    watched.complaints.clear()  # the browser reports the 409


def test_a_second_tab_is_for_reading(watch, url, room):
    watched = watch()
    first = watched.open(url)
    second = watched.open(url, watched.new_page())
    assert "open in another tab" in second.inner_text("#notices")
    assert second.is_disabled("[data-tool=brush]")
    assert first.is_enabled("[data-tool=brush]")


def test_wheel_keys_and_drags_steer_the_view(watch, url, room):
    page = watch().open(url)
    pane = Pane(page, SAGITTAL)
    page.mouse.move(*pane.pixel((30, 20)))
    assert f"slice {LESION[2] + 1} of {SHAPE[2]}" in pane.canvas.get_attribute("aria-label")
    page.mouse.wheel(0, 120)
    until(page, f"__editor.view.cursor[2] === {LESION[2] + 1}")
    before = page.evaluate("__editor.view.windowFor('post1')")
    pane.drag((20, 20), (40, 20), button="right")
    after = page.evaluate("__editor.view.windowFor('post1')")
    assert after["high"] - after["low"] > before["high"] - before["low"]
    assert page.input_value("#window-high") == f"{after['high']:.2f}"
    page.keyboard.press("2")
    until(page, "__editor.view.volume === 'pre'")
    assert page.is_checked("[name=volume][value=pre]")
    page.keyboard.press("Space")
    until(page, "__editor.view.volume === 'post1'")
    page.keyboard.press("x")
    assert page.evaluate("__editor.view.masked") is False
    page.keyboard.press("+")
    assert page.evaluate("__editor.layout.active.zoom") == 1.25
    page.keyboard.press("0")
    assert page.evaluate("__editor.layout.active.zoom") == 1


def test_phases_stand_side_by_side_and_share_the_mask(watch, url, room):
    page = watch().open(url)
    page.keyboard.press("p")
    until(page, "__editor.layout.name === 'phases'")
    labels = [canvas.get_attribute("aria-label") for canvas in page.locator("#panes canvas").all()]
    slice_ = f"sagittal slice {LESION[2] + 1} of {SHAPE[2]}"
    assert labels == [
        f"{slice_}, {name}"
        for name in (
            "Pre-contrast",
            "First post-contrast",
            "Second post-contrast",
            "First subtraction",
        )
    ]
    page.keyboard.press("b")
    pane = Pane(page, 2)
    same(page, room, room.start | pane.swept(pane.drag((8, 8), (20, 12)), 4))


def test_a_click_in_the_projection_finds_the_brightest_voxel(watch, url, room):
    page = watch().open(url)
    pane = Pane(page, MIP)
    pane.drag((LESION[0] + 0.5, LESION[1] + 0.5))
    brightest = room.volume("post1")[LESION[0], LESION[1]].argmax()
    assert page.evaluate("__editor.view.cursor") == [*LESION[:2], int(brightest)]


def test_the_curve_and_the_values_follow_the_pointer(watch, url, room):
    page = watch().open(url)
    pane = Pane(page, SAGITTAL)
    page.mouse.move(*pane.pixel((LESION[0] + 0.5, LESION[1] + 0.5)))
    until(page, "document.querySelectorAll('#curve circle').length === 3")
    first = room.signal(1)[LESION] / 100
    assert f"120 s: {first:.3g}" in page.get_attribute("#curve", "aria-label")
    assert f"i {LESION[0]}, j {LESION[1]}, k {LESION[2]}" in page.inner_text("#values")


def test_colors_lie_over_what_enhances_only(watch, url, room):
    page = watch().open(url)
    page.keyboard.press("x")
    page.check("[name=overlay][value=pe]")
    until(page, "__editor.view.overlay === 'pe'")
    colored = until(
        page,
        """(() => { const pane = __editor.view.panes[0]; if (pane.stale) return null;
        return Array.from(pane.pixels, (v) => Number((v & 255) !== ((v >> 8) & 255))) })()""",
    )
    enhancing = room.volume("pe")[:, :, LESION[2]].T * 0.01 >= 70
    np.testing.assert_array_equal(np.array(colored, bool).reshape(SHAPE[1::-1]), enhancing)


def test_an_adjudicator_chooses_among_revisions(watch, url, room):
    room.draft()
    room.sign("first look", 75)
    room.start = ball(LESION, 8)
    room.draft()
    room.sign("wider", 300, "bob")
    room.role = "adjudicator"
    page = watch().open(url)
    assert page.is_disabled("[data-tool=brush]")
    assert page.is_disabled("#accept")
    until(page, f"__editor.draft.voxels === {int(room.start.sum())}")  # shown until one is chosen
    page.check("[aria-label='Choose revision 2 of bob']")
    until(page, f"__editor.draft.voxels === {int(ball(LESION, 8).sum())}")
    page.check("#revisions li:first-child [type=checkbox]")
    until(page, "__editor.view.guides.get('revision:1')?.shown")
    page.click("#send-back")
    assert "Say in the comment" in page.inner_text("#notices")
    page.fill("#judge-comment", "too wide")
    page.click("#send-back")
    until(page, "document.querySelector('#case-state').textContent === 'Sent back'")
    assert room.sent_back == [{"reader": "bob", "comment": "too wide"}]
    page.check("[aria-label='Choose revision 1 of ada']")
    page.click("#accept")
    until(page, "document.querySelector('#case-state').textContent === 'Accepted'")
    assert room.log == ["accept 1"]


@WITH_AND_WITHOUT_GL
def test_the_3d_panel_says_plainly_why_it_is_empty(watch, url, room, gl):
    watched = watch(gl)
    page = watched.open(url)
    page.route("**/vendor/niivue.umd.js", lambda route: route.abort())
    page.click("button[data-layout='3d']")
    missing = "NiiVue is not installed" if gl else "no WebGL2"
    page.wait_for_selector(f"#three >> text={missing}")
    assert page.locator("#panes canvas").count() == 1
    watched.complaints.clear()  # the file that was not there


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_everything_has_a_name_and_fits(watch, url, width, scheme):
    watched = watch(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = watched.open(url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for dialog in (None, "sign", "stale", "help"):
        if dialog:
            page.evaluate(f"document.querySelector('#{dialog}').showModal()")
        nameless = page.evaluate(
            """(values) => [...document.querySelectorAll(values)]
            .filter((e) => e.checkVisibility() && !e.ariaLabel && !e.labels?.length)
            .filter((e) => !e.getAttribute('aria-labelledby') && !e.textContent.trim())
            .map((e) => e.outerHTML)""",
            "button, input, select, textarea, canvas, dialog[open]",
        )
        assert nameless == []
        if dialog:
            page.evaluate(f"document.querySelector('#{dialog}').close()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colors_of_text_stand_out(watch, url, scheme):
    page = watch(color_scheme=scheme).page
    page.goto(f"{url}/readers")
    pairs = [
        (ink, ground) for ink in ("ink", "soft", "accent", "good") for ground in ("card", "page")
    ]
    pairs += [("warn", "warn-tint"), ("bad", "bad-tint"), ("on-accent", "accent"), ("ink", "tint")]
    for ink, ground in pairs:
        colors = [
            page.evaluate(
                f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')"
            )
            for name in (ink, ground)
        ]
        light, dark = sorted((_luminance(color.strip()) for color in colors), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)  # WCAG 2.2, 1.4.3


def _luminance(color: str) -> float:
    digits = re.sub("#", "", color)
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    levels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
