import { about, compose, identity, type Point, rotation } from "./affine.ts";
import { carpus } from "./carpus.ts";
import { radius, ulna } from "./forearm-bones.ts";
import { type Fracture, handShift } from "./fracture.ts";
import { metacarpus } from "./hand-rays.ts";
import { type Cast, plaster } from "./plaster.ts";
import type { Solid } from "./solid.ts";
import type { WristAnatomy } from "./wrist-anatomy.ts";
import { softTissue } from "./wrist-flesh.ts";

/** Which parts of the wrist have come to harm, or are covered. */
export interface WristState {
  readonly fracture?: Fracture;
  readonly cast?: Cast;
}

/** The solids of a wrist: bones, soft tissue, and what lies around it. */
export interface Wrist {
  readonly bones: readonly Solid[];
  readonly soft: Solid;
  readonly plaster?: Solid;
}

/** The midcarpal joint, about which the hand moves. */
const MIDCARPAL: Point = [0, 14, -2];

export function buildWrist(anatomy: WristAnatomy, { fracture, cast }: WristState): Wrist {
  const follow = fracture ? handShift(fracture) : identity();
  const hand = compose(
    follow,
    about(MIDCARPAL, compose(rotation("z", anatomy.extension), rotation("x", anatomy.deviation))),
  );
  const proximalRow = compose(
    follow,
    about([0, 4, 0], compose(rotation("z", anatomy.extension * 0.45), rotation("x", anatomy.deviation * 0.5))),
  );
  const soft = softTissue(anatomy, hand);
  return {
    bones: [
      radius(anatomy, fracture),
      ...ulna(anatomy, fracture?.truth.ulnarStyloid ?? false),
      ...carpus(anatomy, proximalRow, hand),
      ...metacarpus(anatomy, hand),
    ],
    soft,
    ...(cast ? { plaster: plaster(soft, cast) } : {}),
  };
}
