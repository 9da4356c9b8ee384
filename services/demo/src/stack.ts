import { join } from "node:path";
import {
  type ChildProgram,
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  type RunningRedspot,
  startOrthanc,
  startRedis,
  startRedspot,
} from "@redspot/testbed";
import type { ConsoleOutput } from "./console-output.ts";
import type { Stops } from "./stops.ts";

export interface StackOptions {
  /** Where everything writes: data folders and logs. */
  readonly folder: string;
  readonly worklistPort: number;
  readonly pacsPort: number;
  readonly token: string;
  /** Folder of a model package; the inference service's own where left out. */
  readonly modelPackage?: string;
}

/** Seconds without a new instance after which a study is analysed: short, so that there is something to see. */
export const SETTLE_SECONDS = 1;

/** Everything that the demo starts. */
export interface Stack {
  readonly redis: RunningRedis;
  readonly orthanc: RunningOrthanc;
  readonly redspot: RunningRedspot;
  /** All of them, to notice when one ends. */
  readonly programs: readonly ChildProgram[];
}

/** Starts Redis, the PACS and the three services, and waits until all of them can work. */
export async function startStack(options: StackOptions, output: ConsoleOutput, stops: Stops): Promise<Stack> {
  const { folder, token } = options;
  const redis = await output.step("Redis, append-only", () =>
    startRedis({ by: "program", folder: join(folder, "redis") }),
  );
  await stops.add(redis.stop);

  const stowPort = await freePort();
  const orthanc = await output.step("PACS: Orthanc with DICOMweb", () =>
    startOrthanc({
      by: "program",
      folder: join(folder, "orthanc"),
      httpPort: options.pacsPort,
      forwardTo: { url: `http://127.0.0.1:${stowPort}`, token },
      longestPauseSeconds: 5,
    }),
  );
  await stops.add(orthanc.stop);

  const redspot = await startRedspot({
    redisUrl: redis.url,
    pacsUrl: orthanc.dicomWebUrl,
    folder: join(folder, "redspot"),
    token,
    ports: { stow: stowPort, worklist: options.worklistPort },
    settleSeconds: SETTLE_SECONDS,
    environment: {
      REDSPOT_VIEWER_URL: `${orthanc.url}/app/explorer.html#study?uuid={OrthancStudy}`,
      ...(options.modelPackage !== undefined && { REDSPOT_MODEL_PACKAGE: options.modelPackage }),
    },
  });
  await stops.add(redspot.stop);
  await output.step("stow: takes studies by STOW-RS", () => redspot.ready("stow"));
  await output.step("worklist: reports and reading list", () => redspot.ready("worklist"));
  // The first time, the network's weights are written as an ONNX graph into the cache.
  await output.step("inference: Inception v3", () => redspot.ready("inference", 300));
  const services = Object.values(redspot.services).map(({ program }) => program);
  const programs = [redis.program, orthanc.program, ...services].filter((program) => program !== undefined);
  return { redis, orthanc, redspot, programs };
}
