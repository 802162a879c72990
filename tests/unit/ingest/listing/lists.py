"""Short ways to write a study as a list of series."""

from __future__ import annotations

from breastdce.ingest.listing.facts import SeriesFacts, StudyFacts

BYTES = 131_072.0


def series(number: int, n_images: int, description: str = "", **more) -> SeriesFacts:
    facts = {
        "uid": f"1.2.{number}",
        "number": number,
        "description": description,
        "modality": "MR",
        "manufacturer": "GE MEDICAL SYSTEMS",
        "model": "SIGNA EXCITE",
        "n_images": n_images,
        "image_bytes": BYTES,
    }
    return SeriesFacts(**{**facts, **more})


def study(*items: SeriesFacts, patient: str = "P1", uid: str = "1.2", **more) -> StudyFacts:
    facts = {"date": "20000101", "description": ""}
    return StudyFacts(patient_id=patient, uid=uid, series=items, **{**facts, **more})
