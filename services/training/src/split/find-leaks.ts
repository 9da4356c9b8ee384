import { type Case, type LeakFinding, PARTS, type PartName, type Split } from "../work-folder.ts";
import { hashDistance, type PerceptualHash } from "./perceptual-hash.ts";

/**
 * Bits of 256 up to which two images count as one. On phantoms of lateral wrists, the same image with another window or
 * gamma, noise, fewer greys, a zoom of 2 % or mirrored lies within 34 (most within 14), and of 11,175 pairs of different
 * patients the closest are 48 apart (median 118).
 */
export const NEAR_DUPLICATE_BITS = 36;

/** Two images of different patients that look the same. */
export interface NearDuplicate {
  readonly a: Case;
  readonly b: Case;
  readonly distance: number;
}

/** All pairs of different patients' images whose perceptual hashes differ in no more than `most` bits. */
export function findNearDuplicates(
  cases: readonly Case[],
  hashes: ReadonlyMap<string, PerceptualHash>,
  most = NEAR_DUPLICATE_BITS,
): NearDuplicate[] {
  const found: NearDuplicate[] = [];
  for (const [at, a] of cases.entries()) {
    for (const b of cases.slice(at + 1)) {
      if (a.patient === b.patient) continue;
      const distance = hashDistance(hashes.get(a.id)!, hashes.get(b.id)!);
      if (distance <= most) found.push({ a, b, distance });
    }
  }
  return found;
}

/**
 * What a split lets through from one part to another: patients in two parts (one finding for each two parts that share
 * the patient), and images that look the same under two patients. The latter are told even where both are in one part:
 * perhaps one person has two numbers.
 */
export function findLeaks(
  cases: readonly Case[],
  parts: Split["parts"],
  nearDuplicates: readonly NearDuplicate[],
): LeakFinding[] {
  const partsOf = partsById(parts);
  return [...sharedPatients(cases, partsOf), ...nearDuplicates.flatMap((pair) => pairFinding(pair, partsOf))];
}

/** Whether a finding says that something of one part is in another. */
export function crossesParts({ parts: [a, b] }: LeakFinding): boolean {
  return a !== b;
}

function partsById(parts: Split["parts"]): ReadonlyMap<string, ReadonlySet<PartName>> {
  const byId = new Map<string, Set<PartName>>();
  for (const part of PARTS) {
    for (const member of parts[part]) {
      const id = member.split("-")[0]!;
      byId.set(id, (byId.get(id) ?? new Set()).add(part));
    }
  }
  return byId;
}

function sharedPatients(cases: readonly Case[], partsOf: ReadonlyMap<string, ReadonlySet<PartName>>): LeakFinding[] {
  /** Of each patient, one case in each part. */
  const seen = new Map<string, Map<PartName, string>>();
  for (const { id, patient } of cases) {
    const own = seen.get(patient) ?? new Map<PartName, string>();
    seen.set(patient, own);
    for (const part of partsOf.get(id) ?? []) if (!own.has(part)) own.set(part, id);
  }
  return [...seen.values()].flatMap((own) => {
    const places = [...own];
    return places.flatMap(([first, a], at) =>
      places.slice(at + 1).map(([second, b]): LeakFinding => {
        return { kind: "patient", a, b, parts: [first, second], distance: 0 };
      }),
    );
  });
}

function pairFinding(
  { a, b, distance }: NearDuplicate,
  partsOf: ReadonlyMap<string, ReadonlySet<PartName>>,
): LeakFinding[] {
  const [first] = partsOf.get(a.id) ?? [];
  // Where one of them is in several parts, the one that the other is not in tells of the leak.
  const others = [...(partsOf.get(b.id) ?? [])];
  const second = others.find((part) => part !== first) ?? others[0];
  if (first === undefined || second === undefined) return [];
  return [{ kind: "near-duplicate", a: a.id, b: b.id, parts: [first, second], distance }];
}
