import type { Spool } from "@redspot/spool";
import { type Finding, findingSchema } from "@redspot/triage";
import { z } from "zod";

/** A report that the PACS has said it holds. */
const reportSchema = z.object({ sopInstanceUID: z.string().regex(/^[0-9.]{1,64}$/), storedAt: z.iso.datetime() });

/** The message about a finding that its receiver has acknowledged. */
const announcementSchema = z.object({
  controlId: z.string().regex(/^[0-9A-Z]{20}$/),
  acknowledgedAt: z.iso.datetime(),
  /** Why there was no report in the PACS by what it said, as a code; absent where it named the report. */
  reportMissing: z.string().max(40).optional(),
});

/** What a receiver was told of a revision: its finding; afterwards, that the report is in the PACS after all. */
type Told = "announced" | "announced-report";

export type Announcement = z.infer<typeof announcementSchema>;
export type StoredReport = z.infer<typeof reportSchema>;

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/**
 * What the spool remembers of each revision of a study: its finding, that its report is in the PACS, and that other systems
 * were told. Redis may lose all of it, and a finding that is made again would be another's moment and perhaps another model's: under the UIDs of the
 * report that was sent, or as a second one.
 */
export class StudyRecords {
  readonly #spool: Pick<Spool, "putRecord" | "readRecord">;

  constructor(spool: Pick<Spool, "putRecord" | "readRecord">) {
    this.#spool = spool;
  }

  /** Records a finding unless its revision has one, and answers with the one that is recorded then. */
  async keepFinding(finding: Finding): Promise<Finding> {
    const bytes = bytesOf(finding);
    const kept = await this.#spool.putRecord(finding.studyInstanceUID, `finding-${finding.revision}`, bytes);
    return kept === bytes ? finding : (parsed(findingSchema, kept) ?? finding);
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

  /** Records that a message about a revision was acknowledged. */
  async keepAnnouncement(
    studyInstanceUID: string,
    revision: number,
    announcement: Announcement,
    told: Told = "announced",
  ): Promise<void> {
    await this.#spool.putRecord(studyInstanceUID, `${told}-${revision}`, bytesOf(announcement));
  }

  /** The message about a revision that was acknowledged. */
  async announcement(
    studyInstanceUID: string,
    revision: number,
    told: Told = "announced",
  ): Promise<Announcement | undefined> {
    return parsed(announcementSchema, await this.#spool.readRecord(studyInstanceUID, `${told}-${revision}`));
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
