import { assemblyTarget } from "./assembly-target.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { headerTarget } from "./header-target.ts";
import { multipartTarget } from "./multipart-target.ts";
import { pixelsTarget } from "./pixels-target.ts";
import { serviceTarget } from "./service-target.ts";
import { transactionTarget } from "./transaction-target.ts";

/** From the smallest entrance to the whole. */
export const targets = {
  multipart: multipartTarget,
  header: headerTarget,
  pixels: pixelsTarget,
  transaction: transactionTarget,
  assembly: assemblyTarget,
  service: serviceTarget,
} satisfies Record<string, FuzzTarget>;

export type TargetName = keyof typeof targets;
