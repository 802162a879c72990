"""A server of revisions in memory that follows the HTTP interface, for tests of the pages alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import breastdce

STATIC = Path(breastdce.__file__).parent / "web" / "static"
EXAM = "sub-0001_ses-T0"
SHAPE = (60, 50, 40)
LESION = (30, 24, 22)
# As a sagittal series lies: i to the back, j to the feet, k to the right.
PLANES = {
    "axial": {"right": "-k", "down": "+i", "slice": "+j", "edges": ["R", "L", "A", "P"]},
    "sagittal": {"right": "+i", "down": "+j", "slice": "+k", "edges": ["A", "P", "H", "F"]},
    "coronal": {"right": "-k", "down": "+j", "slice": "+i", "edges": ["R", "L", "H", "F"]},
}
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' data: blob:; "
    "worker-src 'self' data: blob:"
)
Bools = NDArray[np.bool_]


def ball(center: tuple[int, int, int], radius: float) -> Bools:
    """Voxels within a radius of a voxel, [i, j, k] in Fortran order."""
    axes = np.ogrid[tuple(slice(0, size) for size in SHAPE)]
    squares = sum((axis - at) ** 2 for axis, at in zip(axes, center, strict=True))
    return np.asfortranarray(squares <= radius**2)


def changed(mask: Bools, change: bytes) -> Bools:
    """Apply a change, and insist that every voxel in it changes."""
    flat = mask.reshape(-1, order="F").copy()
    last = -1
    for first, length, value in np.frombuffer(change, "<u4").reshape(-1, 3).astype(int):
        assert first > last, "runs ascend and are disjoint"
        assert length > 0
        assert (flat[first : first + length] != value).all(), "only voxels that really change"
        flat[first : first + length] = value
        last = first + length - 1
    return flat.reshape(SHAPE, order="F")


def between(before: Bools, after: Bools) -> bytes:
    """The change that turns one mask into the other, one run a voxel."""
    old, new = before.reshape(-1, order="F"), after.reshape(-1, order="F")
    where = np.flatnonzero(old != new)
    return np.stack([where, np.ones_like(where), new[where]], 1).astype("<u4").tobytes()


def digest(mask: Bools) -> str:
    """Name of a mask."""
    return hashlib.blake2b(np.packbits(mask).tobytes(), digest_size=16).hexdigest()


@dataclass
class Room:
    """What the server knows of one exam and of all who read it."""

    role: str = "reader"
    start: Bools = field(default_factory=lambda: ball(LESION, 6))
    state: str = "todo"
    mask: Bools | None = None
    parent: str = ""
    sequence: int = 0
    revisions: list[dict[str, Any]] = field(default_factory=list)
    masks: dict[int, Bools] = field(default_factory=dict)
    sent_back: list[dict[str, Any]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def signal(self, phase: int) -> NDArray[np.int16]:
        """A breast that brightens, with a lesion that washes out; stored times 0.01."""
        noise = np.random.default_rng(phase).normal(0, 8, SHAPE)
        level = (60, 110, 130)[phase] + np.where(ball(LESION, 8), (0, 220, 180)[phase], 0)
        return np.asfortranarray((level + noise).astype(np.int16))

    def volume(self, name: str) -> NDArray[np.int16]:
        """Any of the volumes, as stored."""
        pre, first, second = (self.signal(phase).astype(float) for phase in range(3))
        shown = {
            "pre": pre,
            "post1": first,
            "post2": second,
            "sub1": first - pre,
            "sub2": second - pre,
            "pe": 100 * 100 * (first - pre) / pre,
            "ser": 100 * np.divide(first - pre, second - pre, where=second != pre, out=pre * 0),
        }
        return np.asfortranarray(np.clip(shown[name], -32768, 32767).astype(np.int16))

    def head(self) -> dict[str, Any]:
        return {"parent": self.parent, "sequence": self.sequence}

    def draft(self) -> Bools:
        if self.mask is None:
            self.mask, self.parent, self.sequence = self.start, digest(self.start), 0
            self.state = "in_progress"
        return self.mask

    def delta(self) -> dict[str, Any]:
        """Counts only; distances are the server's business."""
        mask = self.draft()
        moved = mask != self.start
        touched = [int(moved.any(axis=axes).sum()) for axes in ((1, 2), (0, 2), (0, 1))]
        both = 2 * int((mask & self.start).sum()) / max(1, int(mask.sum() + self.start.sum()))
        return {
            "voxels_added": int((mask & ~self.start).sum()),
            "voxels_removed": int((~mask & self.start).sum()),
            "volume_ml": int(mask.sum()) / 1000,
            "parent_ml": int(self.start.sum()) / 1000,
            "dice_to_parent": both,
            "hd95_mm": 1.5,
            "assd_mm": None,
            "slices_touched": touched,
            "seconds": 0.0,
        }

    def sign(self, comment: str, seconds: float, reader: str = "ada") -> dict[str, Any]:
        """Store the draft as a revision."""
        mask = self.draft()
        number = len(self.revisions) + 1
        revision = {
            "exam": EXAM,
            "number": number,
            "reader": reader,
            "created": "2026-01-02T03:04:05Z",
            "parent": self.parent,
            "mask": digest(mask),
            "tool": "browser",
            "comment": comment,
            "seconds": seconds,
            "delta": self.delta(),
            "previous": "",
            "link": "",
        }
        self.revisions.append(revision)
        self.masks[number] = mask
        self.start, self.mask, self.state = mask, None, "submitted"
        return revision


