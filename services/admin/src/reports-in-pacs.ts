import { text } from "@redspot/dicom";
import { type DicomWebClient, DicomWebError } from "@redspot/dicomweb";
import type { ReportsInPacs } from "@redspot/recovery";
import { reportUids } from "@redspot/sr";
import type { Ask } from "@redspot/sweep";

/** Asks a PACS by QIDO-RS (PS3.18 10.6) what it holds: one question for each study. */
export function reportsInPacs(client: Pick<DicomWebClient, "searchForInstances">, ask: Ask): ReportsInPacs {
  return {
    async instancesOf(studyInstanceUID) {
      try {
        // Not for the report alone: a PACS without the study has no report either, and is not to get one.
        const found = await ask(() => client.searchForInstances({}, { studyInstanceUID }));
        return found.flatMap((instance) => text(instance, "SOPInstanceUID") ?? []);
      } catch (error) {
        if (error instanceof DicomWebError && !error.retryable) return undefined;
        throw error;
      }
    },
    reportOf: (finding) => reportUids(finding).sopInstanceUID,
  };
}
