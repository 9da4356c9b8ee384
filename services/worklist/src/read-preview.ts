import { type Spool, SpoolError } from "@redspot/spool";
import { type Greymap, readGreymap } from "./greymap.ts";

/** What the network saw of an instance; undefined where the spool no longer has it. */
export async function readPreview(
  spool: Pick<Spool, "readPreview">,
  studyInstanceUID: string,
  sopInstanceUID: string,
): Promise<Greymap | undefined> {
  try {
    return readGreymap(await spool.readPreview(studyInstanceUID, sopInstanceUID));
  } catch (error) {
    if (error instanceof SpoolError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
