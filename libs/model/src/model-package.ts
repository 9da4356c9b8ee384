import { createHash, type KeyObject } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { FEATURE_COUNT } from "./architecture.ts";
import { type Backbone, type EnsureBackboneOptions, ensureBackbone } from "./backbone.ts";
import { calibrate } from "./calibration.ts";
import { canonicalJson, hashOf } from "./canonical-json.ts";
import { checkHead, type Head } from "./engine.ts";
import { type IntendedUse, type Manifest, manifestSchema, PACKAGE_FORMAT } from "./manifest.ts";
import { ModelError } from "./model-error.ts";
import { signManifest, verifySignature } from "./signature.ts";

/** Logits that the model gave to cases that it was not trained on, and whether each has a fracture. */
export interface EvaluationScores {
  readonly logits: readonly number[];
  readonly fracture: readonly boolean[];
}

/** A model package whose every file has been held to its hash. */
export interface ModelPackage {
  readonly manifest: Manifest;
  /** SHA-256 over the manifest's canonical JSON. As the manifest holds the other files' hashes, it stands for them all. */
  readonly packageHash: string;
  /** SHA-256 over the canonical JSON of the manifest's calibration. */
  readonly calibrationHash: string;
  /** Fingerprint of the key that signed the package, where a signature was demanded. */
  readonly signedBy?: string;
  readonly head: Head;
  /** What the evaluation's figures follow from. */
  readonly scores: EvaluationScores;
  /** The calibrated probability of a fracture that a logit of this head stands for, at the site's prevalence if that is known. */
  calibrate(logit: number): number;
}

const MANIFEST = "manifest.json";
const SIGNATURE = "signature.json";

export interface LoadOptions {
  /** The version of the preprocessing that will feed the model; a package made with another one is refused. */
  readonly expectedPreprocessingVersion?: string;
  /** Keys of which one must have signed the package (`readPublicKeys`); left out, no signature is asked for. */
  readonly trustedKeys?: readonly KeyObject[] | undefined;
}

/**
 * Loads a model package from its folder and verifies every hash, and its signature where keys are given.
 *
 * @throws {ModelError} PACKAGE_UNREADABLE, PACKAGE_INVALID, PACKAGE_HASH_MISMATCH, PREPROCESSING_MISMATCH,
 *   SIGNATURE_MISSING, SIGNATURE_INVALID
 */
export async function loadModelPackage(folder: string, options: LoadOptions = {}): Promise<ModelPackage> {
  const manifest = parseManifest(folder, await read(folder, MANIFEST));
  const { expectedPreprocessingVersion: expected, trustedKeys } = options;
  const signedBy = trustedKeys && verifySignature(folder, manifest, await readSignature(folder), trustedKeys);
  if (expected !== undefined && manifest.preprocessingVersion !== expected) {
    throw new ModelError(
      "PREPROCESSING_MISMATCH",
      `${folder}: made with preprocessing ${manifest.preprocessingVersion}, and this version of Redspot preprocesses by ` +
        `${expected}. Use the version of Redspot that the package was made with, or retrain the package.`,
    );
  }
  const headBytes = await readVerified(folder, manifest.head);
  const scores = parseScores(folder, await readVerified(folder, manifest.evaluation.scores));
  return {
    manifest,
    packageHash: hashOf(manifest),
    calibrationHash: hashOf(manifest.calibration),
    ...(signedBy === undefined ? {} : { signedBy }),
    head: decodeHead(folder, headBytes),
    scores,
    calibrate: (logit) => calibrate(manifest.calibration, logit),
  };
}

/**
 * Refuses a demonstration package where patients are at stake; every package may be used in demonstration mode.
 *
 * @throws {ModelError} NOT_FOR_CLINICAL_USE
 */
export function assertUsableIn(mode: IntendedUse, { name, version, intendedUse }: Manifest): void {
  if (mode === "clinical" && intendedUse !== "clinical") {
    throw new ModelError(
      "NOT_FOR_CLINICAL_USE",
      `The model package ${name} ${version} is for ${intendedUse} only and must not score patients. ` +
        "Give a package whose intended use is clinical, or run in demonstration mode.",
    );
  }
}

/**
 * Makes the backbone ready that a package was made for, as `ensureBackbone` does, and holds its input scaling to the manifest.
 *
 * @throws {ModelError} what `ensureBackbone` throws, and BACKBONE_MISMATCH
 */
export async function ensurePackageBackbone(
  { name, backbone: wanted }: Manifest,
  options: Omit<EnsureBackboneOptions, "sha256">,
): Promise<Backbone> {
  const backbone = await ensureBackbone({ ...options, sha256: wanted.sha256 });
  const [expected, found] = [canonicalJson(backbone.inputScaling), canonicalJson(wanted.inputScaling)];
  if (expected !== found) {
    throw new ModelError(
      "BACKBONE_MISMATCH",
      `The model package ${name} says that backbone ${wanted.sha256} takes input scaled to ${found}, and the backbone ` +
        `says ${expected}. The manifest has been altered, or made by hand: retrain the package.`,
    );
  }
  return backbone;
}

