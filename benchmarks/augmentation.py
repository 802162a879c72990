"""What a training patch costs, and what draws of their own for each phase would destroy.

    OMP_NUM_THREADS=1 python benchmarks/augmentation.py

First table: CPU milliseconds a patch of 3 x 128 x 128 x 128 on one core, each transform as `best`
has it, and what it adds to a patch on average, times its probability. Second table: error of
the tumor's percent enhancement on generated exams, with one draw for all phases and with one for
each. Signal 0 is the mean of the darkest fiftieth of the voxels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from breastdce.segment.augment._contract import Sample
from breastdce.segment.augmentation import Step, steps_of
from breastdce.segment.preset import TurnParams, shipped_preset
from breastdce.segment.sampling import Case, cut, turn_of
from breastdce.testing.trial.exam import learning_exam

PATCH = (128, 128, 128)
EXAM = (200, 200, 132)
REPEATS = 8
EXAMS = 6
INTENSITY = ("bias_field", "blur", "brightness", "contrast", "gamma", "ghosting", "low_resolution")


def rng(seed: int) -> np.random.Generator:
    """A fresh generator."""
    return np.random.Generator(np.random.Philox(seed))


def milliseconds(work: Callable[[int], object]) -> float:
    """Mean CPU time of calls with different seeds, after one that does not count."""
    work(REPEATS)
    started = time.process_time()
    for seed in range(REPEATS):
        work(seed)
    return 1e3 * (time.process_time() - started) / REPEATS


def steps() -> Iterator[tuple[str, Step]]:
    """Transforms of `best`, and the one that only `paper` has."""
    tables = [*shipped_preset("best").augment, {"transform": "spike", "probability": 0.0}]
    for table in tables:
        inverted = " inverted" if table.get("inverted") else ""
        yield table["transform"] + inverted, steps_of([table])[0]


def costs() -> None:
    """Print the first table."""
    images = rng(0).standard_normal((3, *EXAM), dtype=np.float32)
    label = np.zeros(EXAM, np.uint8)
    label[80:110, 90:120, 50:80] = 1
    everything = (slice(0, EXAM[0]), slice(0, EXAM[1]), slice(0, EXAM[2]))
    case = Case("a", images.astype("f2"), label, np.argwhere(label).astype("i4"), everything, -5.0)
    middle = np.asarray(EXAM) / 2
    turning = TurnParams(rotate_probability=1, scale_probability=1)
    plain = milliseconds(lambda _: cut(case, middle, None, PATCH))
    turned = milliseconds(lambda seed: cut(case, middle, turn_of(turning, rng(seed)), PATCH))
    rows = [("cut as it lies", plain, 0.64), ("cut turned and scaled", turned, 0.36)]
    sample = cut(case, middle, None, PATCH)
    for name, (transform, params) in steps():
        ms = milliseconds(lambda n, t=transform, p=params: t.apply(sample, p, rng(n)))
        rows.append((name, ms, params.probability))
    for name, ms, chance in rows:
        print(f"| {name} | {ms:.0f} | {chance:g} | {ms * chance:.0f} |")
    print(f"| in all | | | {sum(ms * chance for _, ms, chance in rows):.0f} |")


def enhancement(images: np.ndarray, label: np.ndarray, air: np.ndarray) -> float:
    """Percent enhancement of the tumor's mean."""
    pre, post = (images[phase][label].mean() - images[:, air].mean() for phase in (0, 1))
    return float(100 * (post / pre - 1))


def errors() -> None:
    """Print the second table."""
    exams = [learning_exam(5, index) for index in range(EXAMS)]
    for name, (transform, params) in steps():
        if name not in INTENSITY:
            continue
        one, own = [], []
        for seed, exam in enumerate(exams * 3):
            images, label = exam.images, exam.label.astype(np.uint8)
            air = images[0] <= np.quantile(images[0], 0.02)
            true = enhancement(images, label > 0, air)
            same = transform.apply(Sample(images, label), params, rng(seed)).images
            apart = np.concatenate([
                transform.apply(Sample(phase[None], label), params, rng(1000 + 3 * seed + n)).images
                for n, phase in enumerate(images)
            ])  # fmt: skip
            one.append(abs(enhancement(same, label > 0, air) - true))
            own.append(abs(enhancement(apart, label > 0, air) - true))
        print(f"| {name} | {np.median(one):.1f} | {np.median(own):.1f} |")


if __name__ == "__main__":
    costs()
    errors()
