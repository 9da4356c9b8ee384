/**
 * A planted bug, loaded before a service's own code (node --import): an instance is removed from the spool a while after
 * it was put there, whether or not anybody has read it.
 */
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** Longer than a sender waits for its answer; shorter than a study takes to be settled, analysed and reported. */
const KEPT_MS = 500;

const link = fs.link;
fs.link = async (existing, path) => {
  await link(existing, path);
  setTimeout(() => void fs.rm(path, { force: true }), KEPT_MS);
};
syncBuiltinESMExports();
