/** Why a backbone, a model package or an engine cannot be used. */
export type ModelErrorCode =
  /** The weights that came with a package are not the ones this importer knows (missing, or of another shape). */
  | "WEIGHTS_UNEXPECTED"
  /** A backbone's bytes do not have the hash that they are known by. */
  | "BACKBONE_HASH_MISMATCH"
  /** No backbone of that hash is in the cache, and it is not one that can be made here. */
  | "BACKBONE_UNKNOWN"
  /** A file of a model package is missing or cannot be read. */
  | "PACKAGE_UNREADABLE"
  /** The manifest is not JSON, or breaks its schema. */
  | "PACKAGE_INVALID"
  /** A file of a model package does not have the hash that its manifest gives. */
  | "PACKAGE_HASH_MISMATCH"
  /** The package was made with another preprocessing than the one that would feed it. */
  | "PREPROCESSING_MISMATCH"
  /** The package was made for another backbone, or for one with another input scaling. */
  | "BACKBONE_MISMATCH"
  /** The package is not signed, and where it is loaded only signed ones are let in. */
  | "SIGNATURE_MISSING"
  /** The package is signed by a key that is not trusted, or its manifest is not the one that was signed. */
  | "SIGNATURE_INVALID"
  /** What is given as a key to sign or to verify with is no Ed25519 key of that kind. */
  | "SIGNING_KEY_INVALID"
  /** A demonstration package where a clinical one is demanded. */
  | "NOT_FOR_CLINICAL_USE"
  /** The engine asked for is not installed, or cannot start on the device asked for. */
  | "ENGINE_UNAVAILABLE"
  /** Input whose length is not n x 3 x 299 x 299, or an n that is not a positive whole number. */
  | "ENGINE_INPUT_SHAPE"
  /** The engine was closed, or its thread ended, before it could answer. */
  | "ENGINE_STOPPED"
  /** The engine failed while it ran. */
  | "ENGINE_FAILED";

/** An error of this library. Its message names what does not fit, what was expected, what was found and the way out. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
