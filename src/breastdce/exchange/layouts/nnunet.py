"""The raw folder of an nnU-Net v2 data set.

Its `documentation/dataset_format.md`: `imagesTr/<case>_000N.nii.gz`, `labelsTr/<case>.nii.gz`,
`imagesTs`, `dataset.json`. The channel name `noNorm` keeps the pooled z-score: any name that
nnU-Net does not know gets a z-score of each channel by itself
(`map_channel_name_to_normalization.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from breastdce.core.exam import ExamId
from breastdce.exchange.folders import masks, phases
from breastdce.exchange.layouts._contract import Layout
from breastdce.exchange.records import BEST_FIRST, Case, Entry, ExamFiles, Output

_DATASET = re.compile(r"Dataset\d{3}_\w+")
_OWN = "Dataset501_BreastDCE"
_LABELS = "labelsTr"
_STEM = r"(?P<case>.+)_(?P<phase>\d{4})"
_README = f"""Raw data set for nnU-Net v2: put the folder DatasetNNN_Name below nnUNet_raw.

A destination that is itself called DatasetNNN_Name is that folder; in any other it is
{_OWN}.

imagesTr/<exam>_0000.nii.gz, _0001, _0002
    Pre-contrast, first and second post-contrast phase of exams with a mask: bias-corrected, 1 mm,
    z-scored by the moments of the three together. The files of the data set, byte for byte.
{_LABELS}/<exam>.nii.gz
    The best mask of the structural tumor volume: stv-expert, else stv-auto, else stv-candidate.
    manifest.tsv says which; a network trained on candidates learns the rules, not the tumor.
imagesTs/
    The same images of exams without a mask.
dataset.json
    Channels are called noNorm so that nnU-Net leaves the pooled z-score alone.

splits_final.json
    Only where folds were given (--folds): one entry for each outer fold of folds.json. `val` are
    the exams of the patients who test, `train` those of all others. nnU-Net does not choose its
    final checkpoint by `val`, so evaluate that one (checkpoint_final.pth, not checkpoint_best.pth).
    nnUNetv2_plan_and_preprocess copies the file to nnUNet_preprocessed; old versions of it do not,
    and then it is to be copied by hand before training.

Exams of one patient are cases of their own. Without splits_final.json nnU-Net makes folds of cases,
so that one patient may both train and test: export with --folds, or write splits by patient.

  nnUNetv2_plan_and_preprocess -d NNN -c 3d_fullres -pl nnUNetPlannerResEncM
  nnUNetv2_train NNN 3d_fullres FOLD -p nnUNetResEncUNetMPlans
  breastdce segment evaluate PREDICTIONS {_LABELS}
"""


def outputs(exam: ExamFiles, dest: Path) -> Iterator[Output]:
    """Files of one exam."""
    root = _root(dest)
    kind = next((kind for kind in BEST_FIRST if kind in exam.masks), None)
    folder = "imagesTs" if kind is None else "imagesTr"
    for index, path in enumerate(exam.images):
        name = f"{root}{folder}/{exam.exam}_{index:04d}.nii.gz"
        yield Output(name, path.read_bytes(), exam.exam)
    if kind is not None:
        payload = exam.masks[kind].read_bytes()
        yield Output(f"{root}{_LABELS}/{exam.exam}.nii.gz", payload, exam.exam, kind)


def closing(entries: Sequence[Entry], dest: Path) -> Iterator[Output]:
    """The description that nnU-Net reads first."""
    training = sum(entry.mask is not None for entry in entries)
    description = {
        "channel_names": {"0": "noNorm", "1": "noNorm", "2": "noNorm"},
        "labels": {"background": 0, "tumor": 1},
        "numTraining": training,
        "file_ending": ".nii.gz",
    }
    text = msgspec.json.format(msgspec.json.encode(description), indent=2)
    yield Output(f"{_root(dest)}dataset.json", text + b"\n")


def splits(entries: Sequence[Entry], tests: Sequence[Collection[str]], dest: Path) -> Output:
    """Whom nnU-Net trains with and validates on, an entry for each group of participants.

    Cases of participants who are in no group are in no split.
    """
    cases = sorted({entry.exam for entry in entries if entry.exam and entry.mask})
    who = {case: ExamId.parse(case).participant for case in cases}
    known = [case for case in cases if any(who[case] in test for test in tests)]
    folds = [
        {
            "train": [case for case in known if who[case] not in test],
            "val": [case for case in known if who[case] in test],
        }
        for test in tests
    ]
    text = msgspec.json.format(msgspec.json.encode(folds), indent=2)
    return Output(f"{_root(dest)}splits_final.json", text + b"\n")


def read(folder: Path) -> tuple[Case, ...]:
    """Cases of a folder DatasetNNN_Name, with labels or without, by the upper case of their names.

    Phases are the channels.
    """
    images = phases(folder / "imagesTr", _STEM) | phases(folder / "imagesTs", _STEM)
    labels = masks(folder / _LABELS)
    return tuple(
        Case(
            name=name,
            images=images.get(name, ()),
            masks={"label": labels[name]} if name in labels else {},
        )
        for name in sorted({*images, *labels})
    )


def _root(dest: Path) -> str:
    return "" if _DATASET.fullmatch(dest.name) else f"{_OWN}/"


LAYOUT = Layout(
    "nnunet", readme=_README, outputs=outputs, closing=closing, splits=splits, read=read
)
