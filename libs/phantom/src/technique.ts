import type { Beam } from "./beam.ts";
import type { RadiographOptions } from "./radiograph.ts";
import type { Random } from "./random.ts";
import type { Scene } from "./scene.ts";

/** How an image was exposed, read out and processed. */
export interface Technique {
  readonly rows: number;
  readonly columns: number;
  /** mm. */
  readonly pixelSpacing: number;
  readonly bitsStored: number;
  readonly photometric: "MONOCHROME1" | "MONOCHROME2";
  /** Not processed for presentation. */
  readonly raw: boolean;
  readonly beam: Beam;
  /** Tube voltage, kV; tube current times time, mAs. */
  readonly kvp: number;
  readonly mas: number;
  /** Photons a mm2 in the open beam that the detector counts. */
  readonly photons: number;
  /** Electronic noise as a share of the open beam's signal. */
  readonly electronic: number;
  /** The display's curve: which exponent of attenuation is mid-grey, and how many go from dark to bright. */
  readonly curve: { readonly middle: number; readonly latitude: number };
  /** Edge enhancement: strength, and the width of its mask, mm. */
  readonly edge: { readonly gain: number; readonly width: number };
  /** What becomes of what lies outside the collimated field: left as it is, or masked. */
  readonly surround: "exposed" | "black" | "white";
  /** Window as shares of the stored range. */
  readonly window: { readonly center: number; readonly width: number };
  /** The stored range that is used, as shares of all. */
  readonly range: { readonly low: number; readonly high: number };
}

// Columns, rows and pixel spacing (mm) of cassettes and flat panels.
const MATRICES = [
  [600, 1200, 0.2],
  [880, 1176, 0.2],
  [1024, 1536, 0.15],
  [1170, 1570, 0.15],
  [1430, 1722, 0.14],
  [1770, 2370, 0.1],
  [1760, 2140, 0.1],
  [2140, 2600, 0.1],
  [2500, 3000, 0.1],
] as const;

export function drawTechnique(options: RadiographOptions, scene: Scene, random: Random): Technique {
  const [drawnColumns, drawnRows, drawnSpacing] = random.pick(MATRICES);
  const room = random.chance(0.7) ? random.uniform(0.97, 1.12) : random.uniform(1.1, 1.45);
  const cropped = random.chance(0.75);
  const bitsStored = random.weighted([
    [0.3, 10],
    [0.35, 12],
    [0.15, 14],
    [0.07, 11],
    [0.05, 13],
    [0.08, 15],
  ] as const);
  const photometric = random.weighted([[0.65, "MONOCHROME2"] as const, [0.35, "MONOCHROME1"] as const]);
  const size = options.matrix ?? { columns: drawnColumns, rows: drawnRows };
  // Most images are cropped to about the collimated field; the others show the whole cassette or panel.
  const fit = Math.max(scene.extent.width / size.columns, scene.extent.height / size.rows) * room;
  const pixelSpacing = Number(
    (options.matrix || cropped || scene.bodyPart !== "wrist" ? fit : drawnSpacing).toFixed(4),
  );
  const width = size.columns * pixelSpacing;
  const height = size.rows * pixelSpacing;
  const kvp = scene.bodyPart === "chest" ? random.integer(105, 125) : random.integer(50, 62);
  const energy = scene.bodyPart === "chest" ? 58 : 25 + 0.3 * kvp + random.uniform(-2, 2);
  const surround = random.weighted([[0.45, "exposed"] as const, [0.45, "black"] as const, [0.1, "white"] as const]);
  const gain = random.uniform(0.1, 1.1);
  const raw = options.raw ?? false;
  const soft = scene.thickness * 0.024;
  return {
    rows: size.rows,
    columns: size.columns,
    pixelSpacing,
    bitsStored: options.bitsStored ?? bitsStored,
    photometric: options.photometric ?? photometric,
    raw,
    beam: {
      energy,
      collimation: {
        x: random.normal(0, 3),
        y: random.normal(0, 4),
        width: Math.min(scene.extent.width, width * random.uniform(0.86, 1.06)),
        height: Math.min(scene.extent.height, height * random.uniform(0.9, 1.06)),
        degrees: random.chance(0.6) ? random.normal(0, 0.8) : random.normal(0, 4),
      },
      heel: random.uniform(0.2, 1.2),
      heelDirection: random.uniform(0, 360),
      scatter: scene.bodyPart === "chest" ? random.uniform(0.3, 0.6) : random.uniform(0.04, 0.2),
      scatterSpread: random.uniform(12, 28),
      blur: random.uniform(0.1, 0.36),
    },
    kvp,
    mas: scene.bodyPart === "chest" ? random.uniform(1.5, 3) : random.uniform(2, 6),
    photons: 10 ** random.uniform(4.3, 5.3),
    electronic: random.uniform(0.0008, 0.003),
    curve: {
      middle: soft * random.uniform(0.92, 1.12) + random.uniform(-0.05, 0.25),
      latitude: (soft * 0.9 + 1.3) * random.uniform(0.85, 1.3),
    },
    edge: { gain: raw ? 0 : gain, width: random.uniform(0.8, 3) },
    surround: raw ? "exposed" : surround,
    window: { center: random.uniform(0.47, 0.53), width: random.uniform(0.85, 1.02) },
    range: { low: random.uniform(0, 0.04), high: random.uniform(0.94, 1) },
  };
}
