"""Every code that a user can meet: one closed list, each with its meaning and its remedy.

A code is the stable name of a reason; scripts and tests match on codes, never on prose. The
reference page of codes and the data dictionaries are made from this file.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """Base of the closed lists: the value is the name, `meaning` and `remedy` are one sentence."""

    meaning: str
    remedy: str

    def __new__(cls, value: str, meaning: str, remedy: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.remedy = remedy
        return member


class FileCode(Code):
    """What one file turned out to be; exactly one code a file."""

    OK = ("OK", "A readable MR image.", "Nothing to do.")
    FILE_EMPTY = (
        "FILE_EMPTY",
        "The file has 0 bytes or holds only zeros.",
        "Copy it again from its source.",
    )
    NOT_DICOM = (
        "NOT_DICOM",
        "The content has no DICOM structure.",
        "Nothing to do, unless an image was expected here.",
    )
    ARCHIVE = (
        "ARCHIVE",
        "A zip, gzip, tar or similar archive; archives are named, never opened.",
        "Unpack it if its images are wanted.",
    )
    DICOMDIR = (
        "DICOMDIR",
        "A directory record of a DICOM medium; the scan finds the files itself.",
        "Nothing to do.",
    )
    HEADER_BROKEN = (
        "HEADER_BROKEN",
        "The header cannot be parsed up to the fields that are needed.",
        "Export the image again.",
    )
    TRUNCATED = (
        "TRUNCATED",
        "Header or pixel data end before their stated length.",
        "Copy or export the file again.",
    )
    NO_UID = (
        "NO_UID",
        "The SOP class, SOP instance, study or series UID is missing.",
        "Export the image again with its identifiers (they may be replaced, not removed).",
    )
    NOT_IMAGE = (
        "NOT_IMAGE",
        "A DICOM object that holds no image (report, plan, structure set, waveform, ...).",
        "Nothing to do.",
    )
    SEGMENTATION = (
        "SEGMENTATION",
        "A DICOM segmentation; read for regions and masks, never taken for a phase.",
        "Nothing to do.",
    )
    NOT_MR = ("NOT_MR", "An image of another modality than MR.", "Nothing to do.")
    NO_PIXELS = (
        "NO_PIXELS",
        "An MR header without pixel data.",
        "Export the image with its pixels.",
    )
    NO_GEOMETRY = (
        "NO_GEOMETRY",
        "Position, orientation or pixel spacing is missing or not a finite number.",
        "Export the original slices; secondary captures and screenshots cannot be placed.",
    )
    CODEC_MISSING = (
        "CODEC_MISSING",
        "The pixels are compressed in a way that this installation cannot decode.",
        "Install the extra: pip install 'breastdce[codecs]'.",
    )
    DUPLICATE_FILE = (
        "DUPLICATE_FILE",
        "The same object is already in the tree, with the same content; it is used once.",
        "Nothing to do.",
    )
    UID_CONFLICT = (
        "UID_CONFLICT",
        "Another file has the same SOP instance UID and other content; neither is used.",
        "Find out which of the two is right and remove the other.",
    )
    UNREADABLE = (
        "UNREADABLE",
        "The file or folder cannot be opened or read.",
        "Check permissions and the disk.",
    )


class FileNote(Code):
    """What is unusual about a file that is read all the same."""

    NO_PREAMBLE = (
        "NO_PREAMBLE",
        "The 128-byte preamble and its DICM mark are missing.",
        "Nothing to do.",
    )
    NO_META = (
        "NO_META",
        "The file meta group is missing or incomplete; the transfer syntax was recognized.",
        "Nothing to do.",
    )
    CHARSET = (
        "CHARSET",
        "The character set is missing, wrong or unknown; text fields are not used.",
        "Nothing to do.",
    )
    VR_BAD = (
        "VR_BAD",
        "A field holds a value that its type does not allow; the field is ignored or mended.",
        "Nothing to do, unless the field is needed.",
    )
    PADDING = ("PADDING", "Bytes follow the pixel data; they are ignored.", "Nothing to do.")
    LOSSY = (
        "LOSSY",
        "The pixels were compressed with loss.",
        "Use the original images if they exist.",
    )


class SeriesCode(Code):
    """Why a series, or one volume of a series, is not a phase of the DCE."""

    DERIVED_MAP = (
        "DERIVED_MAP",
        "A computed map (PE, SER, ADC, ...), not an acquired phase.",
        "Nothing to do.",
    )
    SUBTRACTION = (
        "SUBTRACTION",
        "A subtraction of two phases, by its header or by its pixels.",
        "Nothing to do.",
    )
    PROJECTION = ("PROJECTION", "A projection (MIP) of other slices.", "Nothing to do.")
    REFORMAT = ("REFORMAT", "A reformatted view of other slices.", "Nothing to do.")
    SECONDARY = (
        "SECONDARY",
        "A secondary capture: a picture of images, not images.",
        "Nothing to do.",
    )
    BURNED_IN_TEXT = (
        "BURNED_IN_TEXT",
        "An image of the series says that text is burned into its pixels (BurnedInAnnotation YES).",
        "Look at the series with `breastdce scan`; export it without annotation.",
    )
    LOCALIZER = (
        "LOCALIZER",
        "Too few or too widely spaced slices, or several orientations in one series.",
        "Nothing to do.",
    )
    NOT_T1_GRE = (
        "NOT_T1_GRE",
        "Not a T1-weighted gradient echo, by sequence type, echo or repetition time.",
        "Nothing to do.",
    )
    DIFFUSION = ("DIFFUSION", "Diffusion-weighted images.", "Nothing to do.")
    OTHER_GRID = (
        "OTHER_GRID",
        "Another orientation, matrix or position than the DCE of this exam.",
        "Nothing to do.",
    )
    OTHER_PROTOCOL = (
        "OTHER_PROTOCOL",
        "On the grid of the DCE, but with another TR, TE, flip angle or fat suppression.",
        "Nothing to do.",
    )
    REPEATED_RUN = (
        "REPEATED_RUN",
        "An earlier or broken run of the protocol that was chosen.",
        "Nothing to do; look at the exam if the earlier run was meant.",
    )
    DUPLICATE_PIXELS = (
        "DUPLICATE_PIXELS",
        "A copy of another volume under another identifier.",
        "Nothing to do.",
    )
    PHASES_NOT_SEPARABLE = (
        "PHASES_NOT_SEPARABLE",
        "Positions repeat, but no header field separates the repeats into phases.",
        "Export the series with its times or temporal positions.",
    )
    SLICES_UNEVEN = (
        "SLICES_UNEVEN",
        "Positions repeat unequally often, and leaving out whole phases does not mend it.",
        "Export the series again; some images are missing.",
    )
    SLICE_MISSING = (
        "SLICE_MISSING",
        "A gap of a whole number of slices; slices are never made up.",
        "Export the series again; the evidence lists the positions.",
    )
    STEP_UNEVEN = (
        "STEP_UNEVEN",
        "Slice steps differ by more than 5 %.",
        "Export the original slices.",
    )
    GEOMETRY_BAD = (
        "GEOMETRY_BAD",
        "Directions are not orthogonal unit vectors, or a spacing is not positive.",
        "Export the original slices.",
    )
    GEOMETRY_VARIES = (
        "GEOMETRY_VARIES",
        "Orientation, size or spacing differ among the slices of a volume.",
        "Nothing to do for localizers; else export the original slices.",
    )
    GEOMETRY_SHEARED = (
        "GEOMETRY_SHEARED",
        "The slices are shifted against each other in plane.",
        "Export the original slices.",
    )
    PIXELS_BAD = (
        "PIXELS_BAD",
        "Pixel values are out of the stated range, or the rescale slope is 0.",
        "Export the original slices.",
    )
    PIXELS_FLAT = ("PIXELS_FLAT", "All pixels of the volume are equal.", "Export it again.")
    EXTRA_PHASE = (
        "EXTRA_PHASE",
        "A complete phase beyond the three that are used for maps and features.",
        "Nothing to do; it is kept under native/.",
    )
    NOT_DCE = (
        "NOT_DCE",
        "A plausible volume that belongs to no dynamic acquisition.",
        "Nothing to do; see `breastdce scan` for the evidence.",
    )
    FILES_REFUSED = (
        "FILES_REFUSED",
        "No image of the series is usable; the file codes say why.",
        "See the file codes in the evidence.",
    )


class ExamCode(Code):
    """Why a whole exam is not in the data set."""

    NO_DCE = (
        "NO_DCE",
        "No series of the exam is a dynamic contrast-enhanced acquisition.",
        "Look up its series in the list of `breastdce scan`; "
        "where the dynamic is not among them, export the whole study again.",
    )
    TOO_FEW_PHASES = (
        "TOO_FEW_PHASES",
        "Fewer than one pre-contrast and two post-contrast phases.",
        "Look for a missing series; with two phases PE can be had, SER and FTV cannot.",
    )
    AMBIGUOUS = (
        "AMBIGUOUS",
        "Several acquisitions qualify, and nothing tells which one is meant.",
        "Give the exam's folder without the series that is not meant.",
    )
    ORDER_SUSPECT = (
        "ORDER_SUSPECT",
        "Header fields or signal contradict each other about the order of the phases.",
        "Check the order by eye; remove the contradicting fields.",
    )
    NO_ENHANCEMENT = (
        "NO_ENHANCEMENT",
        "No phase is brighter than the first: contrast never arrived.",
        "Check that the right series was found and contrast was given.",
    )
    PHASE_GRID_DIFFERS = (
        "PHASE_GRID_DIFFERS",
        "The phases do not share one voxel grid.",
        "Export the original series; phases are never resampled onto each other silently.",
    )
    VOI_EMPTY = (
        "VOI_EMPTY",
        "The region of interest lies outside the images.",
        "Check the region's coordinates, or remove it.",
    )
    PRODUCER_CONFLICT = (
        "PRODUCER_CONFLICT",
        "Two objects of the producer's analysis give different parameters.",
        "Remove the object that is wrong.",
    )
    NOT_SELECTED = (
        "NOT_SELECTED",
        "Another visit or exam was asked for.",
        "Nothing to do.",
    )
    PIXELS_UNREADABLE = (
        "PIXELS_UNREADABLE",
        "The pixels of a chosen phase cannot be decoded or are out of range.",
        "See the evidence; export the series again.",
    )
    BURNED_IN = (
        "BURNED_IN",
        "The images say that text is burned into the pixels (BurnedInAnnotation YES).",
        "Export images without annotation; or look at every one and give --allow-burned-in.",
    )
    ID_COLLISION = (
        "ID_COLLISION",
        "Two patients or exams would get the same name in the data set.",
        "Use pseudonyms (leave out --keep-ids).",
    )
    PATIENTS_MIXED = (
        "PATIENTS_MIXED",
        "Images of one study or series name several patients or studies.",
        "Find out whose they are, and correct PatientID or StudyInstanceUID of the strays.",
    )
    FILES_CHANGED = (
        "FILES_CHANGED",
        "Files of the exam were changed or removed after they had been scanned.",
        "Run again when nothing writes to the input any more.",
    )
    FAILED = (
        "FAILED",
        "The exam stopped with an error; the others went on.",
        "See the error's evidence; run again with --debug for the details.",
    )


class CaveatCode(Code):
    """A result that stands, with a limit that must be shown beside it."""

    KEYS_DISAGREE = (
        "KEYS_DISAGREE",
        "Header fields that separate the phases do not agree on all of them.",
        "Check the later phases' order by eye.",
    )
    ORDER_BY_INSTANCE = (
        "ORDER_BY_INSTANCE",
        "Phases were separated by the order of instance numbers alone.",
        "Check the order by eye.",
    )
    ORDER_BY_SERIES_NUMBER = (
        "ORDER_BY_SERIES_NUMBER",
        "Phases were ordered by series number; no time could be used.",
        "Check the order by eye.",
    )
    PHASE_INCOMPLETE = (
        "PHASE_INCOMPLETE",
        "A phase with missing slices was left out.",
        "Export it again if it is wanted.",
    )
    CLOSE_CALL = (
        "CLOSE_CALL",
        "Another series has nearly as many points as the one that was chosen by the list alone.",
        "Look at both; the runner-up is named beside the choice.",
    )
    TWO_BASELINES = (
        "TWO_BASELINES",
        "More than one phase precedes the contrast; the last of them is 0000.",
        "Nothing to do.",
    )
    PRE_GAP = (
        "PRE_GAP",
        "More than 10 minutes lie between the pre-contrast and the first post-contrast phase.",
        "Look for motion between the two.",
    )
    UNEVEN_TIMING = (
        "UNEVEN_TIMING",
        "Gaps between post-contrast phases differ by more than half.",
        "Mind the late phase's time when comparing SER.",
    )
    LATE_PHASE_OFF = (
        "LATE_PHASE_OFF",
        "The late phase is more than 120 s from 450 s after contrast.",
        "Mind it when comparing SER between exams.",
    )
    SLOPE_MISSING = (
        "SLOPE_MISSING",
        "The headers give RescaleIntercept without RescaleSlope; a slope of 1 was taken.",
        "Export the images again with both.",
    )
    TIMES_INCOMPLETE = (
        "TIMES_INCOMPLETE",
        "Some slices lack the better time that the others have; times are of another kind.",
        "Check the times of the phases.",
    )
    NO_TIMES = (
        "NO_TIMES",
        "The headers give no usable time for the phases.",
        "Give times by hand if kinetics are compared.",
    )
    NO_CONTRAST_EVIDENCE = (
        "NO_CONTRAST_EVIDENCE",
        "Nothing in header or signal confirms which phase is the pre-contrast one.",
        "Check the first phase by eye.",
    )
    DERIVED_SOURCE = (
        "DERIVED_SOURCE",
        "The phases are marked DERIVED (filtered or corrected originals).",
        "Use the originals if they exist.",
    )
    SIDES_SEPARATE = (
        "SIDES_SEPARATE",
        "Left and right breast were acquired apart; each is its own exam.",
        "Nothing to do.",
    )
    DUPLICATE_SLICE = (
        "DUPLICATE_SLICE",
        "A slice was there twice with equal pixels; one copy was dropped.",
        "Nothing to do.",
    )
    STEP_UNEVEN = (
        "STEP_UNEVEN",
        "Slice steps differ by 1 to 5 %; the mean step is used.",
        "Nothing to do.",
    )
    STEP_HEADER = (
        "STEP_HEADER",
        "The slice step by position differs from the header's by more than 1 %; positions win.",
        "Nothing to do.",
    )
    FRAME_DIFFERS = (
        "FRAME_DIFFERS",
        "Phases carry different frames of reference on an equal grid.",
        "Look for motion or repositioning between phases.",
    )
    SEG_SHIFTED = (
        "SEG_SHIFTED",
        "A segmentation was shifted by less than a pixel and was snapped to the images.",
        "Nothing to do.",
    )
    SEG_OUTSIDE = (
        "SEG_OUTSIDE",
        "Frames of a segmentation lie outside the images; they were counted and left out.",
        "Nothing to do.",
    )
    SEG_UNUSED = (
        "SEG_UNUSED",
        "A segmentation is there that could not be placed on the images.",
        "Nothing to do.",
    )
    VOI_CLIPPED = (
        "VOI_CLIPPED",
        "The region of interest reached beyond the images and was clipped.",
        "Check the region.",
    )
    VOI_DISAGREES = (
        "VOI_DISAGREES",
        "The region of interest by voxel index and by position differ; see the evidence.",
        "Check the region by eye.",
    )
    VOI_NONE = (
        "VOI_NONE",
        "No region of interest was given: FTV counts every enhancing voxel in the images.",
        "Give a region before FTV is read as tumor volume.",
    )
    VOI_BREAST = (
        "VOI_BREAST",
        "No region was given or found: FTV counts every enhancing voxel of the breasts.",
        "Give a region before FTV is read as tumor volume.",
    )
    VOI_PROPOSED = (
        "VOI_PROPOSED",
        "Nobody drew the region of interest: the program proposed it from enhancement.",
        "Check the box on the exam's page; edit voi_proposals.tsv and give it with --regions.",
    )
    BREAST_MASK_DOUBTFUL = (
        "BREAST_MASK_DOUBTFUL",
        "A breast has an odd volume, or the chest wall was not seen or lies before the skin.",
        "Look at the mask before using what was measured inside it.",
    )
    THRESHOLD_DEFAULT = (
        "THRESHOLD_DEFAULT",
        "A threshold or neighbor count was not given; the default was used.",
        "Give the site's thresholds if they are known.",
    )
    THRESHOLD_UNITS = (
        "THRESHOLD_UNITS",
        "The producer's background threshold refers to stored values, the images are rescaled.",
        "Check the background threshold.",
    )
    NEGATIVE_SER = (
        "NEGATIVE_SER",
        "More than 1 % of the enhancing voxels fall below baseline in the late phase.",
        "Look for motion.",
    )
    MOTION_CORRECTED = (
        "MOTION_CORRECTED",
        "A phase had moved and was brought onto the pre-contrast phase; see the evidence.",
        "Compare the difference images of the report by eye.",
    )
    MOTION_REVERTED = (
        "MOTION_REVERTED",
        "Motion of a phase was found, but its correction failed a test and was undone.",
        "Look at the difference images of the report; distrust enhancement at edges.",
    )
    BRIGHT_OUTSIDE = (
        "BRIGHT_OUTSIDE",
        "Structures outside the breast are so bright that they spread the z-score.",
        "Look at them on the exam's page; compare intensities of this exam with care.",
    )
    SIGNAL_CLIPPED = (
        "SIGNAL_CLIPPED",
        "Many voxels share the largest value of a phase: bright tissue was cut off.",
        "Distrust enhancement where it is brightest; export the images again if they were scaled.",
    )
    GHOSTING = (
        "GHOSTING",
        "The air in front of the body shows shifted copies of tissue.",
        "Look for copies inside the breast along the direction named.",
    )
    SIDE_DOUBTFUL = (
        "SIDE_DOUBTFUL",
        "The anatomy contradicts what the header says of left and right.",
        "Compare with the clinical report before any side is used.",
    )
    PHASE_REPEATED = (
        "PHASE_REPEATED",
        "Two phases hold the same pixels in some or all of their slices.",
        "Export the series again; the maps are wrong in those slices.",
    )
    PHASE_ORDER_DOUBTFUL = (
        "PHASE_ORDER_DOUBTFUL",
        "The phase taken as pre-contrast is brighter than a later one where contrast should be.",
        "Check the order of the phases by eye.",
    )
    SLICE_REPEATED = (
        "SLICE_REPEATED",
        "A phase holds some slices twice.",
        "Export the series again; volumes count that tissue twice.",
    )
    SLICE_GAP = (
        "SLICE_GAP",
        "Between two neighboring slices the image jumps as if slices between them were missing.",
        "Count the slices at the source.",
    )
    SLICE_ORDER = (
        "SLICE_ORDER",
        "A slice is more like a distant one than like its neighbor: the order looks wrong.",
        "Check positions and order of the slices at the source.",
    )
    SPIKE = (
        "SPIKE",
        "Stripes cover a slice: one point of the raw data was far too large.",
        "Look at the stripes; texture and small enhancement there are not to be trusted.",
    )
    WRAP_AROUND = (
        "WRAP_AROUND",
        "Tissue from beyond one edge of the field is folded onto the opposite edge.",
        "Look whether it covers the breast; keep measurements away from it.",
    )
    ZIPPER = (
        "ZIPPER",
        "A line of noise crosses the images.",
        "Keep measurements away from that line.",
    )
    PRODUCER_DIFFERS = (
        "PRODUCER_DIFFERS",
        "Our map, mask or count differs from the producer's; see the evidence.",
        "Compare the two by eye.",
    )
    PHASES_RESCALED = (
        "PHASES_RESCALED",
        "Bias fields of their own have rescaled the phases of the exam against each other.",
        "Measure enhancement on raw signal, as PE, SER and FTV here are, or use one shared field.",
    )
    GRID_EDGE = (
        "GRID_EDGE",
        "Planes of the 1 mm grid lie half a voxel outside; ITK's rule decided which of them are 0.",
        "Nothing to do.",
    )
    LOSSY = (
        "LOSSY",
        "The images were compressed with loss before we got them.",
        "Use the originals if they exist.",
    )
    IDENTITY_KEPT = (
        "IDENTITY_KEPT",
        "The patient's own identifier is used as participant id, as asked for.",
        "Leave out --keep-ids before sharing.",
    )
    BURNED_IN = (
        "BURNED_IN",
        "The images say that text is burned into the pixels; they were used, as asked for.",
        "Look at every image before sharing; leave out --allow-burned-in where there is a name.",
    )
    QUIRK_APPLIED = (
        "QUIRK_APPLIED",
        "A known peculiarity of scanner or archive was corrected; the evidence names it.",
        "Nothing to do.",
    )
    FLAT_INTENSITY = (
        "FLAT_INTENSITY",
        "All voxels are equal: the z-score is undefined and was left out.",
        "Check the images.",
    )
    QUALITY_FLAGGED = (
        "QUALITY_FLAGGED",
        "At least one measure of image quality lies out of its bounds.",
        "Look at the measures named and at the images; they are on the exam's page.",
    )
    FTV_EMPTY = (
        "FTV_EMPTY",
        "No voxel passes the FTV rules: the volume is 0, there is no STV candidate.",
        "A complete response and a wrong region look alike: check by eye.",
    )
    GEOMETRY_NEAR = (
        "GEOMETRY_NEAR",
        "Image and mask lie up to a tenth of a voxel apart; the mask was taken as it is.",
        "Nothing to do, unless the two were meant to differ.",
    )
    GEOMETRY_REORIENTED = (
        "GEOMETRY_REORIENTED",
        "The mask was stored with other axes on the same voxels, and was turned, not resampled.",
        "Nothing to do.",
    )
    HEADER_LOST = (
        "HEADER_LOST",
        "The mask's header states no place; it was put on its image voxel by voxel, as it lies.",
        "Check by eye that it is neither flipped nor of another image.",
    )
    CONTOURS_LEFT_OUT = (
        "CONTOURS_LEFT_OUT",
        "Contours that enclose nothing, or lie outside the images, were counted and left out.",
        "Nothing to do.",
    )
    CONTOURS_SPARSE = (
        "CONTOURS_SPARSE",
        "Slices between contours of a region hold none; they are empty, nothing is interpolated.",
        "Draw on every slice if the region is one piece.",
    )
    VOXELS_LEFT_OUT = (
        "VOXELS_LEFT_OUT",
        "Voxels of the mask are not finite or out of range; intensities describe the others only.",
        "Check that image and mask belong together.",
    )
    SAMPLING_COARSE = (
        "SAMPLING_COARSE",
        "Too few phases, or too far apart, for a pharmacokinetic model; nothing was fitted.",
        "Use FTV and the description of the curves.",
    )
    CONCENTRATION_UNKNOWN = (
        "CONCENTRATION_UNKNOWN",
        "T10 was not given, or repetition time, flip angle or times are missing or differ between "
        "phases: signal cannot be turned into concentration, and nothing was fitted.",
        "Give t10_s in the recipe; look at the sidecars of the native images for the others.",
    )
    MODEL_SAW_PATIENT = (
        "MODEL_SAW_PATIENT",
        "Every network of the model has learned from this patient: it was not asked.",
        "Use the candidate, or a model that has not seen the patient.",
    )
    EXPERT_OFF_GRID = (
        "EXPERT_OFF_GRID",
        "The accepted revision was drawn on another grid than the images have now; it is not used.",
        "Revise the exam again, or run the recipe by which the images were made then.",
    )
    MODEL_FOUND_NOTHING = (
        "MODEL_FOUND_NOTHING",
        "The network outlined no tumor; features are of the candidate.",
        "Look at the images: the tumor may be faint, small, or not there.",
    )


class CohortCode(Code):
    """Why a patient is not in the cohort: the code of the first rule that excludes."""

    NOT_PUBLIC = (
        "NOT_PUBLIC",
        "The patient is in the clinical table, and no images of the patient are at hand.",
        "Nothing to do, or fetch the images.",
    )
    NO_BASELINE = (
        "NO_BASELINE",
        "No exam is known to be of the visit that is wanted; a later one never stands in for it.",
        "Look for the missing visit in the archive, or give its time point.",
    )
    NO_DCE = (
        "NO_DCE",
        "The exam of the visit holds no dynamic contrast-enhanced acquisition.",
        "See the exam's evidence with `breastdce scan`.",
    )
    TOO_FEW_PHASES = (
        "TOO_FEW_PHASES",
        "The dynamic acquisition of the visit has too few phases.",
        "Look for a missing series with `breastdce scan`.",
    )
    PIXELS_BAD = (
        "PIXELS_BAD",
        "The images of the visit cannot be decoded, or do not fit each other.",
        "Export or fetch the series again.",
    )
    DCE_UNUSABLE = (
        "DCE_UNUSABLE",
        "The exam of the visit was refused for the reason that the evidence names.",
        "See the exam's evidence with `breastdce scan`.",
    )
    FIELD_STRENGTH = (
        "FIELD_STRENGTH",
        "The field strength is outside the bounds, or not known.",
        "Nothing to do, or change the rule.",
    )
    LATERALITY = (
        "LATERALITY",
        "The imaged side is not one of those that are wanted, or not known.",
        "Nothing to do, or change the rule.",
    )
    NO_OUTCOME = (
        "NO_OUTCOME",
        "The outcome is missing in the clinical table.",
        "Complete the clinical table.",
    )
    NO_RECEPTORS = (
        "NO_RECEPTORS",
        "The receptor status is missing in the clinical table.",
        "Complete the clinical table.",
    )
    CLINICAL_MISSING = (
        "CLINICAL_MISSING",
        "A clinical value that the cohort needs is missing.",
        "Complete the clinical table.",
    )
    CLINICAL_VALUE = (
        "CLINICAL_VALUE",
        "A clinical value does not meet the condition of the cohort.",
        "Nothing to do, or change the rule.",
    )
    NOT_LISTED = (
        "NOT_LISTED",
        "The patient is not in the list that the rule names.",
        "Nothing to do, or change the list.",
    )
    LISTED = (
        "LISTED",
        "The patient is in a list of those to leave out.",
        "Nothing to do, or change the list.",
    )


class ClinicalCode(Code):
    """What is wrong with a cell, row or column of a clinical table; the rest of it is used."""

    COLUMN_ABSENT = (
        "COLUMN_ABSENT",
        "The schema declares a column that the sheet does not have; it is empty.",
        "Correct the header in the sheet or in the schema.",
    )
    HEADER_TWICE = (
        "HEADER_TWICE",
        "Two columns have the same header; the first one is used.",
        "Rename or remove one of them.",
    )
    HEADER_AGAIN = (
        "HEADER_AGAIN",
        "The line of headers stands a second time among the rows; it is left out.",
        "Remove the line.",
    )
    SHEET_EMPTY = (
        "SHEET_EMPTY",
        "The sheet has no row under its headers.",
        "Give the table that holds the patients.",
    )
    KEY_MISSING = (
        "KEY_MISSING",
        "A row has values and no patient; it is left out.",
        "Fill in the patient, or remove the row.",
    )
    KEY_INVALID = (
        "KEY_INVALID",
        "The patient of a row is not written as the schema says; the row is left out.",
        "Correct the patient, or the schema's rule for it.",
    )
    PATIENT_TWICE = (
        "PATIENT_TWICE",
        "A patient has two rows in one sheet; the first one is used.",
        "Remove the row that is wrong.",
    )
    NOT_IN_SHEET = (
        "NOT_IN_SHEET",
        "A patient of another sheet has no row in this one; its columns are empty.",
        "Complete the sheet.",
    )
    VALUE_REQUIRED = (
        "VALUE_REQUIRED",
        "A value that the schema requires is missing.",
        "Fill it in where it is known.",
    )
    NOT_A_NUMBER = (
        "NOT_A_NUMBER",
        "A cell of a column of numbers holds something else; it is empty.",
        "Write a plain number.",
    )
    NUMBER_AMBIGUOUS = (
        "NUMBER_AMBIGUOUS",
        "A comma before three digits may mark decimals or thousands; the cell is empty.",
        "Write the number with a decimal point and without marks of thousands.",
    )
    NOT_WHOLE = (
        "NOT_WHOLE",
        "A cell of a column of whole numbers has decimals; it is empty.",
        "Correct the number, or declare the column as `number`.",
    )
    NOT_BOOLEAN = (
        "NOT_BOOLEAN",
        "A cell is neither yes nor no (1, 0, true, false, yes, no); it is empty.",
        "Correct the cell, or declare the column as `category`.",
    )
    CODE_UNKNOWN = (
        "CODE_UNKNOWN",
        "A cell holds a code that the schema's levels do not have; it is empty.",
        "Correct the cell, or add the code to the levels.",
    )
    OUT_OF_BOUNDS = (
        "OUT_OF_BOUNDS",
        "A number lies outside the bounds of its column; it is empty.",
        "Correct the number (its unit, too), or the bounds.",
    )
    TEXT_UNFIT = (
        "TEXT_UNFIT",
        "A text is longer than 200 characters or has several lines; it is empty.",
        "Shorten the text, or leave the column out of the schema.",
    )
    CELL_DATE = (
        "CELL_DATE",
        "A cell holds a date, which is never passed on; it is empty.",
        "Give a number of days, or undo the spreadsheet's conversion to a date.",
    )
    CELL_ERROR = (
        "CELL_ERROR",
        "A cell holds an error of the spreadsheet or no plain value; it is empty.",
        "Correct the cell.",
    )
    FORMULA_EMPTY = (
        "FORMULA_EMPTY",
        "A cell holds a formula whose result was never stored; it is empty.",
        "Open the workbook in a spreadsheet program and save it.",
    )
    NO_IMAGES = (
        "NO_IMAGES",
        "A patient of the clinical table has no exam among the images.",
        "Nothing to do, or fetch the images.",
    )
    NO_CLINICAL = (
        "NO_CLINICAL",
        "A patient with images has no row in the clinical table.",
        "Check how patients are named on both sides.",
    )
    NOT_KNOWN = (
        "NOT_KNOWN",
        "A list names a patient who has neither images nor a clinical row.",
        "Check how the list names patients.",
    )


class Undefined(Code):
    """Why a number has no value. Written as NaN, with this code beside it."""

    EMPTY_REGION = ("EMPTY_REGION", "The region holds no voxel.", "Nothing to do.")
    FLAT_REGION = ("FLAT_REGION", "All voxels of the region are equal.", "Nothing to do.")
    TOO_FEW_VOXELS = (
        "TOO_FEW_VOXELS",
        "The region holds too few voxels for this quantity.",
        "Nothing to do.",
    )
    ZERO_DENOMINATOR = (
        "ZERO_DENOMINATOR",
        "The quantity is a ratio whose denominator is 0.",
        "Nothing to do.",
    )
    NO_PAIRS = (
        "NO_PAIRS",
        "No two voxels of the region lie in the direction or distance that is compared.",
        "Nothing to do.",
    )
    FLAT_SHAPE = (
        "FLAT_SHAPE",
        "The region has no extent along one of its axes, so that this shape has no volume.",
        "Nothing to do.",
    )
    TOO_MANY_LEVELS = (
        "TOO_MANY_LEVELS",
        "Bins of this width give more than 4096 gray levels.",
        "Choose wider bins, or a fixed number of bins.",
    )
    LEVELS_NOT_WHOLE = (
        "LEVELS_NOT_WHOLE",
        "Intensities are to be taken as gray levels, but are not whole numbers from 1.",
        "Choose a number or a width of bins.",
    )
    AIR_MASKED = (
        "AIR_MASKED",
        "The air around the patient holds one value, or next to none, so that it shows no noise.",
        "Nothing to do; the noise of the tissue is measured in another way.",
    )
    ONE_SIDE = (
        "ONE_SIDE",
        "The images show one breast, and the quantity compares two.",
        "Nothing to do.",
    )
    NOT_CORRECTED = (
        "NOT_CORRECTED",
        "The recipe has no earlier step that makes this correction.",
        "Nothing to do, or choose a recipe with such a step.",
    )
    REFERENCE_PHASE = (
        "REFERENCE_PHASE",
        "The phase is the one that the others are compared with.",
        "Nothing to do.",
    )
    TIMES_UNKNOWN = (
        "TIMES_UNKNOWN",
        "The times of the phases after the arrival of contrast are not known.",
        "Look for the phases' times; without them only signal can be compared.",
    )
    SAMPLED_TOO_LATE = (
        "SAMPLED_TOO_LATE",
        "No phase lies in the time that the quantity covers, or the last one lies before its end.",
        "Choose another time, or leave the quantity out.",
    )
    TOO_FEW_PARTICIPANTS = (
        "TOO_FEW_PARTICIPANTS",
        "Fewer than two participants have a value, and an interval over participants needs two.",
        "Add participants.",
    )
    TOO_FEW_EXAMS = (
        "TOO_FEW_EXAMS",
        "Fewer than two exams have a finite value, and a standard deviation needs two.",
        "Add exams.",
    )


class FetchCode(Code):
    """Why a series that is wanted from a public archive is not, or not wholly, here."""

    NOT_IN_INDEX = (
        "NOT_IN_INDEX",
        "The series is wanted, and the collection's index does not hold it.",
        "Take the table of chosen series and the index from one release.",
    )
    INDEX_ROW_BAD = (
        "INDEX_ROW_BAD",
        "The index has a name that cannot be the name of a file here, or a number that is none.",
        "Look at the index; rows that are not damaged are fetched all the same.",
    )
    LISTED_TWICE = (
        "LISTED_TWICE",
        "The index holds two series of one UID.",
        "Look at the index; the first of the two is fetched.",
    )
    NOT_IN_BUCKET = (
        "NOT_IN_BUCKET",
        "The bucket holds no object of the series, or does not let it be listed.",
        "Take the newest index (`pip install -U idc-index-data`); series move between releases.",
    )
    COUNT_DIFFERS = (
        "COUNT_DIFFERS",
        "The bucket holds another number of objects than the index says.",
        "Take the newest index; what the bucket holds was fetched.",
    )
    SIZE_DIFFERS = (
        "SIZE_DIFFERS",
        "The objects of the bucket have another size together than the index says.",
        "Take the newest index; what the bucket holds was fetched.",
    )
    CONTENT_DIFFERS = (
        "CONTENT_DIFFERS",
        "What arrived is not what the server's checksum or size says, in every try.",
        "Run the same command again; if it stays so, tell the archive.",
    )
    TRANSFER_FAILED = (
        "TRANSFER_FAILED",
        "Objects could not be fetched, in every try.",
        "Run the same command again; only what is missing is fetched.",
    )
    STRAY_FILES = (
        "STRAY_FILES",
        "The folder of the series holds files that are none of the series'.",
        "Move them away, or delete the folder and run the same command again.",
    )


class MaskCode(Code):
    """What a mask that was edited elsewhere turned out to be; only `RIGHT_GRID` is taken."""

    RIGHT_GRID = (
        "RIGHT_GRID",
        "The mask has the voxels of its image.",
        "Nothing to do.",
    )
    MASK_EMPTY = (
        "MASK_EMPTY",
        "No voxel is inside the mask.",
        "Save the segmentation that was drawn, not a new one; where there is no lesion, erase the "
        "mask in the browser and sign it there.",
    )
    MASK_VALUES = (
        "MASK_VALUES",
        "The file holds values that are no labels: fractions, or as many as an image has.",
        "Save the segmentation, not an image or a probability; inside is 1, outside is 0.",
    )
    MASK_LABELS = (
        "MASK_LABELS",
        "The mask holds other labels than 1.",
        "Draw with the one label of the exported file, which is 1: in ITK-SNAP paint label 1 over "
        "the others; in 3D Slicer add the others to the first segment by Logical operators, then "
        "remove them.",
    )
    VOXELS_TURNED = (
        "VOXELS_TURNED",
        "The voxels of the mask are turned or mirrored against the image.",
        "Go back to the file that the editor saved and give that one: what came after it, often a "
        "conversion by way of arrays, has exchanged the axes.",
    )
    TURN_UNCLEAR = (
        "TURN_UNCLEAR",
        "The mask does not lie as its header says, and several turns explain it equally well.",
        "Open it over the exported image and look; then draw on the exported files again, and save "
        "from the editor itself.",
    )
    AXES_REORDERED = (
        "AXES_REORDERED",
        "The mask lies in the right place, with its axes stored in another order or direction.",
        "Save it in the exported image's own orientation: no conversion to RAS or LPS on the way; "
        "in 3D Slicer export it with the exported image as reference volume.",
    )
    HEADER_TURNED = (
        "HEADER_TURNED",
        "The voxels are in place, but the header says that they are turned.",
        "Save it from the editor with the exported image loaded first (in ITK-SNAP as main image, "
        "in 3D Slicer as source volume); do not use Tools > Reorient Image.",
    )
    GRID_LOST = (
        "GRID_LOST",
        "The header does not say where the mask lies.",
        "Save it from the editor with the exported image loaded first (in ITK-SNAP as main image, "
        "in 3D Slicer as source volume); an array written by a script needs the image's affine.",
    )
    HEADER_DIVIDED = (
        "HEADER_DIVIDED",
        "The two descriptions of the place in a NIfTI header (qform, sform) contradict each other.",
        "Save it again from the editor; a header that a script has changed needs both.",
    )
    GRID_SHIFTED = (
        "GRID_SHIFTED",
        "The mask's voxels are shifted against those of its image.",
        "Save it with the exported image loaded first (in ITK-SNAP as main image, in 3D Slicer as "
        "source volume); half a voxel is the mark of a program that counts from voxel corners.",
    )
    GRID_TILTED = (
        "GRID_TILTED",
        "The mask's axes are tilted against those of its image.",
        "Do not harden a transform on it; in 3D Slicer export it with the exported image as "
        "reference volume, and look at the border again.",
    )
    SPACING_CHANGED = (
        "SPACING_CHANGED",
        "The mask has as many voxels as its image, but says that they are of another size.",
        "Save it from the editor with the exported image loaded first; an array written by a "
        "script needs the image's affine.",
    )
    GRID_RESAMPLED = (
        "GRID_RESAMPLED",
        "The mask was resampled to voxels of another size.",
        "Save it on the exported image's voxels: in 3D Slicer export it with that image as "
        "reference volume; in ITK-SNAP draw over that image, not over a resampled one.",
    )
    SHAPE_OTHER = (
        "SHAPE_OTHER",
        "The mask has another number of voxels than its image: cut out, padded, or another exam's.",
        "Save the whole grid: in 3D Slicer without `Crop to minimum extent`, and draw within the "
        "image; in ITK-SNAP over the exported image, not over a region of it.",
    )


class ErrorCode(Code):
    """Why a call or a file of our own could not be served."""

    CALL_INVALID = ("CALL_INVALID", "The call was wrong.", "See --help.")
    GRID_INVALID = (
        "GRID_INVALID",
        "Not a regular, orthogonal voxel grid.",
        "Check the slice positions with `breastdce scan`.",
    )
    GRID_MISMATCH = (
        "GRID_MISMATCH",
        "Two images that must share a grid do not.",
        "The error prints both geometries; bring them onto one grid first.",
    )
    IMAGE_INVALID = (
        "IMAGE_INVALID",
        "An image file cannot be read or contradicts itself.",
        "Write the file again from its source.",
    )
    TABLE_INVALID = (
        "TABLE_INVALID",
        "A table or record of the data set cannot be read or contradicts its dictionary.",
        "Run the exams again; the tables are made anew.",
    )
    FOLDS_INVALID = (
        "FOLDS_INVALID",
        "The folds of a cross-validation break a promise, or someone was loaded from another fold.",
        "Give the folds.json that the run was made with, or make new folds.",
    )
    CASES_DIFFER = (
        "CASES_DIFFER",
        "The predicted and the reference masks are not of the same exams.",
        "Give both for exactly the same exams, under the same names.",
    )
    ORIGINS_MIXED = (
        "ORIGINS_MIXED",
        "Some masks are of exams that their model has learned from, others are not.",
        "Evaluate the two sets apart; no figure over both means anything.",
    )
    WEIGHTS_DAMAGED = (
        "WEIGHTS_DAMAGED",
        "A file of weights is missing, cut off or altered; nothing of it was used.",
        "Copy the model again, or resume the training from the state before (last.prev).",
    )
    WEIGHTS_FOREIGN = (
        "WEIGHTS_FOREIGN",
        "Weights do not fit the network that they are said to be of.",
        "Give the weights and the preset of one and the same training.",
    )
    BUNDLE_INVALID = (
        "BUNDLE_INVALID",
        "A folder is not a model bundle, or its record is wrong; nothing of it was used.",
        "Copy the whole folder again from whoever gave it.",
    )
    BUNDLE_NEWER = (
        "BUNDLE_NEWER",
        "The model bundle has a form that this version of breastdce does not know.",
        "Use the version of breastdce that the bundle was made with, or a newer one.",
    )
    PLAN_UNSUPPORTED = (
        "PLAN_UNSUPPORTED",
        "A model of nnU-Net has something that breastdce does not do.",
        "Apply it with nnU-Net itself; `breastdce segment evaluate` reads its masks.",
    )
    CHECKPOINT_REFUSED = (
        "CHECKPOINT_REFUSED",
        "A checkpoint asks for more than numbers to be loaded, or is none; nothing of it was run.",
        "Get the file from its source again; do not open it with other programs.",
    )
    LEAK = (
        "LEAK",
        "Every model of the bundle has learned from this participant or was chosen by it.",
        "Use a bundle that kept it apart; or give --in-sample, which marks every output.",
    )
    TRAINING_DIVERGED = (
        "TRAINING_DIVERGED",
        "Ten training steps in a row had no finite gradient.",
        "Look at the images of the patches that are named; else lower the learning rate.",
    )
    RECIPE_INVALID = (
        "RECIPE_INVALID",
        "The recipe is wrong; nothing was computed.",
        "The error names the place.",
    )
    UNKNOWN_ENTRY = (
        "UNKNOWN_ENTRY",
        "A name that the package does not know.",
        "Choose one of the known names.",
    )
    SHEET_UNREADABLE = (
        "SHEET_UNREADABLE",
        "A table that was given cannot be read.",
        "Save it as .xlsx, .csv, .tsv or .parquet and give that file.",
    )
    SHEET_TOO_LARGE = (
        "SHEET_TOO_LARGE",
        "A table that was given is too large to be a table of patients.",
        "Give a file with the needed sheets, rows and columns only.",
    )
    SHEET_MISSING = (
        "SHEET_MISSING",
        "The workbook has no sheet of that name.",
        "Correct the name of the sheet in the schema.",
    )
    COLUMN_MISSING = (
        "COLUMN_MISSING",
        "A table lacks a column without which nothing can be said.",
        "Give the table with this column.",
    )
    DEFINITION_INVALID = (
        "DEFINITION_INVALID",
        "A file of rules, a schema or the definition of a table is wrong; nothing was computed.",
        "Compare with the files that ship with the package (docs/cohort.md).",
    )
    PUBLICATION_INVALID = (
        "PUBLICATION_INVALID",
        "The dataset.toml of a data set cannot be read, or holds a key or a value it may not hold.",
        "Correct it (docs/card.md); what was said in it is not lost.",
    )
    STORE_CORRUPT = (
        "STORE_CORRUPT",
        "A stored result is damaged.",
        "Delete OUT/.breastdce and run again; nothing else is lost.",
    )
    GPU_TOO_SMALL = (
        "GPU_TOO_SMALL",
        "The memory of the graphics card does not hold two of the smallest patches.",
        "Take a card with more memory, or the preset `tiny`, which trains on CPUs.",
    )
    ENGINE_MISSING = (
        "ENGINE_MISSING",
        "An optional package is not installed.",
        "Install the extra that the error names.",
    )
    SOURCE_MISSING = (
        "SOURCE_MISSING",
        "The DICOM that an exam was made from is not there, or is not the same any more.",
        "Give the folder that `breastdce run` was given.",
    )
    OUTPUT_UNWRITABLE = (
        "OUTPUT_UNWRITABLE",
        "The output folder cannot be written.",
        "Check permissions and free space.",
    )
    OUTPUT_BUSY = (
        "OUTPUT_BUSY",
        "Another run is writing to this output folder.",
        "Wait for it to finish.",
    )
    OUTPUT_FOREIGN = (
        "OUTPUT_FOREIGN",
        "The output folder holds something that is not a breastdce data set.",
        "Choose an empty or new folder.",
    )
    NO_NETWORK = (
        "NO_NETWORK",
        "The server cannot be reached.",
        "Check the network and the proxy, then run the same command again.",
    )
    LOGIN_NEEDED = (
        "LOGIN_NEEDED",
        "The server does not know who asks.",
        "Sign in with the token that you were given.",
    )
    REQUEST_REFUSED = (
        "REQUEST_REFUSED",
        "A request did not come from a page of this server.",
        "Open the address that `breastdce review` printed, and work in that page.",
    )
    REQUEST_INVALID = (
        "REQUEST_INVALID",
        "A request is not as the server expects it; nothing was changed.",
        "Reload the page; it may be of another version than the server.",
    )
    REQUEST_TOO_LARGE = (
        "REQUEST_TOO_LARGE",
        "A request has more content than the server takes; nothing was changed.",
        "Send less at a time.",
    )
    SERVER_FAILED = (
        "SERVER_FAILED",
        "The server met an error of its own.",
        "Reload the page to see what was saved; the terminal of the server tells more.",
    )
    NO_SPACE = (
        "NO_SPACE",
        "The disk has too little free space.",
        "Free some space, or choose fewer series or another disk.",
    )
    STALE = (
        "STALE",
        "The exam was changed since, in another window or by another program.",
        "Load the exam again; what had been saved is there.",
    )
    CHANGE_INVALID = (
        "CHANGE_INVALID",
        "A change of a mask cannot be applied to it; nothing was changed.",
        "Load the exam again and repeat the last stroke.",
    )
    REVIEW_STATE = (
        "REVIEW_STATE",
        "The exam's revision is not in a state in which this can be done.",
        "See the worklist of `breastdce review` for its state.",
    )
    ROLE_MISSING = (
        "ROLE_MISSING",
        "Another role is needed for this.",
        "Ask somebody who has it, or an admin to give it.",
    )
    LEDGER_BROKEN = (
        "LEDGER_BROKEN",
        "The ledger of revisions cannot be read, or is not as it was written.",
        "Run `breastdce validate` to see where; put a copy of OUT/review back.",
    )


ALL_CODES: tuple[type[Code], ...] = (
    FileCode,
    FileNote,
    SeriesCode,
    ExamCode,
    CaveatCode,
    CohortCode,
    ClinicalCode,
    Undefined,
    FetchCode,
    MaskCode,
    ErrorCode,
)
