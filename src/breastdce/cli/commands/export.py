"""`breastdce export`: the data set in other people's layouts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from breastdce.cli._contract import Command
from breastdce.core.counted import counted

if TYPE_CHECKING:
    from breastdce.run.export import ExportSummary

_LAYOUTS = ("release", "mamamia", "nnunet", "dicom-seg")
_DESCRIPTION = """Write the exams of a data set as others keep theirs:

  release    ISPY1-Tumor-SEG-Radiomics: z-scored 1 mm images, FTV and STV masks
  mamamia    MAMA-MIA: raw phases and STV masks on the native grid
  nnunet     an nnU-Net v2 raw data set: z-scored 1 mm images, the best mask of each exam
  dicom-seg  DICOM segmentations beside the original DICOM (--dicom), whose identity they carry

DEST gets a README.txt (what each file is, and what is left out) and a manifest.tsv (checksums,
exam and mask of each file). Run it again after the data set has changed: what is equal stays.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument("dest", type=Path, metavar="DEST", help="a new folder, outside OUT")
    parser.add_argument("--to", choices=_LAYOUTS, help="which layout")
    parser.add_argument(
        "--dicom", type=Path, metavar="FOLDER", help="the exams' DICOM, for dicom-seg"
    )
    parser.add_argument(
        "--folds",
        type=Path,
        metavar="FILE",
        help="folds.json of a training run: who tests, for nnunet",
    )
    parser.add_argument("--json", action="store_true", help="the summary as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.as_json import print_json
    from breastdce.cli.feature_words import say_row
    from breastdce.core.codes import ErrorCode
    from breastdce.core.errors import CallError
    from breastdce.run.export import export

    if args.to is None:  # not required by the parser, since it may stand in a file
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Nothing says which layout is wanted",
            remedy=f"Give --to with one of {', '.join(_LAYOUTS)}.",
        )
    summary = export(
        args.out, args.dest, args.to, dicom=args.dicom, folds=args.folds, on_exam=say_row
    )
    if args.json:
        print_json(summary)
    else:
        _show(summary)
    return 1 if summary.failures else 0


def _show(summary: ExportSummary) -> None:
    exams, files = counted(summary.exams, "exam"), counted(summary.files, "file")
    changes = f"{summary.written} written, {summary.removed} removed"
    print(f"{exams} in {summary.dest}: {files}, {changes}")
    if summary.layout == "nnunet" and not summary.splits:
        print("no splits: nnU-Net will make folds of exams, not of patients (see --folds)")
    if summary.identified:
        print("mind: these files carry the patients' identity, as the DICOM that was given does")
    for failure in summary.failures:
        facts = "; ".join(f"{key}: {value}" for key, value in failure.evidence.items())
        print(f"not exported: {failure.exam}  {failure.code}: {failure.message}")
        print(f"  seen: {facts}")
        print(f"  do:   {failure.remedy}")


COMMAND = Command("export", "other people's layouts", _DESCRIPTION, _arguments, _run)
