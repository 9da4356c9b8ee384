import type { Arbitrary } from "fast-check";
import { liveBytes } from "./live-bytes.ts";

/** Something that the network reaches, and what must hold for it whatever it is given. */
export interface FuzzTarget {
  /** One line for `--help`. */
  about: string;
  /** Inputs by grammar, some of them damaged. */
  inputs: Arbitrary<Uint8Array>;
  /** Files of the corpus by the ending of their name: where damage by coverage begins. */
  corpus: string;
  /** Whether the code under test runs in this process, where its coverage can be seen. */
  inProcess: boolean;
  open(): Promise<OpenTarget>;
}

/** What became of an input: both are fine, as long as there are both. */
export type Verdict = "accepted" | "refused";

export interface OpenTarget {
  /** Throws a Finding where an invariant does not hold; any other error is one, too. */
  run(input: Uint8Array): Promise<Verdict>;
  /** Looks for what was left behind. */
  checkLeftovers(): Promise<void>;
  /** Memory in use where the code runs, in bytes: see liveBytes; resident memory where that is another process. */
  memoryBytes(): number;
  close(): Promise<void>;
}

/** A target that is a function of this process: it leaves nothing behind, and there is nothing to close. */
export function inThisProcess(run: OpenTarget["run"]): OpenTarget {
  return {
    run,
    memoryBytes: liveBytes,
    checkLeftovers: async () => {},
    close: async () => {},
  };
}

/** An invariant that does not hold. */
export class Finding extends Error {
  override readonly name = "Finding";
}

export function expect(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new Finding(invariant);
}
