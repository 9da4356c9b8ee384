import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DicomWebClient } from "@redspot/dicomweb";
import type { PhantomStudy } from "@redspot/phantom";
import { closeStore, connectStore, type Store } from "@redspot/queue";
import {
  type ChildProgram,
  freePort,
  type OrthancOptions,
  type ReadingListLine,
  type RunningOrthanc,
  type RunningRedis,
  type RunningRedspot,
  readReadingList,
  serviceNames,
  startOrthanc,
  startRedis,
  startRedspot,
  storeByDimse,
  waitUntil,
  workFolder,
} from "@redspot/testbed";

/** The token that the PACS pushes with, and that readers and operators have here. */
const TOKEN = "a-token-of-the-installation";

export interface InstallationOptions {
  /** Whether the PACS pushes to Redspot what is stored in it; it does not unless told. */
  pushes?: boolean;
  pacs?: OrthancOptions;
  /** Opens another way to the PACS for the services; gives its address. */
  wayToPacs?: (pacs: RunningOrthanc) => Promise<string>;
  /** For spool and logs; a temporary folder, removed at `stop`, where left out. */
  folder?: string;
  /** Variables of all services. */
  environment?: Record<string, string>;
}

/** A Redspot that runs: a real Redis, a real PACS and the three services, each a process, on this machine. */
export interface Installation {
  readonly folder: string;
  readonly token: string;
  readonly redis: RunningRedis;
  readonly pacs: RunningOrthanc;
  readonly redspot: RunningRedspot;
  /** What the services keep in Redis. */
  readonly store: Store;
  /** The services' processes, as they are now. */
  programs(): ChildProgram[];
  /** A modality stores a study in the PACS (DIMSE C-STORE). */
  storeInPacs(study: PhantomStudy): Promise<void>;
  /** A study is stored in Redspot, as a PACS does it that pushes. */
  push(study: PhantomStudy): Promise<void>;
  list(): Promise<ReadingListLine[]>;
  /** The whole list, once it has so many studies and the report of each is in the PACS. */
  allReported(studies: number, withinSeconds?: number): Promise<ReadingListLine[]>;
  stop(): Promise<void>;
}

/** Starts an installation, and waits until all of it can work. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const folder = workFolder("installation", options.folder);
  const closers: (() => unknown)[] = [folder.remove];
  const stop = async () => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  };
  try {
    const stow = await freePort();
    const [redis, pacs] = await Promise.all([
      startRedis(),
      startOrthanc({
        ...(options.pushes && { forwardTo: { url: `http://127.0.0.1:${stow}`, token: TOKEN }, longestPauseSeconds: 1 }),
        ...options.pacs,
      }),
    ]);
    closers.push(redis.stop, pacs.stop);
    const store = connectStore(redis.url);
    closers.push(() => closeStore(store));
    const redspot = await startRedspot({
      redisUrl: redis.url,
      pacsUrl: (await options.wayToPacs?.(pacs)) ?? pacs.dicomWebUrl,
      folder: folder.path,
      token: TOKEN,
      ports: { stow },
      ...(options.environment && { environment: options.environment }),
    });
    closers.push(redspot.stop);
    for (const name of serviceNames) await redspot.ready(name, 180);
    return {
      ...{ folder: folder.path, token: TOKEN, redis, pacs, redspot, store, stop },
      ...actsOn({ folder: folder.path, pacs, redspot }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What can be done with an installation. */
function actsOn({ folder, pacs, redspot }: Pick<Installation, "folder" | "pacs" | "redspot">) {
  const sent = join(folder, "sent");
  const programs = () => Object.values(redspot.services).map(({ program }) => program);
  const list = () => readReadingList(redspot.services.worklist.url, redspot.token);
  return {
    programs,
    list,
    async storeInPacs({ instances }: PhantomStudy) {
      mkdirSync(sent, { recursive: true });
      const files = instances.map(({ sopInstanceUID, bytes }) => {
        const file = join(sent, `${sopInstanceUID}.dcm`);
        writeFileSync(file, bytes);
        return file;
      });
      await storeByDimse(files, pacs.dimse);
    },
    async push({ instances }: PhantomStudy) {
      const sender = new DicomWebClient({
        url: redspot.services.stow.url,
        authorization: `Bearer ${redspot.token}`,
      });
      assert.deepEqual((await sender.storeInstances(instances.map(({ bytes }) => bytes))).failed, []);
    },
    allReported: (studies: number, withinSeconds = 150) =>
      waitUntil(
        async () => {
          const lines = await list();
          return lines.length === studies && lines.every(({ report }) => report.state === "stored") && lines;
        },
        { what: `${studies} studies have their reports`, timeoutSeconds: withinSeconds, programs: programs() },
      ),
  };
}
