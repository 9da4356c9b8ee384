import type { CalibrationMap, Manifest } from "@redspot/model";
import type { Evaluation } from "../evaluate/evaluation-file.ts";
import type { TrainingPoint } from "../train/curves.ts";
import type { PartName } from "../work-folder.ts";

/** A case that the report shows. */
export interface ShownCase {
  readonly why: "best" | "worst" | "most doubtful";
  readonly label: "fracture" | "no fracture";
  readonly probability: number;
  readonly pixels: Float32Array;
  /** 8 x 8. */
  readonly activationMap: Float32Array;
}

/** All that the report tells, gathered from the work folder. */
export interface ReportContent {
  readonly madeAt: string;
  readonly softwareVersion: string;
  readonly seed: number;
  /** Made of phantoms: nothing in it is about people. */
  readonly synthetic: boolean;
  /** Where the cases came from. */
  readonly source: string;
  /** Who was left out and why, as a diagram (SVG), where collect drew one. */
  readonly flow: string | undefined;
  readonly kept: number;
  /** Why others were left out, and how many of them. */
  readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  readonly parts: Readonly<Record<PartName, { readonly cases: number; readonly fractures: number }>>;
  /** Images in the training part, augmented. */
  readonly trainingImages: number;
  readonly asPublished: boolean;
  readonly leaks: number;
  readonly backbone: { readonly name: string; readonly sha256: string };
  readonly preprocessingVersion: string;
  readonly engine: string;
  /** How the head was trained, in words, name and value. */
  readonly training: readonly (readonly [string, string])[];
  readonly curves: readonly TrainingPoint[];
  readonly calibration: CalibrationMap & { readonly n: number; readonly fittedOn: string };
  readonly cutOff: Manifest["cutOff"];
  readonly band: Manifest["inconclusiveBand"];
  readonly evaluation: Evaluation;
  readonly filters: readonly Float32Array[];
  readonly shown: readonly ShownCase[];
}
