import type { Random } from "@redspot/phantom";

export type Direction = "request" | "response";

/** What is wrong with a connection (after Toxiproxy's toxics), on every link between two programs. */
export type Toxic =
  /** Every byte comes later. */
  | { readonly kind: "latency"; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: "bandwidth"; readonly bytesPerSecond: number }
  /** Nothing comes through and nobody is told; after it what was held up comes, or RST, or never anything. */
  | { readonly kind: "half-open"; readonly thereafter: "resume" | "reset" | "forgotten" }
  /** RST, to those that are there and, some bytes later, to those that come. */
  | { readonly kind: "reset"; readonly withinBytes: number }
  /** The stream ends (FIN) in the middle. */
  | { readonly kind: "truncation"; readonly direction: Direction; readonly withinBytes: number }
  /** From some byte on there is noise, and then the end. */
  | { readonly kind: "garbage"; readonly direction: Direction; readonly withinBytes: number };

/** What one direction of one connection suffers. */
export type Effect =
  | { readonly kind: "slow"; readonly ms: number; readonly jitterMs: number; readonly bytesPerSecond: number }
  | { readonly kind: "hold" }
  | {
      readonly kind: "break";
      readonly how: "reset" | "end" | "noise";
      readonly afterBytes: number;
      readonly random: Random;
    };

interface Sufferance {
  readonly direction: Direction | "both";
  readonly effect: Effect;
}

/** What a toxic does to a connection; undefined where it leaves it alone. */
export function sufferanceOf(toxic: Toxic, age: "old" | "new", random: Random): Sufferance | undefined {
  switch (toxic.kind) {
    case "latency":
      return { direction: "both", effect: { ...toxic, kind: "slow", bytesPerSecond: Number.POSITIVE_INFINITY } };
    case "bandwidth":
      return { direction: "both", effect: { ...toxic, kind: "slow", ms: 0, jitterMs: 0 } };
    case "half-open":
      if (toxic.thereafter === "forgotten" && age === "new") return undefined;
      return { direction: "both", effect: { kind: "hold" } };
    case "reset":
      return {
        direction: "both",
        effect: { kind: "break", how: "reset", afterBytes: bytes(toxic, age, random), random },
      };
    case "truncation":
    case "garbage": {
      const how = toxic.kind === "garbage" ? "noise" : "end";
      const effect = { kind: "break", how, afterBytes: bytes(toxic, age, random), random } as const;
      return { direction: toxic.direction, effect };
    }
  }
}

/** An old connection breaks with its next bytes: it has shown already how many it carries. */
function bytes({ withinBytes }: { withinBytes: number }, age: "old" | "new", random: Random): number {
  return age === "old" ? random.integer(0, Math.min(64, withinBytes)) : random.integer(0, withinBytes);
}
