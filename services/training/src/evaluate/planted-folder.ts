/** For the tests: a work folder whose cases are made up, with something planted in them that a network could learn instead. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EMBEDDED_BACKBONE, FEATURE_COUNT, INPUT_SIZE } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { AS_IT_IS } from "../augment/augmentation.ts";
import { caseId } from "../case-id.ts";
import { type Case, FILES, type PartName, writeWorkFile } from "../work-folder.ts";

export interface Planted {
  /** Changes the pixels of a case. */
  readonly pixels?: (pixels: Float32Array, fracture: boolean) => void;
  /** Says something else of a case. */
  readonly facts?: (fracture: boolean, n: number) => Partial<Case>;
  /** How far the features of the two classes lie apart, in their standard deviations; about 2 where not given. */
  readonly apart?: number;
}

const SIZES: Record<PartName, number> = { training: 120, validation: 20, testing: 60, final: 60 };

/**
 * Writes cases, inputs (8 x 8 blocks of random grey), split and features (only the first says something of the label).
 * Half of each part has a fracture.
 */
export async function plantFolder(work: string, { pixels: plant, facts, apart = 2 }: Planted = {}): Promise<Case[]> {
  await mkdir(join(work, "inputs"), { recursive: true });
  await mkdir(join(work, "features"), { recursive: true });
  const random = randomStream(1, "planted");
  const unit = () => uniformFloat64(random);
  const parts: Record<PartName, string[]> = { training: [], validation: [], testing: [], final: [] };
  const cases: Case[] = [];
  const rows: object[] = [];
  const features: Float32Array[] = [];
  for (const [part, size] of Object.entries(SIZES) as [PartName, number][]) {
    for (let i = 0; i < size; i++) {
      const n = cases.length;
      const fracture = n % 2 === 1;
      const blocks = Float32Array.from({ length: 64 }, () => 0.3 + 0.4 * unit());
      const pixels = Float32Array.from({ length: INPUT_SIZE ** 2 }, (_, at) => {
        const [x, y] = [at % INPUT_SIZE, Math.floor(at / INPUT_SIZE)];
        return blocks[8 * Math.floor(y / 37.5) + Math.floor(x / 37.5)]!;
      });
      plant?.(pixels, fracture);
      const patient = `${n}`.padStart(32, "0");
      const id = caseId(pixels, patient);
      await writeFile(join(work, "inputs", `${id}.f32`), new Uint8Array(pixels.buffer));
      cases.push({
        id,
        patient,
        label: fracture ? "fracture" : "no fracture",
        view: "lateral",
        side: unit() < 0.5 ? "L" : "R",
        ageBand: unit() < 0.5 ? "40-59" : "60-79",
        sex: unit() < 0.9 ? "F" : "M",
        manufacturer: unit() < 0.5 ? "Maker A" : "Maker B",
        subtype: fracture && n % 4 === 1 ? "Colles" : null,
        order: n,
        rows: 2000 + Math.floor(200 * unit()),
        columns: 1500 + Math.floor(200 * unit()),
        annotationPixels: unit() < 0.3 ? 500 : 0,
        window: "linear",
        row: n + 1,
        ...facts?.(fracture, n),
      });
      parts[part].push(id);
      for (let augmentation = 0; augmentation < (part === "training" ? 8 : 1); augmentation++) {
        const values = new Float32Array(FEATURE_COUNT);
        values[0] = (fracture ? apart : 0) + 2 * (unit() + unit() + unit() - 1.5);
        features.push(values);
        rows.push({ id, ...AS_IT_IS, augmentation });
      }
    }
  }
  await writeWorkFile(work, FILES.cases, {
    format: "redspot-cases/1",
    preprocessingVersion: PREPROCESSING_VERSION,
    source: "made up for a test",
    cases,
    excluded: [],
  });
  await writeWorkFile(work, FILES.split, {
    format: "redspot-split/1",
    seed: 1,
    ratios: { training: 0.8, validation: 0.1, testing: 0.1 },
    asPublished: false,
    parts,
    leftOut: [],
    findings: [],
    finalUses: [],
  });
  await writeFile(join(work, FILES.features), Buffer.concat(features.map((values) => new Uint8Array(values.buffer))));
  await writeWorkFile(work, FILES.featureRows, {
    format: "redspot-features/1",
    preprocessingVersion: PREPROCESSING_VERSION,
    backbone: { name: EMBEDDED_BACKBONE.name, sha256: EMBEDDED_BACKBONE.sha256 },
    engine: { name: "onnxruntime", version: "1.0.0", device: "cpu" },
    seed: 1,
    rows,
  });
  return cases;
}
