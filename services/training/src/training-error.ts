/** Why a step of the retraining kit cannot go on, by code. `docs/training.md` tells what to do about each. */
export const TRAINING_ERRORS = {
  /** A step wants what an earlier step writes, and that has not run in this work folder. */
  WORK_FILE_MISSING: "a file of the work folder is missing: an earlier step has to run first",
  /** A file of the work folder is damaged, was edited wrongly, or is of another version of the kit. */
  WORK_FILE_INVALID: "a file of the work folder cannot be understood",
  /** A file of weights is no HDF5, or does not hold Inception v3 as Keras lays it out. */
  WEIGHTS_UNREADABLE: "a file of weights is not Keras' Inception v3 without its top",
  /** A backbone made of imported weights does not give the features that Keras' own graph gives. */
  WEIGHTS_UNPROVEN: "imported weights do not do what they do in Keras",
  /** The work folder was made with another preprocessing than the one installed. */
  PREPROCESSING_CHANGED: "the work folder was made with another version of the preprocessing",
  /** No room is left where the work folder lies, or none within its quota. */
  DISK_FULL: "the disk of the work folder is full",
  /** The part that is to be evaluated on has too few cases of one class. */
  EVALUATION_IMPOSSIBLE: "there are too few cases to evaluate on",
  /** The head was trained anew since it was calibrated. */
  CALIBRATION_STALE: "what was calibrated is no longer the head that is in the work folder",
  /** Head or calibration were made anew since the evaluation. */
  EVALUATION_STALE: "what was evaluated is no longer what is in the work folder",
  /** A package for patients needs more evidence than there is. */
  NOT_CLINICAL: "no package for patients can be made of this",
  /** A key to sign with cannot be read, or is none. */
  KEY_UNUSABLE: "a key to sign with is missing or is none",
  /** The evaluation does not reach what the site demands of a package. */
  REQUIREMENT_NOT_MET: "the evaluation does not reach what is required",
  /** All cases have a fracture, or none has. */
  ONE_CLASS_ONLY: "there are only cases with, or only cases without a fracture",
  /** A part, or the final set, has or would have too few cases of one class. */
  TOO_FEW_CASES: "there are too few cases of a class for what was asked for",
  /** One patient, or one image, is in two parts. */
  SPLIT_LEAKS: "the split lets one patient or one image into two parts",
  /** More images look like another patient's than copies can explain. */
  MANY_NEAR_DUPLICATES: "too many images look like another patient's",
  /** The label file is not CSV, or its columns do not say which image has which label. */
  LABELS_INVALID: "the label file cannot be understood",
  /** The folder of images is not there, or is no folder. */
  SOURCE_UNREADABLE: "the folder of images cannot be read",
  /** The PACS does not answer, or not in time, however often it is asked. */
  PACS_UNREACHABLE: "the PACS does not answer",
  /** The PACS refuses what it is asked, for want of credentials or otherwise. */
  PACS_REFUSED: "the PACS refuses the request",
  /** A line of struck.csv names no case. */
  STRUCK_INVALID: "struck.csv cannot be understood",
  /** A part of the split that a step needs has no cases. */
  PART_EMPTY: "a part of the split has no cases",
  /** All images have the same features, or features that are not numbers. */
  FEATURES_USELESS: "the features tell nothing, or are damaged",
  /** The head's weights ran off to infinity: the learning rate is too high. */
  TRAINING_DIVERGED: "training did not settle",
  /** The head does no better than chance. */
  HEAD_USELESS: "the head does not tell fractures from other cases",
  /** No cut-off reaches what is demanded. */
  CUT_OFF_UNREACHABLE: "no cut-off reaches what is demanded",
  /** Outside no inconclusive band do sensitivity and specificity reach what is demanded. */
  BAND_UNREACHABLE: "no inconclusive band reaches what is demanded",
  /** Options that make no sense, by themselves or together. */
  OPTIONS_INVALID: "options were given that make no sense",
} as const;

export type TrainingErrorCode = keyof typeof TRAINING_ERRORS;

/**
 * An error of the retraining kit. Its message names the thing, the value and the way out; never a patient, a UID, an
 * accession number or a file's name, which may hold one.
 */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
  readonly code: TrainingErrorCode;

  constructor(code: TrainingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
