import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Store } from "./connection.ts";
import { firstWorkitemUid, newUid } from "./workitem-uid.ts";

/** A Lua script that Redis runs whole or not at all: what it reads and writes nobody changes meanwhile. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/** The script of this folder's Lua files, one behind the other. */
export function scriptOf(...files: string[]): Script {
  const source = files.map((file) => readFileSync(new URL(`lua/${file}.lua`, import.meta.url), "utf8")).join("\n");
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}

/** Runs a script with the store's prefix as its first argument. Redis is sent its text only where it does not know it. */
export async function run(store: Store, { source, sha1 }: Script, ...given: (string | number)[]): Promise<unknown> {
  const values = [store.prefix, ...given.map(String)];
  try {
    return await store.redis.evalsha(sha1, 0, ...values);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return store.redis.eval(source, 0, ...values);
  }
}

/** Runs a script about one study, those that begin with `study.lua`. */
export function runOn(
  store: Store,
  script: Script,
  studyInstanceUID: string,
  ...given: (string | number)[]
): Promise<unknown> {
  return run(store, script, studyInstanceUID, firstWorkitemUid(studyInstanceUID), newUid(), ...given);
}
