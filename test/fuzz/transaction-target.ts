import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileSpool } from "@redspot/spool";
import { REQUEST_FAILURES, RequestFailure } from "../../services/stow/src/failures.ts";
import type { BodyForm } from "../../services/stow/src/store-request.ts";
import { type StoreResult, storeInstances } from "../../services/stow/src/store-transaction.ts";
import { expect, type FuzzTarget, type OpenTarget, type Verdict } from "./fuzz-target.ts";
import { liveBytes } from "./live-bytes.ts";
import { BOUNDARY, multipartInputs } from "./multipart-grammar.ts";
import { inPieces } from "./pieces.ts";
import { readUids } from "./read-uids.ts";
import { splitWhole } from "./split-whole.ts";

const LIMITS = { maxInstanceBytes: 100_000, maxRequestBytes: 10_000_000, maxParts: 10, maxPartHeaderBytes: 4096 };

/** A kind of body that the Store transaction takes, and what must hold for what it stores of it. */
export interface BodyKind {
  formOf(input: Uint8Array): BodyForm;
  expectStored(input: Uint8Array, result: StoreResult, notes: readonly Note[], spool: FileSpool): Promise<void>;
}

/** What the transaction notes in the ledger. */
export interface Note {
  studyInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
}

/** The Store transaction without its HTTP: a body into a real spool, and notes of it, twice. */
export const transactionTarget: FuzzTarget = {
  about: "services/stow's storeInstances on a spool of its own; what it stores is read back by another reader",
  inputs: multipartInputs(),
  corpus: ".multipart",
  inProcess: true,
  open: () =>
    openTransactions({ formOf: () => ({ type: "application/dicom", boundary: BOUNDARY }), expectStored: expectParts }),
};

/** Opens a spool for bodies of one kind. Each is stored twice, whole and in pieces. */
export async function openTransactions({ formOf, expectStored }: BodyKind): Promise<OpenTarget> {
  const root = await mkdtemp(join(fastFolder(), "redspot-fuzz-"));
  const spool = await FileSpool.open(root);
  const underWay = () => readdir(join(root, "tmp"));
  // What is opened once, such as a thread's own, is open at the first look.
  let descriptors: number | undefined;
  const store = async (form: BodyForm, pieces: readonly Uint8Array[]) => {
    const notes: Note[] = [];
    const settling = new Set<string>();
    const result = await storeInstances(
      streamOf(pieces),
      form,
      { strict: false, limits: LIMITS },
      {
        spool,
        ledger: {
          async noteInstance({ studyInstanceUID, sopInstanceUID, sopClassUID }) {
            notes.push({ studyInstanceUID, sopInstanceUID, sopClassUID });
            return { newInstance: true, openRevision: 1, lane: "live" };
          },
        },
        settling: { add: async ({ studyInstanceUID }) => void settling.add(studyInstanceUID) },
        settleMs: 0,
      },
    );
    for (const { studyInstanceUID } of notes) expect(settling.has(studyInstanceUID), "what is noted will be settled");
    return { result, notes };
  };

  async function run(input: Uint8Array): Promise<Verdict> {
    const stored: Note[] = [];
    try {
      const first = await store(formOf(input), [input]);
      stored.push(...first.notes);
      const again = await store(formOf(input), inPieces(input));
      stored.push(...again.notes);
      expect(outcomesOf(again.result) === outcomesOf(first.result), "the outcomes are the same whatever the chunks");
      expect(again.result.duplicates === again.result.stored.length, "what was stored once is there");
      await expectStored(input, first.result, first.notes, spool);
      expect((await underWay()).length === 0, "nothing is left on its way");
      return first.result.stored.length > 0 ? "accepted" : "refused";
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      expect(REQUEST_FAILURES[error.code].status < 500, `a body is never a fault of the service (${error.code})`);
      expect(stored.length === 0, "a request that is refused has stored nothing");
      return "refused";
    } finally {
      for (const { studyInstanceUID, sopInstanceUID } of stored) {
        await unlink(spool.pathOf(studyInstanceUID, sopInstanceUID)).catch(() => {});
      }
    }
  }

  return {
    run,
    memoryBytes: liveBytes,
    async checkLeftovers() {
      expect((await underWay()).length === 0, "nothing is left on its way");
      descriptors ??= openFiles();
      expect(openFiles() <= descriptors + 5, `${openFiles()} files are open where it were ${descriptors}`);
    },
    close: () => rm(root, { recursive: true }),
  };
}

/** Each that is said to be stored is one of the parts, byte by byte, and another reader finds the same names in it. */
async function expectParts(
  input: Uint8Array,
  { stored, failed }: StoreResult,
  notes: readonly Note[],
  spool: FileSpool,
): Promise<void> {
  const { parts, end } = splitWhole(input, BOUNDARY);
  expect(stored.length + failed.length <= parts.length + 1, "an outcome is that of a part, or of the body's end");
  if (end === "closed") expect(stored.length + failed.length >= Math.min(parts.length, 10), "each part has an outcome");
  expect(notes.length === stored.length, "what is stored is noted");
  for (const [at, note] of notes.entries()) {
    expect(stored[at]!.sopInstanceUID === note.sopInstanceUID, "the note is about what is stored");
    const bytes = await spool.read(note.studyInstanceUID, note.sopInstanceUID);
    expect(
      parts.some(({ body }) => body.equals(bytes)),
      "what is stored is what a part held",
    );
    await expectNames(bytes, note);
  }
}

/** Another reader finds in an instance the names under which it was noted. */
export async function expectNames(instance: Uint8Array, note: Note): Promise<void> {
  const { sopClassUID, sopInstanceUID, studyInstanceUID } = await readUids(instance);
  expect(sopInstanceUID === note.sopInstanceUID, `the SOP Instance UID is ${sopInstanceUID} to another reader`);
  expect(studyInstanceUID === note.studyInstanceUID, `the Study Instance UID is ${studyInstanceUID} to another reader`);
  expect(sopClassUID === note.sopClassUID, `the SOP Class UID is ${sopClassUID} to another reader`);
}

/** Where files are memory, if there is such a place: whether they are durable makes no difference here. */
const fastFolder = (): string => (existsSync("/dev/shm") ? "/dev/shm" : tmpdir());

const openFiles = (): number => readdirSync("/proc/self/fd").length;

async function* streamOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** The outcomes in one line; instances are made durable beside each other, so their order says nothing. */
function outcomesOf({ stored, failed }: StoreResult): string {
  return [
    ...stored.map(({ sopInstanceUID }) => `stored ${sopInstanceUID}`),
    // How far the names of what cannot be read are known may depend on the chunks.
    ...failed.map(({ code }) => code),
  ]
    .sort()
    .join("\n");
}
