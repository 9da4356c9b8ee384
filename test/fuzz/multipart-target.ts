import { MultipartError, type Part, readMultipart } from "@redspot/dicomweb";
import { expect, type FuzzTarget, inThisProcess, type Verdict } from "./fuzz-target.ts";
import { BOUNDARY, multipartInputs } from "./multipart-grammar.ts";
import { inPieces } from "./pieces.ts";
import { splitWhole } from "./split-whole.ts";

const LIMITS = { maxHeaderBytes: 4096, maxParts: 30 };

/** The reader of multipart bodies alone: same parts whatever the chunks, and the same as a reader of the whole finds. */
export const multipartTarget: FuzzTarget = {
  about: "libs/dicomweb's readMultipart beside a plain reader of the whole body",
  inputs: multipartInputs(),
  corpus: ".multipart",
  inProcess: true,
  async open() {
    return inThisProcess(run);
  },
};

interface Read {
  parts: { problem: Part["problem"]; body: Buffer }[];
  end: "closed" | MultipartError["code"];
}

async function run(input: Uint8Array): Promise<Verdict> {
  const whole = await read([input]);
  expect(sameAs(whole, await read(inPieces(input))), "the parts are the same whatever the chunks");
  const { parts, end } = splitWhole(input, BOUNDARY);
  if (whole.end === "NO_BOUNDARY" || whole.end === "TOO_MANY_PARTS") {
    expect(whole.end !== "NO_BOUNDARY" || end === "no boundary" || input.byteLength > 64 * 1024, "a boundary is found");
    return "refused";
  }
  expect((whole.end === "closed") === (end === "closed"), `the end is ${end}, and was read as ${whole.end}`);
  // Of a part that is cut short, the reader of a stream cannot know that its tail began like a delimiter.
  const certain = end === "closed" ? parts.length : parts.length - 1;
  expect(whole.parts.length >= certain, `${parts.length} parts are there, ${whole.parts.length} were read`);
  for (const [at, { body }] of parts.slice(0, certain).entries()) {
    const found = whole.parts[at]!;
    expect(found.problem !== undefined || found.body.equals(body), `part ${at + 1} has the bytes that were sent`);
  }
  return whole.end === "closed" ? "accepted" : "refused";
}

async function read(pieces: readonly Uint8Array[]): Promise<Read> {
  const parts: Read["parts"] = [];
  try {
    for await (const { body, problem } of readMultipart(streamOf(pieces), BOUNDARY, LIMITS)) {
      const chunks: Uint8Array[] = [];
      // Pushed first: where the body throws, what came of the part counts.
      const part = { problem, body: Buffer.alloc(0) };
      parts.push(part);
      try {
        for await (const chunk of body) chunks.push(chunk);
      } finally {
        part.body = Buffer.concat(chunks);
      }
    }
    return { parts, end: "closed" };
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    return { parts, end: error.code };
  }
}

async function* streamOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function sameAs(one: Read, other: Read): boolean {
  return (
    one.end === other.end &&
    one.parts.length === other.parts.length &&
    one.parts.every(
      ({ problem, body }, at) => problem === other.parts[at]!.problem && body.equals(other.parts[at]!.body),
    )
  );
}
