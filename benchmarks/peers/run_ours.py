"""breastdce: features named by their IBSI tag, or by their column where they have none."""

from __future__ import annotations

from pathlib import Path

from ours_panel import FAMILIES, panel_text
from protocol import Job, Runner, Values, Work, main


def prepare(job: Job, threads: int) -> Work:
    """Read the panel; `captk` in place of families is the panel that ships."""
    from breastdce.formats.nifti import read_mask, read_volume
    from breastdce.radiomics.extract import extract_features
    from breastdce.radiomics.panel import describe, load_panel, parse_panel

    if job.families == ("captk",):
        panel = load_panel("captk")
    else:
        text = panel_text(job.families, job.bins, all_spaces=job.options.get("all_spaces", False))
        panel = parse_panel(text, "benchmark")
    names = [record.tag or record.name for record in describe(panel)]

    def work() -> Values:
        image, mask = read_volume(Path(job.image)), read_mask(Path(job.mask))
        found = extract_features(image, mask, panel, threads=threads)
        return dict(zip(names, found.values.values(), strict=True))

    return work


if __name__ == "__main__":
    main(Runner("breastdce", "breastdce", (*FAMILIES, "captk"), prepare))
