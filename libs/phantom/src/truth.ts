/** Distal radial fractures by the direction in which the distal fragment goes: dorsally (Colles), palmarly (Smith). */
export type FractureType = "colles" | "smith";

/** What may be asked of a fracture; the rest is drawn. */
export interface FractureWish {
  type?: FractureType;
  /** 0 barely visible, 1 gross. */
  severity?: number;
  /** Whether the ulnar styloid is broken too. */
  ulnarStyloid?: boolean;
}

/** A transverse fracture of the distal radial metaphysis as it was made. */
export interface FractureTruth {
  type: FractureType;
  /** 0 barely visible, 1 gross. */
  severity: number;
  ulnarStyloid: boolean;
  /** The distal fragment's tilt out of its place, degrees; dorsal positive. */
  angulation: number;
  /** The distal fragment's shift, mm; dorsal positive. */
  displacement: number;
  /** Shortening, mm. */
  impaction: number;
  /** How the line shows: a dark gap, or dense where the fragments are driven into each other. */
  line: "lucent" | "impacted";
}

/** Why an instance must not be judged. */
export type Exclusion = "cast" | "open-growth-plates" | "ap-view" | "other-body-part";

export const EXCLUSIONS: readonly Exclusion[] = ["cast", "open-growth-plates", "ap-view", "other-body-part"];

/** What else a department images. */
export type BodyPart = "wrist" | "hand" | "ankle" | "knee" | "chest";

export interface Truth {
  kind: "lateral-wrist" | "ap-wrist" | "other-body-part";
  bodyPart: BodyPart;
  fracture: false | FractureTruth;
  /** A lateral of a grown wrist without plaster: what triage is for. */
  eligible: boolean;
  /** Why not, where not eligible. */
  exclusion?: Exclusion;
  laterality: "L" | "R";
  /** Whether the radiographer's flag is burnt in. */
  redSpot: boolean;
  /** Years. */
  age: number;
  /**
   * Where the distal radius and ulna are, in pixels of the matrix (left, top, width, height), for cropping and for checking what a
   * model looks at; absent for other body parts.
   */
  region?: { x: number; y: number; width: number; height: number };
}

/** What is true of the whole study, as triage should answer it. */
export interface StudyTruth {
  /** Whether any instance shows a wrist fracture. */
  fracture: false | FractureTruth;
  /** Whether any instance is eligible. */
  eligible: boolean;
  /** Why not, where no instance is eligible. */
  exclusion?: Exclusion;
  laterality: "L" | "R";
  redSpot: boolean;
}
