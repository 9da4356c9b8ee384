import { identity } from "./affine.ts";
import type { Random } from "./random.ts";
import { type Density, layered, type Solid } from "./solid.ts";

export interface Cast {
  /** Plaster on the dorsal side alone, or all round. */
  readonly kind: "slab" | "full";
  readonly thickness: number;
}

export const drawCast = (random: Random): Cast => ({
  kind: random.weighted([[0.5, "slab"] as const, [0.5, "full"] as const]),
  thickness: random.uniform(3.5, 7),
});

/** Plaster of Paris over padding, along forearm and palm. */
export function plaster(soft: Solid, cast: Cast): Solid {
  const padding = 4;
  const density: Density = (x, y, z, probe) => {
    soft.density(x, y, z, probe);
    const outside = probe.inside > 0 ? 0 : probe.clear;
    const d = Math.min(outside - padding, padding + cast.thickness - outside, 78 - y);
    const kept = cast.kind === "full" ? d : Math.min(d, -2 - x + 0.02 * y);
    return layered(kept, 1, 1, 0.92, probe);
  };
  return { name: "plaster", density, low: [-60, -190, -75], high: [80, 80, 75], place: identity(), texture: 0.09 };
}
