import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isUid } from "@redspot/dicom";
import { INSTANCE, type Layout, RECORD } from "./layout.ts";
import type { SpooledStudy, StudiesWatch } from "./spool.ts";
import { onFileSystem, systemCode } from "./spool-error.ts";

/** Folders that are looked into at the same time: enough to hide a network's latency, few enough to leave room for others. */
const AT_ONCE = 16;

/** Every study of the spool, by one look into each folder. A folder that goes while it is looked for is passed over. */
export async function* studyFolders(
  layout: Layout,
  { onStray = () => {}, onProgress = () => {} }: StudiesWatch,
): AsyncGenerator<SpooledStudy> {
  const fans = (await entriesOf(layout.instances)).sort();
  for (const [done, fan] of fans.entries()) {
    onProgress(done, fans.length);
    if (!/^[0-9a-f]{2}$/.test(fan)) {
      onStray(join("instances", fan));
      continue;
    }
    const names = await entriesOf(join(layout.instances, fan));
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const batch = names.slice(at, at + AT_ONCE);
      yield* (await Promise.all(batch.map((name) => studyIn(layout, fan, name, onStray)))).filter(
        (study) => study !== undefined,
      );
    }
  }
  onProgress(fans.length, fans.length);
}

async function studyIn(
  layout: Layout,
  fan: string,
  name: string,
  onStray: (path: string) => void,
): Promise<SpooledStudy | undefined> {
  const path = join("instances", fan, name);
  // By its name alone a study is found again: one that lies in another's place would never be.
  if (!isUid(name) || layout.studyFolder(name) !== join(layout.root, path)) {
    onStray(path);
    return undefined;
  }
  const study: SpooledStudy = { studyInstanceUID: name, sopInstanceUIDs: [], records: [] };
  for (const file of await entriesOf(join(layout.root, path))) {
    const stem = file.slice(0, file.lastIndexOf("."));
    if (file.endsWith(INSTANCE) && isUid(stem)) study.sopInstanceUIDs.push(stem);
    else if (file.endsWith(RECORD)) study.records.push(stem);
    else onStray(join(path, file));
  }
  return study;
}

/** The names in a folder; none where it is gone or no folder. */
function entriesOf(folder: string): Promise<string[]> {
  return onFileSystem("looking through the spool", async () => {
    try {
      return await readdir(folder);
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw error;
    }
  });
}
