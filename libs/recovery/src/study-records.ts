import type { Spool } from "@redspot/spool";
import { type Finding, findingSchema } from "@redspot/triage";
import { z } from "zod";

/** A report that the PACS has said it holds. */
const reportSchema = z.object({ sopInstanceUID: z.string().regex(/^[0-9.]{1,64}$/), storedAt: z.iso.datetime() });

export type StoredReport = z.infer<typeof reportSchema>;

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/**
 * What the spool remembers of each revision of a study: its finding, and that its report is in the PACS. Redis may lose
 * both, and a finding that is made again would be another's moment and perhaps another model's: under the UIDs of the
 * report that was sent, or as a second one.
 */
export class StudyRecords {
  readonly #spool: Pick<Spool, "putRecord" | "readRecord">;

  constructor(spool: Pick<Spool, "putRecord" | "readRecord">) {
    this.#spool = spool;
  }

  /** Records a finding unless its revision has one, and answers with the one that is recorded then. */
  async keepFinding(finding: Finding): Promise<Finding> {
    const kept = await this.#spool.putRecord(finding.studyInstanceUID, `finding-${finding.revision}`, bytesOf(finding));
    return parsed(findingSchema, kept) ?? finding;
  }

  async finding(studyInstanceUID: string, revision: number): Promise<Finding | undefined> {
    return parsed(findingSchema, await this.#spool.readRecord(studyInstanceUID, `finding-${revision}`));
  }

  /** Records that the PACS holds the report of a revision. */
  async keepReport(studyInstanceUID: string, revision: number, report: StoredReport): Promise<void> {
    await this.#spool.putRecord(studyInstanceUID, `report-${revision}`, bytesOf(report));
  }

  async report(studyInstanceUID: string, revision: number): Promise<StoredReport | undefined> {
    return parsed(reportSchema, await this.#spool.readRecord(studyInstanceUID, `report-${revision}`));
  }
}

/** A record that cannot be read is as good as none. */
function parsed<T>(schema: z.ZodType<T>, bytes: Uint8Array | undefined): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}