export interface PackageContent {
  /** The manifest without the hashes that writing adds. */
  readonly manifest: Omit<Manifest, "format" | "head" | "evaluation"> & {
    evaluation: Omit<Manifest["evaluation"], "scores">;
  };
  readonly head: Head;
  /** The text of `scores.json`: logits and labels, without identifiers. */
  readonly scores: string;
}

/**
 * Writes a model package, the manifest last but for its signature; the same content and key give the same bytes.
 *
 * @param signingKey private Ed25519 key; left out, the package is not signed
 * @throws {ModelError} PACKAGE_INVALID, SIGNING_KEY_INVALID
 */
export async function writeModelPackage(
  folder: string,
  { manifest, head, scores }: PackageContent,
  signingKey?: KeyObject,
): Promise<string> {
  checkHead(head);
  const headBytes = new Uint8Array(Float32Array.of(...head.weights, head.bias).buffer);
  const files = { "head.f32": headBytes, "scores.json": Buffer.from(scores) };
  const whole = parseManifest(
    folder,
    JSON.stringify({
      ...manifest,
      format: PACKAGE_FORMAT,
      head: { file: "head.f32", sha256: sha256(headBytes), featureCount: FEATURE_COUNT },
      evaluation: {
        ...manifest.evaluation,
        scores: { file: "scores.json", sha256: sha256(files["scores.json"]) },
      },
    }),
  );
  const inJson = (value: unknown) => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
  const written = { ...files, [MANIFEST]: inJson(whole) };
  if (signingKey) Object.assign(written, { [SIGNATURE]: inJson(signManifest(whole, signingKey)) });
  await mkdir(folder, { recursive: true });
  // The signature of what lay there before would be one of another package.
  await rm(join(folder, SIGNATURE), { force: true });
  for (const [file, bytes] of Object.entries(written)) {
    await writeFile(join(folder, `${file}.tmp`), bytes);
    await rename(join(folder, `${file}.tmp`), join(folder, file));
  }
  return hashOf(whole);
}

const partOfScores = z.object({ logits: z.array(z.number()), fracture: z.array(z.literal([0, 1])) });

/** The scores of all parts that the head was not trained on, one after the other. */
function parseScores(folder: string, bytes: Buffer): EvaluationScores {
  const parsed = z
    .object({ validation: partOfScores.optional(), testing: partOfScores.optional(), final: partOfScores.optional() })
    .safeParse(JSON.parse(bytes.toString()));
  if (!parsed.success) throw new ModelError("PACKAGE_INVALID", `${folder}: the scores are not logits and labels`);
  const parts = Object.values(parsed.data).filter((part) => part !== undefined);
  return {
    logits: parts.flatMap(({ logits }) => logits),
    fracture: parts.flatMap(({ fracture }) => fracture.map((one) => one === 1)),
  };
}

function parseManifest(folder: string, bytes: Uint8Array | string): Manifest {
  const where = join(folder, MANIFEST);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    throw new ModelError("PACKAGE_INVALID", `${where} is not JSON. Install the package anew.`);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new ModelError("PACKAGE_INVALID", `${where} is not a manifest:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

async function read(folder: string, file: string): Promise<Buffer> {
  return readFile(join(folder, file)).catch((cause: NodeJS.ErrnoException) => {
    throw new ModelError(
      "PACKAGE_UNREADABLE",
      `${join(folder, file)} cannot be read (${cause.code}). Give the folder of a model package, with all of its files.`,
      { cause },
    );
  });
}

async function readSignature(folder: string): Promise<string | undefined> {
  return readFile(join(folder, SIGNATURE), "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new ModelError("PACKAGE_UNREADABLE", `${join(folder, SIGNATURE)} cannot be read (${cause.code}).`, { cause });
  });
}

async function readVerified(
  folder: string,
  { file, sha256: expected }: { file: string; sha256: string },
): Promise<Buffer> {
  const bytes = await read(folder, file);
  const found = sha256(bytes);
  if (found !== expected) {
    throw new ModelError(
      "PACKAGE_HASH_MISMATCH",
      `${join(folder, file)} has SHA-256 ${found}, and the manifest says ${expected}: it is damaged, or not the one that ` +
        "was evaluated. Install the package anew.",
    );
  }
  return bytes;
}

function decodeHead(folder: string, bytes: Buffer): Head {
  if (bytes.length !== 4 * (FEATURE_COUNT + 1)) {
    throw new ModelError(
      "PACKAGE_INVALID",
      `${folder}: the head has ${bytes.length} bytes, and 2,048 weights and a bias in float32 take ${4 * (FEATURE_COUNT + 1)}`,
    );
  }
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  const head = { weights: values.slice(0, FEATURE_COUNT), bias: values[FEATURE_COUNT]! };
  checkHead(head);
  return head;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
