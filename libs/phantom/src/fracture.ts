import { type Affine, about, apply, compose, invert, rotation, translation } from "./affine.ts";
import type { Random } from "./random.ts";
import type { Density, Probe } from "./solid.ts";
import type { FractureTruth, FractureWish } from "./truth.ts";

/** A fracture as it is built: the truth about it, and the shape of its line. */
export interface Fracture {
  readonly truth: FractureTruth;
  /** Distance of the line from the joint along the radius, mm. */
  readonly height: number;
  /** Width of the gap between fragments, mm. */
  readonly gap: number;
  /** The line's rise towards the dorsal side, mm per mm. */
  readonly slope: number;
  /** Amplitude of the line's jaggedness, mm, and where its waves begin. */
  readonly roughness: number;
  readonly phase: number;
  /** From where the distal fragment was to where it is. */
  readonly shift: Affine;
}

/**
 * A severity as a department sees them: most are plain, some are barely visible. How many of either decides how hard a
 * day is for a network: so drawn, a linear head on some hundred phantoms' pooled features gets near what was published.
 */
const drawSeverity = (random: Random) => Math.max(0.02, Math.min(1, random.uniform(0, 1) ** 0.5));

export function drawFracture(wish: FractureWish, random: Random): Fracture {
  // Each draw is made whether or not it is wished away, so that wishes leave the other draws as they were.
  const drawn = {
    type: random.weighted([[0.85, "colles"] as const, [0.15, "smith"] as const]),
    severity: drawSeverity(random),
    ulnarStyloid: random.chance(0.4),
    line: random.weighted([[0.6, "lucent"] as const, [0.4, "impacted"] as const]),
  };
  const type = wish.type ?? drawn.type;
  const severity = wish.severity ?? drawn.severity;
  const side = type === "colles" ? 1 : -1;
  const angulation = side * 34 * severity * random.uniform(0.75, 1.2);
  const displacement = side * 5.5 * severity * random.uniform(0.5, 1.4);
  const impaction = severity * random.uniform(1, 6.5);
  const height = random.uniform(11, 27);
  const line = drawn.line;
  const truth: FractureTruth = {
    type,
    severity,
    ulnarStyloid: wish.ulnarStyloid ?? drawn.ulnarStyloid,
    angulation,
    displacement,
    impaction,
    line,
  };
  const pivot = [-side * random.uniform(0, 4), -height, 0] as const;
  return {
    truth,
    height,
    gap: line === "lucent" ? 0.5 + 1.1 * severity * random.uniform(0.5, 1.5) : 0.05,
    slope: random.normal(0.1, 0.12),
    roughness: random.uniform(0.4, 1.4),
    phase: random.uniform(0, 6.28),
    shift: compose(translation(-displacement, -impaction, 0), about(pivot, rotation("z", angulation))),
  };
}

/** How far, along the axis, a point is on the distal side of the line (mm); without its jags where it is far off. */
function beyondLine(f: Fracture, x: number, y: number, z: number): number {
  const plain = y + f.height + f.slope * x;
  if (plain > FAR || plain < -FAR) return plain;
  const jag = Math.sin(1.1 * x + f.phase) + 0.7 * Math.sin(0.9 * z + 2 * f.phase) + 0.5 * Math.sin(2.3 * x - 1.7 * z);
  return plain - f.roughness * 0.5 * jag;
}

const FAR = 4;

/** The radius in two pieces: the shaft where it was, the distal fragment shifted, denser where one is driven into the other. */
export function brokenRadius(whole: Density, fracture: Fracture): Density {
  const back = invert(fracture.shift);
  const [b0, b1, b3] = [back[0]!, back[1]!, back[3]!];
  const [b4, b5, b7] = [back[4]!, back[5]!, back[7]!];
  const half = fracture.gap / 2;
  const packed = fracture.truth.line === "impacted" ? 0.22 + 0.2 * fracture.truth.severity : 0.05;
  // Further from the line than this, there is only one of the pieces.
  const reach = 8 + 2 * Math.abs(fracture.truth.displacement) + fracture.truth.impaction;
  const piece: Probe = { clear: 0, inside: 0, core: 0 };
  return (x, y, z, probe) => {
    const proximal = -beyondLine(fracture, x, y, z) - half;
    if (proximal > reach) return whole(x, y, z, probe);
    const u = b0 * x + b1 * y + b3;
    const v = b4 * x + b5 * y + b7;
    const distal = beyondLine(fracture, u, v, z) - half;
    if (distal > reach) return whole(u, v, z, probe);
    let density = 0;
    let inside = 0;
    let core = 0;
    let clear = 4;
    if (proximal > -0.3) {
      const cut = proximal >= 0.3 ? 1 : (proximal + 0.3) / 0.6;
      density += cut * (whole(x, y, z, piece) + piece.inside * crushed(proximal, packed));
      inside += cut * piece.inside;
      core += cut * piece.core;
      clear = Math.min(clear, piece.clear);
    }
    if (distal > -0.3) {
      const cut = distal >= 0.3 ? 1 : (distal + 0.3) / 0.6;
      density += cut * (whole(u, v, z, piece) + piece.inside * crushed(distal, packed));
      inside += cut * piece.inside;
      core += cut * piece.core;
      clear = Math.min(clear, piece.clear);
    }
    clear = Math.min(clear, Math.max(proximal, -proximal) * 0.7, Math.max(distal, -distal) * 0.7);
    probe.clear = clear;
    probe.inside = inside < 1 ? inside : 1;
    probe.core = core;
    // Trabeculae driven into one another add up, but not without end.
    return density < 1.6 ? density : 1.6;
  };
}

/** What crushed trabeculae add to the density, by distance from the line. */
const crushed = (distance: number, packed: number) => (distance > 4 ? 0 : packed * Math.exp(-((distance / 1.3) ** 2)));

/**
 * Where the hand goes with the distal fragment: it follows the joint's shift, but the midcarpal joint makes up for
 * most of the tilt.
 */
export function handShift(fracture: Fracture): Affine {
  const joint = [0, 0, 0] as const;
  const [x, y] = apply(fracture.shift, joint);
  return compose(translation(x, y, 0), rotation("z", fracture.truth.angulation * 0.3));
}
