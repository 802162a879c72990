"""`breastdce radiomics`: features of any image and mask."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from breastdce.cli._contract import Command, count_of

if TYPE_CHECKING:
    from breastdce.radiomics.settings._contract import SettingNote
    from breastdce.run.features import FeatureRequest, ReadImage

_DESCRIPTION = """Describe images inside the regions of a mask: one row for each image and label.

IMAGE is NIfTI, NRRD, or a DICOM series (its folder, or one of its files); MASK is a label image
(NIfTI, NRRD), a DICOM SEG, or an RTSTRUCT that was drawn on the series. Write NAME=PATH to name
one in the table:

  breastdce radiomics pre=0000.nii.gz post1=0001.nii.gz pe=pe.nii.gz stv.nii.gz \\
      --subtract post1 pre --out features.csv

Beside TABLE.csv lie TABLE.json (what each column means), and where there is something to say
TABLE.reasons.tsv (why a value is undefined) and TABLE.notes.tsv (limits of a row).
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="[NAME=]PATH")
    parser.add_argument("mask", metavar="MASK", help="[NAME=]PATH")
    which = parser.add_argument_group("which features")
    which.add_argument("--panel", metavar="PANEL", help="captk (default), ibsi, or a TOML file")
    which.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="parameters of PyRadiomics (YAML) or CaPTk (CSV)",
    )
    where = parser.add_argument_group("of what")
    where.add_argument(
        "--label", nargs="+", type=int, default=[], metavar="N", help="labels (default: all)"
    )
    where.add_argument(
        "--subtract",
        nargs=2,
        action="append",
        default=[],
        metavar=("POST", "PRE"),
        help="names of two images; adds the image POST-PRE; may be repeated",
    )
    where.add_argument(
        "--rings",
        nargs="+",
        default=[],
        metavar="MM-MM",
        help="around each region, by distance, for example 0-5 5-10",
    )
    where.add_argument("--within", type=Path, metavar="BREAST", help="mask that rings stay inside")
    parser.add_argument("--out", type=Path, metavar="TABLE", help=".csv, .tsv or .parquet")
    parser.add_argument("--tidy", action="store_true", help="a row for each value")
    parser.add_argument("--threads", type=count_of, metavar="N", help="default: by cores")
    parser.add_argument("--json", action="store_true", help="everything as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.feature_call import named_paths, refuse
    from breastdce.run.images import ReadAhead

    if args.panel is not None and args.settings is not None:
        raise refuse("Both --panel and --settings say which features", "Give one of the two.")
    if args.within is not None and not args.rings:
        raise refuse("--within is for rings, and there are none", "Give --rings as well.")
    images = named_paths(args.images)
    with ReadAhead(images.values()) as ahead:  # while what describes them is loaded
        return _describe(args, images, ahead.read)


def _describe(args: argparse.Namespace, images: Mapping[str, Path], read: ReadImage) -> int:
    from breastdce.cli.feature_words import say_compiling, say_row, say_settings, show_features
    from breastdce.core.compiling import tell_before_compiling
    from breastdce.run.feature_files import check_out, write_feature_files
    from breastdce.run.features import feature_table

    request, notes = _request(args, images, read)
    if args.out is not None:
        given = [*request.images.values(), *request.masks.values()]
        check_out(args.out, [*given, *filter(None, (args.within, args.settings))])
    say_settings(notes)
    tell_before_compiling(say_compiling)
    table = feature_table(request, say_row)
    if args.out is not None and table.rows:
        write_feature_files(args.out, table, as_tidy=args.tidy)
    show_features(table, notes, args)
    return 1 if table.failures else 0


def _request(
    args: argparse.Namespace, images: Mapping[str, Path], read: ReadImage
) -> tuple[FeatureRequest, tuple[SettingNote, ...]]:
    from breastdce.cli.feature_call import named_paths, parse_ring
    from breastdce.core.workers import available_cores
    from breastdce.run.features import FeatureRequest
    from breastdce.run.panels import read_panel, read_settings

    settings = None if args.settings is None else read_settings(args.settings)
    request = FeatureRequest(
        images=images,
        masks=named_paths([args.mask]),
        panel=settings.panel() if settings else read_panel(args.panel or "captk"),
        labels=tuple(args.label) or (settings.labels if settings else ()),
        subtractions=tuple((post, pre) for post, pre in args.subtract),
        rings=tuple(parse_ring(words) for words in args.rings),
        within=args.within,
        threads=args.threads or available_cores(),
        read=read,
    )
    return request, settings.notes if settings else ()


COMMAND = Command("radiomics", "features of any image and mask", _DESCRIPTION, _arguments, _run)
