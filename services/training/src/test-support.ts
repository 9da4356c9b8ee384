/** Shared by this package's tests: a work folder as collect and split leave it. */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INPUT_SIZE } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { caseId } from "./case-id.ts";
import { type Case, FILES, type PartName, type Split, writeWorkFile } from "./work-folder.ts";

/** Test files run side by side and share the made backbone; making it twice at once is safe. */
export const CACHE_DIR = join(tmpdir(), "redspot-model-tests");

/** Smooth shapes, different for each number; not a radiograph. */
export function drawInput(n: number): Float32Array {
  const random = xoroshiro128plus(n);
  const unit = () => uniformFloat64(random);
  const waves = Array.from({ length: 12 }, () => [unit() * 12, unit() * 24 - 12, unit() * 2 * Math.PI] as const);
  return Float32Array.from({ length: INPUT_SIZE ** 2 }, (_, at) => {
    const [x, y] = [(at % INPUT_SIZE) / INPUT_SIZE, Math.floor(at / INPUT_SIZE) / INPUT_SIZE];
    return waves.reduce((sum, [fx, fy, phase]) => sum + Math.sin(Math.PI * (fx * x + fy * y) + phase) / 24, 0.5);
  });
}

/** The nth made-up case: odd ones have a fracture, each is a patient of its own unless one is named. */
export function makeCase(n: number, pixels: Float32Array, rest: Partial<Case> = {}): Case {
  const patient = rest.patient ?? `${n}`.padStart(32, "0");
  return {
    id: caseId(pixels, patient),
    patient,
    label: n % 2 === 1 ? "fracture" : "no fracture",
    view: "lateral",
    side: n % 3 === 0 ? "L" : "R",
    ageBand: "60-79",
    sex: "F",
    manufacturer: null,
    subtype: null,
    order: n,
    rows: 2000,
    columns: 1500,
    annotationPixels: 0,
    window: "linear",
    row: n + 1,
    ...rest,
  };
}

/** Writes cases.json, the inputs and split.json: so many cases in each part. */
export async function makeWorkFolder(
  work: string,
  sizes: Record<PartName, number>,
  rest: Partial<Split> = {},
): Promise<Case[]> {
  await mkdir(join(work, FILES.inputs), { recursive: true });
  const parts: Record<PartName, string[]> = { training: [], validation: [], testing: [], final: [] };
  const cases: Case[] = [];
  for (const [part, size] of Object.entries(sizes) as [PartName, number][]) {
    for (let i = 0; i < size; i++) {
      const pixels = drawInput(cases.length);
      const one = makeCase(cases.length, pixels);
      await writeWorkFile(work, join(FILES.inputs, `${one.id}.f32`), new Uint8Array(pixels.buffer));
      parts[part].push(one.id);
      cases.push(one);
    }
  }
  await writeWorkFile(work, FILES.cases, {
    format: "redspot-cases/1",
    preprocessingVersion: PREPROCESSING_VERSION,
    source: "made up for a test",
    cases,
    excluded: [],
  });
  const split: Split = {
    format: "redspot-split/1",
    seed: 1,
    ratios: { training: 0.8, validation: 0.1, testing: 0.1 },
    asPublished: false,
    parts,
    leftOut: [],
    findings: [],
    finalUses: [],
    ...rest,
  };
  await writeWorkFile(work, FILES.split, split);
  return cases;
}
