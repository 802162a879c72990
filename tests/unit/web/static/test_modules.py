"""The small modules in a browser, against numpy and scipy."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.unit.web.static.conftest import watching
from tests.unit.web.static.made import PLANES, Room, serving

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]
SHAPE, SPACING = (7, 5, 6), (1.0, 0.7, 2.0)


@pytest.fixture(scope="module")
def page(chromium):
    with serving(Room()) as url, watching(chromium) as watch:
        shown = watch().page
        shown.goto(f"{url}/readers")
        shown.wait_for_selector("#tables[aria-busy=false]")
        yield shown


def run(page, module, body, *values):
    """Run a body with the names of a module."""
    script = f"async (values) => {{ const m = await import('/static/{module}.js'); {body} }}"
    return page.evaluate(script, list(values))


def plane_of(name):
    grid = f"{[*SHAPE]}, {[*SPACING]}"
    return f"new (await import('/static/plane.js')).Plane('{name}', {PLANES[name]}, {grid})"


@pytest.mark.parametrize("name", PLANES)
def test_a_plane_counts_voxels_as_the_array_does(page, name):
    plane = plane_of(name)
    size = run(page, "plane", f"const p = {plane}; return [p.width, p.height, p.depth]")
    numbers = run(
        page,
        "plane",
        f"""const p = {plane}; const out = [];
        for (let s = 0; s < p.depth; s++) for (let y = 0; y < p.height; y++)
          for (let x = 0; x < p.width; x++) out.push(p.number(x, y, s));
        return out""",
    )
    array = np.arange(np.prod(SHAPE)).reshape(SHAPE, order="F")
    signed = [PLANES[name][way] for way in ("slice", "down", "right")]
    turned = array.transpose(["ijk".index(axis[1]) for axis in signed])
    turned = turned[tuple(slice(None, None, -1 if axis[0] == "-" else 1) for axis in signed)]
    assert size == [*turned.shape[::-1]]
    assert numbers == turned.ravel().tolist()


@pytest.mark.parametrize("name", PLANES)
def test_a_place_in_a_plane_and_its_voxel_belong_together(page, name):
    back = run(
        page,
        "plane",
        f"""const p = {plane_of(name)}; const out = [];
        for (let k = 0; k < 6; k++) for (let j = 0; j < 5; j++) for (let i = 0; i < 7; i++) {{
          const a = p.place([i, j, k]); const v = p.voxel(a.x, a.y, a.slice);
          out.push(p.number(a.x, a.y, a.slice) === i + 7 * (j + 5 * k));
          out.push(v.join() === [i, j, k].join()) }}
        return out.every(Boolean)""",
    )
    assert back


@pytest.mark.parametrize(
    ("start", "end", "radius"),
    [
        ((3, 3), (3, 3), 2.5),
        ((1.2, 4.4), (5.9, 0.3), 1.1),
        ((-2, 3), (9, 3), 0.4),
        ((0, 0), (0, 0), 0),
        ((3.5, 3.5), (3.5, 3.5), 3.0),
    ],
)
def test_a_brush_sweeps_the_centers_within_its_radius(page, start, end, radius):
    swept = run(
        page,
        "strokes",
        f"""const p = {plane_of("axial")}; const out = new Set();
        m.sweep(p, {{x: {start[0]}, y: {start[1]}}}, {{x: {end[0]}, y: {end[1]}}}, {radius},
          (x, y) => out.add(x + p.width * y)); return [...out].sort((a, b) => a - b)""",
    )
    w, h = SPACING[2], SPACING[0]  # the axial picture runs along k and i
    y, x = np.mgrid[: SHAPE[0], : SHAPE[2]]
    a, b = np.array(start) * (w, h), np.array(end) * (w, h)
    centers = np.stack([(x + 0.5) * w, (y + 0.5) * h], -1)
    length = ((b - a) ** 2).sum()
    along = ((centers - a) @ (b - a)) / length if length else 0 * centers[..., 0]
    nearest = a + np.clip(along, 0, 1)[..., None] * (b - a)
    inside = ((centers - nearest) ** 2).sum(-1) <= radius**2
    under = (int(np.floor(end[1])), int(np.floor(end[0])))
    if 0 <= under[0] < SHAPE[0] and 0 <= under[1] < SHAPE[2]:
        inside[under] = True
    assert swept == np.flatnonzero(inside.ravel()).tolist()


def test_an_outline_fills_the_centers_inside_by_the_even_odd_rule(page):
    outline = [(0.2, 0.2), (5.8, 0.6), (1.0, 4.7), (5.5, 6.9), (0.4, 6.2), (5.9, 2.2)]
    points = [{"x": x, "y": y} for x, y in outline]
    filled = run(
        page,
        "strokes",
        f"""const p = {plane_of("axial")}; const out = [];
        m.fill(p, values[0], (x, y) => out.push(x + p.width * y)); return out""",
        points,
    )
    inside = np.zeros((SHAPE[0], SHAPE[2]), bool)
    for y in range(SHAPE[0]):
        for x in range(SHAPE[2]):
            for p, q in zip(outline, outline[1:] + outline[:1], strict=True):
                if (p[1] <= y + 0.5) != (q[1] <= y + 0.5):
                    cut = p[0] + (y + 0.5 - p[1]) / (q[1] - p[1]) * (q[0] - p[0])
                    inside[y, x] ^= x + 0.5 < cut
    assert 0 < inside.sum() < inside.size
    assert sorted(filled) == np.flatnonzero(inside.ravel()).tolist()


def test_changes_apply_turn_and_travel(page):
    rng = np.random.default_rng(5)
    before, after = (rng.random((2, 400)) < 0.4).astype(int).tolist()
    answer = run(
        page,
        "mask",
        """const [a, b] = values.map((v) => Uint8Array.from(v)); const c = m.between(a, b);
        const there = a.slice(); m.apply(there, c);
        const back = there.slice(); m.apply(back, m.turned(c));
        const whole = Uint32Array.from([0, 400, 1]); const filled = a.slice();
        m.apply(filled, m.effective(a, whole));
        return {runs: [...c], there: [...there], back: [...back], gain: m.gain(c),
          bytes: [...m.toBytes(c)], same: [...m.fromBytes(m.toBytes(c).slice().buffer)],
          filled: filled.every(Boolean), none: m.effective(b, c).length}""",
        before,
        after,
    )
    runs = np.array(answer["runs"]).reshape(-1, 3)
    ends = runs[:, 0] + runs[:, 1]
    assert answer["there"] == after
    assert answer["back"] == before
    assert answer["gain"] == sum(after) - sum(before)
    assert answer["same"] == answer["runs"]
    assert bytes(answer["bytes"]) == runs.astype("<u4").tobytes()
    assert (runs[1:, 0] >= ends[:-1]).all()
    touching = runs[1:][runs[1:, 0] == ends[:-1]]
    assert (touching[:, 2] != runs[:-1][runs[1:, 0] == ends[:-1]][:, 2]).all()  # as few as can be
    assert answer["filled"]
    assert answer["none"] == 0


def test_a_change_comes_in_base64(page):
    runs = np.array([[3, 2, 1], [70000, 1, 0]], "<u4")
    text = base64.b64encode(runs.tobytes()).decode()
    assert run(page, "mask", "return [...m.fromBase64(values[0])]", text) == runs.ravel().tolist()


def test_history_goes_back_and_forth_without_limit(page):
    answer = run(
        page,
        "history",
        """const h = new m.History(); const mask = new Uint8Array(6000);
        const { apply } = await import('/static/mask.js');
        let c; let steps = 0;
        for (let n = 0; n < 6000; n++) {
          c = Uint32Array.from([n, 1, 1]); apply(mask, c); h.push(c) }
        const size = h.size;
        while ((c = h.undo())) { apply(mask, c); steps++ }
        const empty = !mask.some(Boolean);
        while ((c = h.redo())) apply(mask, c);
        h.undo(); h.push(Uint32Array.from([0, 1, 0]));
        return [size, steps, empty, mask.every(Boolean), h.redo() === undefined]""",
    )
    assert answer == [6000 * 12, 6000, True, True, True]


def test_windows_are_linear_and_clipped(page):
    shades = run(
        page,
        "window",
        """const t = new m.WindowTables(); t.set({low: 1, high: 3}, {slope: 0.5, intercept: -1}, 0);
        return values[0].map((v) => t.grey[v + 32768] & 255)""",
        [-32768, 3, 4, 6, 8, 9, 32767],
    )
    assert shades == [0, 0, 0, 128, 255, 255, 255]


def test_a_projection_holds_the_maximum_and_where_it_was(page):
    data = np.random.default_rng(2).integers(-300, 300, SHAPE).astype(np.int16)
    answer = run(
        page,
        "projection",
        f"""const p = {plane_of("coronal")};
        const r = m.project(Int16Array.from(values[0]), p);
        return [[...r.data], [...r.slices]]""",
        data.ravel(order="F").tolist(),
    )
    shown = data[:, :, ::-1].transpose(0, 1, 2)  # [slice, down, right] = [i, j, -k]
    assert answer[0] == shown.max(axis=0).ravel().tolist()
    assert answer[1] == shown.argmax(axis=0).ravel().tolist()


@pytest.mark.parametrize("name", PLANES)
def test_a_surface_shows_the_farthest_of_what_lies_behind(page, name):
    rng = np.random.default_rng(4)
    moved = np.full(SHAPE, np.nan, np.float32)
    part = moved[1:6, 1:, 2:]
    part[rng.random(part.shape) < 0.3] = 0
    part[part == 0] = rng.normal(0, 3, np.count_nonzero(part == 0))
    flat = moved.ravel(order="F")
    numbers = np.flatnonzero(~np.isnan(flat)).astype("<u4")
    answer = run(
        page,
        "surface",
        f"""const p = {plane_of(name)}; const bytes = Uint8Array.from(values[0]).buffer;
        const f = m.flatten(p, m.readSurface(bytes), {[*SHAPE]});
        return [f.width, f.height, [...f.moved].map((mm) => Number.isNaN(mm) ? null : mm)]""",
        [*(numbers.tobytes() + flat[numbers].tobytes())],
    )
    signed = [PLANES[name][way] for way in ("slice", "down", "right")]
    turned = moved.transpose(["ijk".index(axis[1]) for axis in signed])
    turned = turned[tuple(slice(None, None, -1 if axis[0] == "-" else 1) for axis in signed)]
    there = ~np.isnan(turned)
    which = np.where(there, abs(turned), -1).argmax(axis=0)
    known = np.take_along_axis(turned, which[None], 0)[0]
    rows, columns = (np.flatnonzero(there.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    known = known[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    known = np.pad(known, 6, constant_values=np.nan)
    assert answer[:2] == [*known.shape[::-1]]
    shown = np.array(answer[2], np.float32).reshape(known.shape)
    np.testing.assert_array_equal(shown, known)


def test_what_is_missing_sorts_last(page):
    both = run(
        page,
        "table",
        """const rows = [{v: 2}, {v: null}, {v: 10}, {v: 1}];
        return [true, false].map((up) => m.sorted(rows, (r) => r.v, up).map((r) => r.v))""",
    )
    assert both == [[1, 2, 10, None], [10, 2, 1, None]]
