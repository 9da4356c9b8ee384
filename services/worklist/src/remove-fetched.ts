import type { FindingStore, ReadingList, StudyJob } from "@redspot/queue";
import type { Spool } from "@redspot/spool";

interface RemovalDependencies {
  list: Pick<ReadingList, "get">;
  findings: Pick<FindingStore, "get">;
  spool: Pick<Spool, "remove">;
}

/**
 * Removes the images of a reported study of the backlog from the spool: they were fetched from the PACS and are there
 * still, and the spool is for what arrives. Those of a study that has arrived of itself since stay as any other's.
 */
export async function removeFetched(
  { studyInstanceUID, revision }: StudyJob,
  { list, findings, spool }: RemovalDependencies,
): Promise<void> {
  if ((await list.get(studyInstanceUID))?.lane !== "backlog") return;
  const finding = await findings.get(studyInstanceUID, revision);
  for (const { sopInstanceUID } of finding?.instances ?? []) await spool.remove(studyInstanceUID, sopInstanceUID);
}