def _packed(array: NDArray[Any], **headers: str) -> Response:
    body = gzip.compress(array.tobytes(order="F"), 1)
    return Response(
        body,
        media_type="application/octet-stream",
        headers={"Content-Encoding": "gzip", **headers},
    )


def _stale(room: Room) -> JSONResponse:
    body = {
        "code": "STALE",
        "message": "The draft has moved on.",
        "remedy": "",
        "head": room.head(),
    }
    return JSONResponse(body, 409)


class Api:
    """The HTTP interface of one room."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def routes(self) -> list[Route]:
        case = "/api/cases/{exam}"
        get: dict[str, Any] = {
            "/api/me": self.me,
            "/api/cases": self.cases,
            "/api/agreement": self.agreement,
            case: self.case,
            case + "/volumes/{name}": self.volume,
            case + "/masks/{name}": self.mask,
            case + "/curve": self.curve,
            case + "/delta": self.delta,
            case + "/surface": self.surface,
        }
        post: dict[str, Any] = {
            case + "/draft": self.draft,
            case + "/changes": self.changes,
            case + "/tools/{name}": self.tool,
            case + "/sign": self.sign,
            case + "/accept": self.accept,
            case + "/send-back": self.send_back,
        }
        return [
            *(Route(path, call) for path, call in get.items()),
            *(Route(path, call, methods=["POST"]) for path, call in post.items()),
        ]

    async def me(self, _: Request) -> Response:
        return JSONResponse({"name": "ada", "role": self.room.role})

    async def cases(self, _: Request) -> Response:
        others = [
            {
                "exam": f"sub-{n:04d}_ses-T0",
                "state": ("todo", "in_progress", "submitted", "accepted", "sent_back")[n % 5],
                "readers": [{"name": "bob", "state": "submitted"}] if n % 2 else [],
                "assigned": ["ada"] if n % 3 == 0 else [],
                "flags": ["VOI_NONE", "CLOSE_CALL"] if n % 4 == 0 else [],
                "ftv_ml": None if n == 7 else n * 1.25,
                "stv_ml": n * 1.5,
                "look": None if n == 4 else 32 - n,
                "chance_bad": None if n == 30 else n / 100,
                "doubt": "Thin",
                "revisions": n % 3,
                "changed": None if n % 2 else "2026-01-02T03:04:05Z",
            }
            for n in range(2, 31)
        ]
        first = {
            "exam": EXAM,
            "state": self.room.state,
            "readers": [],
            "flags": ["MOTION_CORRECTED"],
            "ftv_ml": 0.93,
            "stv_ml": 0.9,
            "look": 1,
            "chance_bad": 0.614,
            "doubt": "Thin",
            "revisions": len(self.room.revisions),
            "changed": None,
        }
        return JSONResponse([first, *others])

    async def agreement(self, _: Request) -> Response:
        labels = {"exam": "Exam", "pair": "Readers", "dice": "Dice", "hd95": "HD95"}
        columns = [{"name": name, "label": label} for name, label in labels.items()]
        columns[-1]["unit"] = "mm"
        rows = [
            {"exam": EXAM, "pair": "ada, bob", "dice": 0.91234, "hd95": None},
            {"exam": EXAM, "pair": "ada, cyd", "dice": 0.5, "hd95": 2.25},
        ]
        return JSONResponse({"columns": columns, "rows": rows, "note": "Two pairs."})

    async def case(self, request: Request) -> Response:
        if request.path_params["exam"] != EXAM:
            return JSONResponse({"code": "UNKNOWN_ENTRY", "message": "No such exam."}, 404)
        names = {
            "post1": "First post-contrast",
            "pre": "Pre-contrast",
            "post2": "Second post-contrast",
        }
        view = {
            "exam": EXAM,
            "shape": SHAPE,
            "spacing_mm": [1.0, 1.0, 1.0],
            "planes": PLANES,
            "first": "sagittal",
            "volumes": [
                *({"name": name, "label": label, "unit": ""} for name, label in names.items()),
                *("sub1", "sub2", "pe", "ser"),
            ],
            "masks": ["start", "ftv", "stv-candidate"],
            "window": {"low": 0.0, "high": 4.0},
            "state": self.room.state,
            "revisions": self.room.revisions,
            "times_s": [0.0, 120.0, 400.0],
            "curve": True,
            "flags": ["MOTION_CORRECTED"],
            "ftv_ml": 0.93,
        }
        return JSONResponse(view)

    async def volume(self, request: Request) -> Response:
        data = self.room.volume(request.path_params["name"])
        return _packed(data, **{"X-Slope": "0.01", "X-Intercept": "0"})

    async def mask(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name.startswith("revision:"):
            return _packed(self.room.masks[int(name[9:])].astype(np.uint8))
        mask = ball(LESION, 7) if name == "ftv" else self.room.start
        return _packed(mask.astype(np.uint8))

    async def curve(self, request: Request) -> Response:
        where = tuple(int(request.query_params[axis]) for axis in "ijk")
        signal = [float(self.room.signal(phase)[where]) / 100 for phase in range(3)]
        return JSONResponse({"times_s": [0.0, 120.0, 400.0], "signal": signal})

    async def delta(self, _: Request) -> Response:
        return JSONResponse(self.room.delta())

    async def surface(self, _: Request) -> Response:
        mask = self.room.draft()
        numbers = np.flatnonzero(mask.reshape(-1, order="F")).astype("<u4")
        return Response(numbers.tobytes() + np.ones(numbers.size, "<f4").tobytes())

    async def draft(self, request: Request) -> Response:
        assert request.headers["x-breastdce"] == "1"
        mask = self.room.draft()
        change = base64.b64encode(between(np.zeros(SHAPE, bool, "F"), mask)).decode()
        return JSONResponse({**self.room.head(), "start": "stv-candidate", "mask": change})

    async def changes(self, request: Request) -> Response:
        assert request.headers["x-breastdce"] == "1"
        query, room = request.query_params, self.room
        if query["parent"] != room.parent or int(query["sequence"]) != room.sequence:
            return _stale(room)
        room.mask = changed(room.draft(), await request.body())
        room.sequence += 1
        return JSONResponse({"sequence": room.sequence})

    async def tool(self, request: Request) -> Response:
        body, room = json.loads(await request.body()), self.room
        room.log.append(json.dumps({"name": request.path_params["name"], **body["params"]}))
        if (body["parent"], body["sequence"]) != (room.parent, room.sequence):
            return _stale(room)
        before = room.draft()
        room.mask = before | ball(LESION, 8) if request.path_params["name"] == "grow" else before
        room.sequence += 1
        headers = {"X-Sequence": str(room.sequence)}
        return Response(between(before, room.mask), headers=headers)

    async def sign(self, request: Request) -> Response:
        body, room = json.loads(await request.body()), self.room
        if (body["parent"], body["sequence"]) != (room.parent, room.sequence):
            return _stale(room)
        return JSONResponse(room.sign(body["comment"], body["seconds"]))

    async def accept(self, request: Request) -> Response:
        self.room.state = "accepted"
        self.room.log.append(f"accept {json.loads(await request.body())['number']}")
        return JSONResponse({})

    async def send_back(self, request: Request) -> Response:
        self.room.state = "sent_back"
        self.room.sent_back.append(json.loads(await request.body()))
        return JSONResponse({})


def _page(name: str) -> Any:
    async def page(_: Request) -> Response:
        return FileResponse(STATIC / name, headers={"Content-Security-Policy": POLICY})

    return page


def app_of(room: Room) -> Starlette:
    """The pages and the interface over a room in memory."""
    return Starlette(
        routes=[
            Route("/", _page("index.html")),
            Route("/case/{exam}", _page("case.html")),
            Route("/readers", _page("readers.html")),
            *Api(room).routes(),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
    )


@contextmanager
def serving(room: Room) -> Iterator[str]:
    """Serve a room on the loopback; gives the address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app_of(room), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
