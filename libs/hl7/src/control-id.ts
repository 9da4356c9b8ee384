import { createHash } from "node:crypto";
import type { Finding } from "@redspot/triage";

/** As many characters as MSH-10 has (HL7 2.5.1, 2.14.9.10). */
const LENGTH = 20;

/**
 * MSH-10 of a finding's message, whenever and however often it is made: a receiver knows one that comes again by it. It
 * depends on study, revision and model package, as the report's UID does; base 36, of 103 bits of a SHA-256. The message that
 * a report is in the PACS after all has one of its own.
 */
export function controlIdOf(
  { studyInstanceUID, revision, model }: Finding,
  what: "announcement" | "report" = "announcement",
): string {
  const names = JSON.stringify([what, studyInstanceUID, revision, model.packageHash]);
  const digest = createHash("sha256").update(names).digest("hex");
  return BigInt(`0x${digest}`).toString(36).toUpperCase().padStart(LENGTH, "0").slice(-LENGTH);
}
