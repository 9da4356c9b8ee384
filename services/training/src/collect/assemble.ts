import { NEAR_DUPLICATE_BITS } from "../split/find-leaks.ts";
import { hashDistance, type PerceptualHash } from "../split/perceptual-hash.ts";
import type { Case, Excluded } from "../work-folder.ts";
import { ageBandOf } from "./age-band.ts";
import { type ExclusionReason, excluded } from "./exclusion.ts";
import type { PreparedImage } from "./prepare-image.ts";
import type { SourceImage } from "./source.ts";

/** An image whose pixels are ready. */
export interface Candidate {
  readonly image: SourceImage;
  readonly prepared: PreparedImage;
}

export interface AssemblyOptions {
  readonly struck: ReadonlySet<string>;
  readonly hashOf: (id: string) => Promise<PerceptualHash>;
}

/**
 * Makes cases of the images that are ready, in the order of acquisition, and leaves out those whose label cannot be
 * trusted to be theirs: of the other wrist, of either wrist, labelled both ways, the same again, or struck.
 */
export async function assemble(
  candidates: readonly Candidate[],
  { struck, hashOf }: AssemblyOptions,
): Promise<{ cases: Case[]; excluded: Excluded[] }> {
  const why = new Map<Candidate, ExclusionReason>();
  const mark = (some: readonly Candidate[], reason: ExclusionReason) => {
    for (const one of some) if (!why.has(one)) why.set(one, reason);
  };
  const left = () => candidates.filter((one) => !why.has(one));

  mark(candidates.filter(isOfOtherSide), "OTHER_SIDE");
  for (const study of groups(left(), ({ image }) => image.study)) mark(ofEitherWrist(study), "SIDE_UNKNOWN");
  for (const same of groups(left(), ({ prepared }) => prepared.input))
    if (disagree(same)) mark(same, "CONTRADICTORY_LABELS");
  for (const own of groups(left(), ({ prepared }) => prepared.patient)) {
    if (disagree(own)) mark(await contradictions(own, hashOf), "CONTRADICTORY_LABELS");
  }
  const ordered = left().sort(
    (a, b) => compare(a.image.acquired, b.image.acquired) || compare(a.prepared.id, b.prepared.id),
  );
  for (const same of groups(ordered, ({ prepared }) => prepared.id)) mark(same.slice(1), "DUPLICATE");
  mark(
    candidates.filter(({ prepared }) => struck.has(prepared.id)),
    "STRUCK",
  );
  return {
    cases: ordered.filter((one) => !why.has(one)).map(caseOf),
    excluded: [...why].map(([{ image }, reason]) => excluded(image.facts.row, reason)),
  };
}

function isOfOtherSide({ image, prepared }: Candidate): boolean {
  const { side } = image.facts;
  return side !== null && prepared.side !== null && side !== prepared.side;
}

/** Of a study with both wrists and one label of a fracture, its images: one wrist is broken, and nobody says which. */
function ofEitherWrist(study: readonly Candidate[]): readonly Candidate[] {
  const untold = study.filter(({ image }) => image.facts.side === null && image.facts.label === "fracture");
  return new Set(untold.map(({ prepared }) => prepared.side)).size > 1 ? untold : [];
}

function disagree(some: readonly Candidate[]): boolean {
  return new Set(some.map(({ image }) => image.facts.label)).size > 1;
}

/** Of one patient's images, those that look the same and are labelled both ways. */
async function contradictions(own: readonly Candidate[], hashOf: AssemblyOptions["hashOf"]): Promise<Candidate[]> {
  const hashes = await Promise.all(own.map(({ prepared }) => hashOf(prepared.id)));
  return own.filter((one, i) =>
    own.some((other, j) => disagree([one, other]) && hashDistance(hashes[i]!, hashes[j]!) <= NEAR_DUPLICATE_BITS),
  );
}

function caseOf({ image, prepared: { input: _, ...prepared } }: Candidate, order: number): Case {
  const { facts } = image;
  return {
    ...prepared,
    label: facts.label,
    view: "lateral",
    side: prepared.side ?? facts.side,
    ageBand: prepared.ageBand ?? ageBandOf(facts.age),
    sex: prepared.sex ?? facts.sex,
    subtype: facts.subtype,
    order,
    row: facts.row,
  };
}

function groups(some: readonly Candidate[], by: (one: Candidate) => string): Candidate[][] {
  return [...Map.groupBy(some, by).values()];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
