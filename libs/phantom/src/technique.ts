import type { Beam } from "./beam.ts";
import type { RadiographOptions } from "./radiograph.ts";
import { type Random, randomFor } from "./random.ts";
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

/** What a machine does to every image alike; a study comes from one machine. */
interface Device {
  readonly matrix: (typeof MATRICES)[number];
  readonly bitsStored: number;
  readonly photometric: "MONOCHROME1" | "MONOCHROME2";
  readonly surround: Technique["surround"];
  /** Whether images are cut down to about the collimated field. */
  readonly crops: boolean;
  readonly edge: Technique["edge"];
  readonly blur: number;
  readonly electronic: number;
  /** How flat the display's curve is, beside the usual. */
  readonly softness: number;
  readonly window: Technique["window"];
  readonly range: Technique["range"];
  readonly heel: number;
  readonly heelDirection: number;
}

function drawDevice(random: Random): Device {
  return {
    matrix: random.pick(MATRICES),
    bitsStored: random.weighted([
      [0.3, 10],
      [0.35, 12],
      [0.15, 14],
      [0.07, 11],
      [0.05, 13],
      [0.08, 15],
    ] as const),
    photometric: random.weighted([[0.65, "MONOCHROME2"] as const, [0.35, "MONOCHROME1"] as const]),
    surround: random.weighted([[0.45, "exposed"] as const, [0.45, "black"] as const, [0.1, "white"] as const]),
    crops: random.chance(0.75),
    edge: { gain: random.uniform(0.1, 1.1), width: random.uniform(0.8, 3) },
    blur: random.uniform(0.1, 0.36),
    electronic: random.uniform(0.0008, 0.003),
    softness: random.uniform(0.85, 1.3),
    window: { center: random.uniform(0.47, 0.53), width: random.uniform(0.85, 1.02) },
    range: { low: random.uniform(0, 0.04), high: random.uniform(0.94, 1) },
    heel: random.uniform(0.2, 1.2),
    heelDirection: random.uniform(0, 360),
  };
}

/** Draws the machine of the study, and this exposure's beam. What the wrist looks like beneath decides nothing here. */
export function drawTechnique(options: RadiographOptions, scene: Scene, exposure: number): Technique {
  const device = drawDevice(randomFor(options.seed, "device"));
  const random = randomFor(options.seed, "technique", exposure);
  const [matrixColumns, matrixRows, matrixSpacing] = device.matrix;
  const room = random.chance(0.7) ? random.uniform(0.97, 1.12) : random.uniform(1.1, 1.45);
  const { columns, rows } = options.matrix ?? { columns: matrixColumns, rows: matrixRows };
  const fit = Math.max(scene.extent.width / columns, scene.extent.height / rows) * room;
  const isChest = scene.bodyPart === "chest";
  const fitted = options.matrix !== undefined || device.crops || scene.bodyPart !== "wrist";
  const pixelSpacing = Number((fitted ? fit : matrixSpacing).toFixed(4));
  const kvp = isChest ? random.integer(105, 125) : random.integer(50, 62);
  const raw = options.raw ?? false;
  const soft = scene.thickness * SOFT_PER_MM;
  return {
    rows,
    columns,
    pixelSpacing,
    bitsStored: options.bitsStored ?? device.bitsStored,
    photometric: options.photometric ?? device.photometric,
    raw,
    beam: {
      // Rather less than half the tube voltage, after the usual filters.
      energy: isChest ? 58 : 25 + 0.3 * kvp + random.uniform(-2, 2),
      collimation: {
        x: random.normal(0, 3),
        y: random.normal(0, 4),
        width: Math.min(scene.extent.width, columns * pixelSpacing * random.uniform(0.86, 1.06)),
        height: Math.min(scene.extent.height, rows * pixelSpacing * random.uniform(0.9, 1.06)),
        degrees: random.chance(0.6) ? random.normal(0, 0.8) : random.normal(0, 4),
      },
      heel: device.heel,
      heelDirection: device.heelDirection,
      scatter: isChest ? random.uniform(0.3, 0.6) : random.uniform(0.04, 0.2),
      scatterSpread: random.uniform(12, 28),
      blur: device.blur,
    },
    kvp,
    mas: isChest ? random.uniform(1.5, 3) : random.uniform(2, 6),
    photons: 10 ** random.uniform(4.3, 5.3),
    electronic: device.electronic,
    curve: {
      middle: soft * random.uniform(0.92, 1.12) + random.uniform(-0.05, 0.25),
      latitude: (soft * 0.9 + 1.3) * device.softness,
    },
    edge: raw ? { gain: 0, width: device.edge.width } : device.edge,
    surround: raw ? "exposed" : device.surround,
    window: device.window,
    range: device.range,
  };
}

/** About what a millimetre of soft tissue takes off the exponent, some of it being fat. */
const SOFT_PER_MM = 0.024;
