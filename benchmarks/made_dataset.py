"""What the first page of a data set shows, made up: rows of scanners, volumes, measures, masks.

Numbers are drawn, not measured; they have scanner effects, missing values and odd exams, so that
every part of the page has something to show.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.report.closeup import closeup_cut
from breastdce.report.color import shared_window
from breastdce.report.dataset_view import Case, CohortView, Measure, MeasureTable, Pair
from breastdce.report.figure import Picture, signal_layer
from breastdce.report.view import ExamLine, ExclusionView

SCANNERS = (
    ("GE", "Genesis Signa", 1.5),
    ("GE", "Signa HDxt", 3.0),
    ("Siemens", "Avanto", 1.5),
    ("Siemens", "Skyra", 3.0),
    ("Philips", "Achieva", 3.0),
)
QUALITY, KINETICS, FEATURES = 45, 24, 370
_LATENT = 25  # things that the features tell
_ODD = 0.01  # of all values


def made_view(exams: int, seed: int = 1) -> CohortView:
    """A data set of so many exams; equal seeds give equal ones."""
    rng = np.random.Generator(np.random.Philox(seed))
    scanner = rng.integers(0, len(SCANNERS), exams)
    ftv = rng.lognormal(2.2, 1.1, exams)
    lines = [_line(n, SCANNERS[scanner[n]], float(ftv[n]), rng) for n in range(exams)]
    codes = list(ExamCode)[:4]
    return CohortView(
        dataset=f"Made-up data set of {exams} exams",
        recipe="made-up",
        exams=lines,
        exclusions=[
            ExclusionView(f"exam sub-X{n:04d}", str(codes[n % len(codes)].value), "made up")
            for n in range(exams // 5)
        ],
        methods="Nothing was measured. " * 20,
        tables=[
            _table("Exams", "exams.tsv", [("FTV", "mL", ftv), ("STV", "mL", ftv * 1.1)]),
            _drawn("Kinetics of the FTV", "features/kinetics.tsv", KINETICS, scanner, rng),
            _drawn("Image quality", "features/quality.tsv", QUALITY, scanner, rng),
        ],
        features=_features(exams, rng),
        reasons={"FLAT_SHAPE": {"feature 7": 3}, "TOO_FEW_VOXELS": {"feature 1": 9}},
        pairs=_pairs(ftv, rng),
        agreement_cases=[_case(n, 1) for n in range(4)],
        gallery=[_case(n, 4) for n in range(4)],
        artifacts=[_case(n, 1) for n in range(6)],
        facts=[("Content", f"{exams} exams")],
        files=["README.md", "exams.tsv"],
    )


def thumbnail(number: int) -> bytes:
    """A picture as heavy as those of real exams (8 kB)."""
    rng = np.random.Generator(np.random.Philox(number))
    coarse = Image.fromarray(rng.integers(0, 256, (45, 45, 3), np.uint8))
    shown = coarse.resize((112, 112), Image.Resampling.BICUBIC).quantize(64)
    buffer = io.BytesIO()
    shown.save(buffer, "PNG")
    return buffer.getvalue()


def _line(
    number: int, scanner: tuple[str, str, float], ftv: float, rng: np.random.Generator
) -> ExamLine:
    exam = f"sub-{number:04d}_ses-T0"
    codes = rng.choice(list(CaveatCode), 4, replace=False)
    shares = rng.dirichlet((3, 2, 2)) * ftv
    row = {
        "exam_id": exam,
        "participant_id": f"sub-{number // 2:04d}",
        "session_id": "ses-T0",
        "manufacturer": scanner[0],
        "manufacturer_model": scanner[1],
        "field_strength_t": scanner[2],
        "n_phases": int(rng.integers(3, 7)),
        "ftv_ml": ftv,
        "ser_washout_ml": float(shares[0]),
        "stv_source": "stv-candidate",
        "stv_ml": ftv * 1.1,
        "voi": "proposed" if number % 3 else "producer",
        "caveats": ";".join(str(code) for code in codes),
    }
    return ExamLine(exam, row, f"exams/{exam}.html", f"figures/{exam}.png")


def _table(title: str, file: str, columns: list[tuple[str, str, np.ndarray]]) -> MeasureTable:
    measures = [
        Measure(name=f"c{n}", long_name=name, unit=unit, description="Made up.", values=values)
        for n, (name, unit, values) in enumerate(columns)
    ]
    return MeasureTable(title=title, file=file, measures=measures)


def _drawn(
    title: str, file: str, count: int, scanner: np.ndarray, rng: np.random.Generator
) -> MeasureTable:
    columns = []
    for n in range(count):
        values = rng.normal(10, 2, scanner.size)
        values += (n % 5 == 0) * scanner  # every fifth depends on the scanner
        values[rng.random(scanner.size) < _ODD] *= 3
        values[rng.random(scanner.size) < _ODD] = np.nan
        columns.append((f"{title} {n}", "%", np.exp(values / 5) if n % 4 == 1 else values))
    return _table(title, file, columns)


def _features(exams: int, rng: np.random.Generator) -> MeasureTable:
    latent = rng.normal(size=(exams, _LATENT))
    measures = []
    for n in range(FEATURES):
        values = latent[:, n % _LATENT] + 0.1 * (1 + n % 3) * rng.normal(size=exams)
        values[rng.random(exams) < _ODD] *= 4
        measures.append(
            Measure(
                name=f"T1_E_Made_feature_{n}",
                long_name=f"T1_E_Made_feature_{n}",
                unit="",
                description="Made up.",
                values=values,
                family=("intensity", "glcm", "glrlm", "glszm", "ngtdm")[n % 5],
            )
        )
    return MeasureTable(title="Radiomic features", file="features/captk.tsv", measures=measures)


def _pairs(ftv: np.ndarray, rng: np.random.Generator) -> list[Pair]:
    kinds = ("STV by rules", "STV by network", "STV by a person")
    return [
        Pair(
            first=one,
            second=two,
            dice=rng.beta(8, 2, ftv.size),
            first_ml=ftv * rng.lognormal(0, 0.2, ftv.size),
            second_ml=ftv,
        )
        for one, two in (("FTV", kinds[0]), (kinds[0], kinds[1]), (kinds[1], kinds[2]))
    ]


def _case(number: int, pictures: int) -> Case:
    grid = Grid((120, 120, 60), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    rng = np.random.Generator(np.random.Philox(number))
    slab = Image.fromarray(rng.random((40, 40), np.float32)).resize((120, 120))
    data = np.asfortranarray(np.repeat(np.asarray(slab)[:, :, None], 60, axis=2))
    i, j, k = np.ogrid[:120, :120, :60]
    inside = (i - 60) ** 2 + (j - 60) ** 2 + (k - 30) ** 2 < (10 + 4 * number) ** 2
    mask = Mask(np.asfortranarray(inside), grid)
    volume = Volume(data + inside.astype(np.float32), grid)
    cut = closeup_cut(mask)
    layer = signal_layer(cut, volume, shared_window([volume]))
    lines = (("ftv-line", cut.take(mask.data)),)
    exam = f"sub-{number:04d}_ses-T0"
    shown = [Picture(cut, (layer,), f"Made up {n}", "made up", lines) for n in range(pictures)]
    return Case(exam=exam, link=f"exams/{exam}.html", words="Made up", pictures=shown)
