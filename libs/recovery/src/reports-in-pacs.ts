import type { Finding } from "@redspot/triage";

/** What the PACS says about reports. */
export interface ReportsInPacs {
  /**
   * The SOP Instance UIDs of all that the PACS holds of a study; undefined where it cannot say. Rejects where it does not
   * answer.
   */
  instancesOf(studyInstanceUID: string): Promise<readonly string[] | undefined>;
  /** The SOP Instance UID that a finding's report has. */
  reportOf(finding: Finding): string;
}
