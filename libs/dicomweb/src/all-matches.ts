import { type DataSet, text } from "@redspot/dicom";

export interface PageOptions {
  /** The attribute by which one match is told from another, such as StudyInstanceUID. */
  readonly by: string;
  /** Matches asked for at a time. */
  readonly pageSize?: number;
}

/**
 * All matches of a search, a page after the other by `limit` and `offset` (PS3.18 8.3.4.4). A server may give fewer than
 * asked for (8.3.4.4.1), so only an empty page is the end; and one that knows no `offset` gives the same again, which is
 * the end too.
 */
export async function allMatches(
  search: (page: { limit: number; offset: number }) => Promise<DataSet[]>,
  { by, pageSize = 100 }: PageOptions,
): Promise<DataSet[]> {
  const found = new Map<string, DataSet>();
  let offset = 0;
  for (;;) {
    const page = await search({ limit: pageSize, offset });
    const before = found.size;
    for (const match of page) {
      const uid = text(match, by);
      if (uid !== undefined && !found.has(uid)) found.set(uid, match);
    }
    if (found.size === before) return [...found.values()];
    offset += page.length;
  }
}
