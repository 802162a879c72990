"""PyRadiomics: bin count, distance 1, 13 directions averaged, which is its default.

Additional information is off: it hashes the image, 0.4 s that no other tool spends.
"""

from __future__ import annotations

import logging

from protocol import SHARED, Job, Runner, Values, Work, main


def prepare(job: Job, threads: int) -> Work:  # noqa: ARG001 -- threads are in the environment
    """Import; the extractor is made inside the clock, as a caller would."""
    from radiomics import featureextractor

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    binning = {"binCount": job.bins} if job.bins else {"binWidth": 1}

    def work() -> Values:
        extractor = featureextractor.RadiomicsFeatureExtractor(
            distances=[1], label=1, additionalInfo=False, **binning
        )
        extractor.disableAllFeatures()
        for family in job.families:
            extractor.enableFeatureClassByName(family)
        found = extractor.execute(job.image, job.mask)
        own = "original_"
        return {name[len(own) :]: value for name, value in found.items() if name.startswith(own)}

    return work


if __name__ == "__main__":
    main(Runner("pyradiomics", "pyradiomics", SHARED, prepare))
