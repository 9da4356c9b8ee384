import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";

const folder = getCompileCacheDir();

/**
 * Has a Node that is started from here find its modules compiled, where this one does (NODE_COMPILE_CACHE, as `npm test` sets it): a service
 * then starts in half the processor's time. Below that folder Node has one for each of its versions.
 */
export const COMPILED: Readonly<Record<string, string>> =
  folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
