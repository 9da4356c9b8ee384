import type { KeyObject } from "node:crypto";
import {
  ensureBackbone,
  type IntendedUse,
  loadModelPackage,
  type Manifest,
  type ModelPackage,
  type PackageContent,
  writeModelPackage,
} from "@redspot/model";
import { type Evaluation, readEvaluation } from "../evaluate/evaluation-file.ts";
import { isSynthetic } from "../synthetic.ts";
import { readTrainedModel, type TrainedWork } from "../trained-model.ts";
import { TrainingError } from "../training-error.ts";
import { type CasesFile, PARTS, readCases, readSplit, type Split } from "../work-folder.ts";
import { CLINICAL_REQUIREMENTS, demand, type Requirements } from "./requirements.ts";

export interface PublishOptions {
  /** Folder of the package. */
  readonly out: string;
  readonly name: string;
  /** Three numbers with dots between them. */
  readonly version: string;
  readonly intendedUse: IntendedUse;
  /** What it is for, in a sentence; one is made where none is given. */
  readonly statement?: string | undefined;
  readonly required: Requirements;
  /** Private Ed25519 key; a clinical package needs one. */
  readonly signingKey?: KeyObject | undefined;
  readonly cacheDir: string;
  readonly softwareVersion: string;
  /** The command that makes the package again. */
  readonly command: string;
  /** What else is to be known of how it was made. */
  readonly about?: Manifest["provenance"];
}

/**
 * Makes a model package of what lies in the work folder: head, calibration, cut-off and band as they were evaluated.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID, EVALUATION_STALE, NOT_CLINICAL, REQUIREMENT_NOT_MET
 */
export async function publish(work: string, options: PublishOptions): Promise<ModelPackage> {
  const [cases, split, evaluation, trained] = await Promise.all([
    readCases(work),
    readSplit(work),
    readEvaluation(work),
    readTrainedModel(work),
  ]);
  const { model, training } = trained;
  if (evaluation.headSha256 !== model.headSha256 || evaluation.calibrationSha256 !== model.calibrationSha256) {
    throw new TrainingError(
      "EVALUATION_STALE",
      "The head or its calibration is another than the one that was evaluated: run redspot-train evaluate again.",
    );
  }
  const clinical = options.intendedUse === "clinical";
  if (clinical) assertClinical({ cases, split, evaluation, signed: options.signingKey !== undefined });
  const synthetic = isSynthetic(cases);
  const required = { ...(clinical ? CLINICAL_REQUIREMENTS : {}), ...options.required };
  const thresholds = demand(required, evaluation);

  const { sha256 } = training.backbone;
  const backbone = await ensureBackbone({ cacheDir: options.cacheDir, sha256 });
  const content: PackageContent = {
    manifest: {
      name: options.name,
      version: options.version,
      intendedUse: options.intendedUse,
      statement: options.statement ?? statementOf(clinical, synthetic, evaluation),
      backbone: { name: backbone.name, sha256, inputScaling: backbone.inputScaling },
      preprocessingVersion: training.preprocessingVersion,
      calibration: trained.calibration,
      cutOff: trained.cutOff,
      inconclusiveBand: trained.band,
      evaluation: evaluationOf(evaluation, cases, synthetic),
      thresholds,
      provenance: provenanceOf(options, { cases, split, trained }),
    },
    head: model.head,
    scores: `${JSON.stringify({
      about: "Logits and whether there is a fracture; the manifest's figures follow from them.",
      validation: trained.validation,
      [evaluation.part]: { logits: evaluation.scores.logits, fracture: evaluation.scores.fracture },
    })}\n`,
  };
  await writeModelPackage(options.out, content, options.signingKey);
  return loadModelPackage(options.out);
}

interface Evidence {
  readonly cases: CasesFile;
  readonly split: Split;
  readonly evaluation: Evaluation;
  readonly signed: boolean;
}

/** @throws {TrainingError} NOT_CLINICAL, with every reason */
function assertClinical({ cases, split, evaluation, signed }: Evidence): void {
  const leaking = evaluation.shortcuts.filter(({ asGood }) => asGood).map(({ name }) => name);
  const leaks = split.findings.filter(({ parts: [a, b] }) => a !== b).length;
  const reasons = [
    ...(isSynthetic(cases) ? ["some of its cases are computer-drawn phantoms"] : []),
    ...(evaluation.part === "final" ? [] : ["it was not evaluated on a final set (redspot-train evaluate --final)"]),
    ...(split.asPublished ? ["it was augmented before it was split, so that every figure is too good"] : []),
    ...(leaking.length > 0 ? [`the data leak: ${leaking.join(", ")} alone tells fractures`] : []),
    ...(leaks > 0 ? [`${leaks} pairs of images across parts are of one patient or look the same`] : []),
    ...(signed ? [] : ["it would not be signed (--key)"]),
  ];
  if (reasons.length === 0) return;
  throw new TrainingError("NOT_CLINICAL", `No clinical package can be made of this: ${reasons.join("; ")}.`);
}

const PHANTOMS =
  "For demonstration and testing only. Trained and tested on computer-drawn phantoms; it has never been shown a radiograph " +
  "of a person, and its figures say nothing about how it would do on one. It must not be used on patients.";

function statementOf(clinical: boolean, synthetic: boolean, { fractures, noFractures }: Evaluation): string {
  if (synthetic) return PHANTOMS;
  return clinical
    ? "Orders the reading list of the department on whose lateral wrist radiographs of adults it was trained and, on " +
        `${fractures + noFractures} kept apart, evaluated. Every study is still read by a person.`
    : "For demonstration and testing only. It must not be used on patients.";
}

function evaluationOf(
  evaluation: Evaluation,
  { source }: CasesFile,
  synthetic: boolean,
): PackageContent["manifest"]["evaluation"] {
  const { part, fractures, noFractures, auc, sensitivity, specificity, inconclusive, predictiveValues } = evaluation;
  const { subgroups, shortcuts, finalSetUses } = evaluation;
  return {
    data:
      `${fractures + noFractures} cases of the ${part} part, none of them trained on or chosen by. Source: ${source}.` +
      (synthetic
        ? " All of them are computer-drawn phantoms of lateral wrists (libs/phantom), not radiographs of people. These figures are about drawings. They are no measure of clinical performance."
        : ""),
    part,
    fractures,
    noFractures,
    auc,
    sensitivity,
    specificity,
    inconclusive,
    predictiveValues,
    subgroups,
    shortcuts: shortcuts.map(({ name, auc: area, asGood }) => ({ name, auc: area, asGood })),
    ...(finalSetUses ? { finalSetUses } : {}),
  };
}

interface Provenance {
  readonly cases: CasesFile;
  readonly split: Split;
  readonly trained: TrainedWork;
}

function provenanceOf(
  { command, softwareVersion, about }: PublishOptions,
  { cases, split, trained }: Provenance,
): Manifest["provenance"] {
  const { training } = trained;
  return {
    command,
    softwareVersion,
    ...about,
    source: cases.source,
    cases: Object.fromEntries(PARTS.map((part) => [part, split.parts[part].length])),
    excluded: cases.excluded.length,
    split: { seed: split.seed, ratios: split.ratios, asPublished: split.asPublished, findings: split.findings.length },
    augmentation: "eightfold, Kim & MacKinnon 2018",
    training: {
      seed: training.seed,
      options: training.options,
      images: training.cases.training.images,
      iterations: training.iterations,
      kept: training.kept,
      engine: training.engine,
    },
  };
}
