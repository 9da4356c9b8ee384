import { type DataSet, text } from "@redspot/dicom";
import type { Backlog } from "@redspot/queue";
import type { PacsStudies, Standing } from "@redspot/sweep";

/** How a study stands: with the PACS, or because it is Redspot's business already, or nobody asked for it. */
type Found = Standing | "known" | "not-asked-for";

interface Look {
  pacs: Pick<PacsStudies, "studiesOf" | "standingOf">;
  backlog: Pick<Backlog, "among">;
  /** Accession numbers and Study Instance UIDs to which the sweep is confined. */
  only?: ReadonlySet<string> | undefined;
}

/**
 * Looks through one day, YYYYMMDD, of the PACS: how many of its studies stand how, and the studies themselves that stand in
 * one of the wanted ways. Those that the sweep has queued before are wanted again: nothing else tells that they were.
 */
export async function lookThrough(
  day: string,
  wanted: ReadonlySet<string>,
  { pacs, backlog, only }: Look,
): Promise<{ found: Record<string, number>; studies: string[] }> {
  const inPacs = await pacs.studiesOf(day);
  const { queued, known } = await backlog.among(inPacs.map(uidOf));
  const found: Partial<Record<Found, number>> = {};
  const studies: string[] = [];
  for (const study of inPacs) {
    const uid = uidOf(study);
    const standing = await standingOf();
    found[standing] = (found[standing] ?? 0) + 1;
    if (wanted.has(standing)) studies.push(uid);

    async function standingOf(): Promise<Found> {
      if (only && !only.has(uid) && !only.has(text(study, "AccessionNumber") ?? "")) return "not-asked-for";
      if (queued.has(uid)) return "unreported";
      return known.has(uid) ? "known" : pacs.standingOf(study);
    }
  }
  return { found, studies };
}

const uidOf = (study: DataSet): string => text(study, "StudyInstanceUID")!;
