"""`breastdce review export` and `import`: masks out to other editors, and back in."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from breastdce.cli._contract import Command
from breastdce.core.counted import counted

if TYPE_CHECKING:
    from breastdce.run.review.exchange import Exported, Imported

_PROGRAMS = ("itksnap", "slicer")
_EXPORT = """Write a case as ITK-SNAP or 3D Slicer opens it, and start the program where it is
installed: the first post-contrast image, to draw on; the other phases and the subtraction; and the
mask that a draft of the reader would begin from.

  breastdce review export OUT sub-0001_ses-T0 --for itksnap
  breastdce review export OUT sub-0001_ses-T0 --for slicer --dest /data/to-edit
"""
_IMPORT = """Take an edited mask back as a revision of its reader. It must have the voxels of its
image: flips, exchanged axes, other voxel sizes, shifts and lost headers are recognized by
comparison with the mask that was exported, and refused with what happened and how to mend it.

  breastdce review import OUT sub-0001_ses-T0_itksnap/sub-0001_ses-T0_mask.nii.gz
"""


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument("case", metavar="CASE", help="exam, such as sub-0001_ses-T0")
    parser.add_argument("--for", dest="program", choices=_PROGRAMS, help="which program")
    parser.add_argument(
        "--dest", type=Path, metavar="FOLDER", help="default: CASE_PROGRAM in this folder"
    )
    parser.add_argument("--reader", metavar="NAME", help="who will edit it (your login name)")
    parser.add_argument("--json", action="store_true", help="the files as JSON on stdout")


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument("file", type=Path, metavar="FILE", help=".nii, .nii.gz, .nrrd, .seg.nrrd")
    parser.add_argument("--case", metavar="CASE", help="whose it is (default: by its export)")
    parser.add_argument(
        "--reader", metavar="NAME", help="who has edited it (default: by its export)"
    )
    parser.add_argument("--comment", default="", metavar="TEXT", help="kept with the revision")
    parser.add_argument("--json", action="store_true", help="the revision as JSON on stdout")


def _export(args: argparse.Namespace) -> int:
    from breastdce.cli.as_json import print_json
    from breastdce.core.codes import ErrorCode
    from breastdce.core.errors import CallError
    from breastdce.core.exam import ExamId
    from breastdce.run.review.exchange import export_case
    from breastdce.run.review.programs import Program
    from breastdce.run.review.room import ReviewRoom
    from breastdce.web.access import login_name
    from breastdce.web.tokens import check_name

    if args.program is None:  # not required by the parser, since it may stand in a file
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Nothing says which program is wanted",
            remedy=f"Give --for with one of {', '.join(_PROGRAMS)}.",
        )
    with ReviewRoom(args.out) as room:
        exported = export_case(
            room,
            ExamId.parse(args.case),
            login_name() if args.reader is None else check_name(args.reader),
            Program(args.program),
            args.dest,
        )
    if args.json:
        started = exported.process is not None
        print_json({"mask": exported.mask, "started": started, "record": exported.record})
    else:
        _say_exported(exported, args.out)
    return 0


def _import(args: argparse.Namespace) -> int:
    from breastdce.cli.as_json import print_json
    from breastdce.core.exam import ExamId
    from breastdce.run.review.exchange import import_file
    from breastdce.run.review.room import ReviewRoom
    from breastdce.web.access import login_name
    from breastdce.web.tokens import check_name

    with ReviewRoom(args.out) as room:
        found = import_file(
            room,
            args.file,
            case=None if args.case is None else ExamId.parse(args.case),
            name=None if args.reader is None else check_name(args.reader),
            otherwise=login_name(),
            comment=args.comment,
        )
    if args.json:
        print_json({"revision": found.revision, "diagnosis": found.diagnosis})
    else:
        _say_imported(found)
    return 0


def _say_exported(exported: Exported, out: Path) -> None:
    print(f"{exported.record.exam} is in {exported.folder}")
    if exported.process is not None:
        print(f"started {exported.record.program}")
    elif exported.record.program == "itksnap":
        print("ITK-SNAP is not on the path; open the .itksnap file there by Workspace > Open")
    else:
        print("3D Slicer is not on the path; drop the files there onto its window")
    print(f"edit and save: {exported.mask.name}")
    print(f"then: breastdce review import {out} {exported.mask}")


def _say_imported(found: Imported) -> None:
    revision, delta = found.revision, found.revision.delta
    print(f"revision {revision.number} of {revision.exam} by {revision.reader}")
    if found.unchanged:
        print("  nothing was changed: this is the mask that was given out")
    else:
        changed = f"{counted(delta.voxels_added, 'voxel')} added, {delta.voxels_removed} removed"
        print(f"  {changed}; {delta.volume_ml:.2f} mL, before {delta.parent_ml:.2f} mL")
    if not found.diagnosis.confirmed:
        print(f"  mind: {found.diagnosis.what}")
    if not found.record_kept:
        print("  mind: the record of the export could not be updated; export again to go on")


VERBS: Mapping[str, Command] = {
    "export": Command(
        "export", "a case for ITK-SNAP or 3D Slicer", _EXPORT, _export_arguments, _export
    ),
    "import": Command("import", "take an edited mask back", _IMPORT, _import_arguments, _import),
}
