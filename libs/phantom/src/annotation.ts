import { type Drawing, lettering, placed, type Stroke } from "@redspot/lettering";
import type { RadiographOptions } from "./radiograph.ts";
import type { Random } from "./random.ts";
import type { Scene } from "./scene.ts";
import type { Technique } from "./technique.ts";

/** What is written on an image: lead letters that were in the beam, and what the console burns in. */
export interface Annotation {
  readonly lead: readonly Drawing[];
  readonly burntIn: readonly Drawing[];
  readonly redSpot: boolean;
}

const CIRCLE: readonly Stroke[] = Array.from({ length: 16 }, (_, i) => {
  const at = (k: number) => [5.2 * Math.cos((k * Math.PI) / 8), 5.2 * Math.sin((k * Math.PI) / 8)] as const;
  return [...at(i), ...at(i + 1)] as const;
});
const BOX: readonly Stroke[] = [
  [-4, -4.6, 4, -4.6],
  [4, -4.6, 4, 4.6],
  [4, 4.6, -4, 4.6],
  [-4, 4.6, -4, -4.6],
];

/** A text's strokes about their middle. */
function centred(text: string): Stroke[] {
  const { strokes, width } = lettering(text);
  return strokes.map(([x1, y1, x2, y2]) => [x1 - width / 2, y1 - 3, x2 - width / 2, y2 - 3] as const);
}

/** Strokes at a place, moved so that none leaves the matrix: a console does not let a text run over the edge. */
function fitted(strokes: readonly Stroke[], at: { x: number; y: number }, scale: number, { columns, rows }: Technique) {
  const reachX = Math.max(...strokes.flatMap(([x1, , x2]) => [x1, x2])) * scale + 2 * scale;
  const reachY = Math.max(...strokes.flatMap(([, y1, , y2]) => [y1, y2])) * scale + 2 * scale;
  const x = Math.max(reachX, Math.min(columns - reachX, at.x));
  const y = Math.max(reachY, Math.min(rows - reachY, at.y));
  return placed(strokes, { x, y, scale });
}

const INITIALS = ["AW", "JB", "KM", "TS", "MR", "EV", "DP", "HN"];

/** Draws markers and annotation. Nothing here knows of the fracture, so that nothing here can tell of it. */
export function drawAnnotation(
  options: RadiographOptions,
  scene: Scene,
  technique: Technique,
  random: Random,
): Annotation {
  const mm = 1 / technique.pixelSpacing;
  const spot = placesFor(scene, technique, random);
  const lead: Drawing[] = [];
  const burntIn: Drawing[] = [];

  const leadKind = random.weighted([
    [0.62, "plain"] as const,
    [0.14, "circle"] as const,
    [0.12, "box"] as const,
    [0.12, "none"] as const,
  ]);
  const height = random.uniform(7, 14);
  const leadPlace = spot();
  const turn = random.chance(0.8) ? random.normal(0, 8) : random.pick([90, 180, -90]);
  const initials = random.chance(0.4) ? random.pick(INITIALS) : "";
  const mirrored = random.chance(0.07);
  if (leadKind !== "none") {
    const scale = (height * mm) / 6;
    const strokes = [
      ...centred(scene.laterality),
      ...(leadKind === "circle" ? CIRCLE : leadKind === "box" ? BOX : []),
      ...(leadKind === "plain"
        ? centred(initials).map((s) => [s[0] * 0.45, s[1] * 0.45 + 5.5, s[2] * 0.45, s[3] * 0.45 + 5.5] as Stroke)
        : []),
    ];
    lead.push({
      strokes: placed(strokes, { ...leadPlace, scale, degrees: turn, mirrored }),
      half: scale * random.uniform(0.35, 0.6),
    });
  }

  const textKind = random.chance(0.35);
  const text = random.weighted([
    [3, scene.laterality === "L" ? "LEFT" : "RIGHT"],
    [2, `${scene.laterality} ${scene.frontal ? "PA" : "LAT"}`],
    [2, random.pick(INITIALS)],
    [2, `${random.integer(8, 21)}:${random.integer(10, 59)}`],
    [1, "TABLE"],
    [1, "SUPINE"],
    [1, "ROOM 2"],
  ]);
  // Which view other body parts show is not for this text to say.
  const neutral = scene.bodyPart === "wrist" ? text : text.replace(/ (PA|LAT)$/, "");
  const textHeight = random.uniform(3.5, 6.5);
  const textPlace = spot();
  if (textKind) {
    const scale = (textHeight * mm) / 6;
    burntIn.push({ strokes: fitted(centred(neutral), textPlace, scale, technique), half: Math.max(0.6, scale * 0.4) });
  }

  const flagPlace = spot();
  const flagKind = random.pick(["dot", "RED DOT", "RED SPOT", "RED DOT", "*", "arrow"] as const);
  const flagHeight = random.uniform(5, 9);
  if (options.redSpot) {
    const scale = (flagHeight * mm) / 6;
    if (flagKind === "dot") {
      const { x, y } = flagPlace;
      burntIn.push({ strokes: [[x, y, x, y]], half: flagHeight * mm * 0.6 });
    } else {
      const strokes = flagKind === "arrow" ? ARROW : centred(flagKind);
      burntIn.push({ strokes: fitted(strokes, flagPlace, scale, technique), half: Math.max(0.8, scale * 0.5) });
    }
  }
  // What is read out raw has been through no console that could burn anything in.
  if (technique.raw) return { lead, burntIn: [], redSpot: false };
  return { lead, burntIn, redSpot: options.redSpot ?? false };
}

const ARROW: readonly Stroke[] = [
  [-6, 0, 5, 0],
  [5, 0, 2, -2.4],
  [5, 0, 2, 2.4],
];

/** Hands out places beside the limb, in the field, each once. */
function placesFor(scene: Scene, technique: Technique, random: Random) {
  const { x, y, width, height } = technique.beam.collimation;
  const half = Math.min(width, technique.columns * technique.pixelSpacing) / 2;
  const tall = Math.min(height, technique.rows * technique.pixelSpacing) / 2;
  const margin = scene.bodyPart === "chest" ? 24 : 13;
  const free = [
    [-1, 0.78],
    [1, 0.78],
    [-1, 0.5],
    [1, 0.5],
    [-1, -0.62],
    [1, -0.62],
    [-1, 0.15],
    [1, -0.2],
  ];
  return () => {
    const at = free.splice(random.integer(0, free.length - 1), 1)[0]!;
    const cx = x + at[0]! * (half - margin + random.normal(0, 2));
    const cy = y + at[1]! * tall + random.normal(0, 4);
    return {
      x: cx / technique.pixelSpacing + technique.columns / 2,
      y: technique.rows / 2 - cy / technique.pixelSpacing,
    };
  };
}
