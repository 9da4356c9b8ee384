import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { staticTokenEntry } from "@redspot/runtime";
import { backboneCache, type RunningService, type ServiceName, serviceNames, startService } from "./service.ts";
import { workFolder } from "./work-folder.ts";

/** Environment variables of a service beside those that every run sets. */
type ServiceEnvironment = Readonly<Record<string, string>>;

export interface RedspotOptions {
  readonly redisUrl: string;
  /** Base address of the PACS's DICOMweb services, where reports go. */
  readonly pacsUrl: string;
  /** For spool and logs; a temporary folder, removed at `stop`, where left out. */
  readonly folder?: string;
  /** The installation whose services are started; this repository where left out. */
  readonly installation?: string;
  /** Where the backbone is kept from run to run; the repository's .cache where left out. */
  readonly cacheFolder?: string;
  /** Bearer token that may store, read, work and see the metrics; a random one where left out. */
  readonly token?: string;
  /** Free ones where left out; stow's is needed beforehand, as the PACS is told where to push. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  /** Seconds after its last instance at which a study is analysed; 1 where left out. */
  readonly settleSeconds?: number;
  /** More variables, or other values, for all services. */
  readonly environment?: ServiceEnvironment;
}

export interface RunningRedspot {
  readonly token: string;
  readonly folder: string;
  /** The processes as they are now: `restart` replaces one. */
  readonly services: Readonly<Record<ServiceName, RunningService>>;
  /** Resolves when the service can work, or rejects with its last log lines when it has ended. */
  ready(name: ServiceName, timeoutSeconds?: number): Promise<void>;
  /** Starts a service again that has ended, at its old address. */
  restart(name: ServiceName): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Redspot's three services as separate processes. They are not ready yet: see `ready`. */
export async function startRedspot(options: RedspotOptions): Promise<RunningRedspot> {
  const folder = workFolder("services", options.folder);
  const token = options.token ?? randomBytes(24).toString("hex");
  const environment = {
    REDSPOT_REDIS_URL: options.redisUrl,
    REDSPOT_SPOOL_DIR: join(folder.path, "spool"),
    REDSPOT_CACHE_DIR: options.cacheFolder ?? backboneCache,
    REDSPOT_HOST: "127.0.0.1",
    REDSPOT_TOKENS: staticTokenEntry({ name: "testbed", scopes: ["store", "read", "work", "metrics"] }, token),
    REDSPOT_PACS_URL: options.pacsUrl,
    REDSPOT_SETTLE_SECONDS: `${options.settleSeconds ?? 1}`,
    ...options.environment,
  };
  mkdirSync(environment.REDSPOT_SPOOL_DIR, { recursive: true });

  const shared = { folder: folder.path, environment, installation: options.installation };
  const services = {} as Record<ServiceName, RunningService>;
  const running: RunningRedspot = {
    token,
    folder: folder.path,
    services,
    ready: (name, timeoutSeconds) => services[name].ready(timeoutSeconds),
    async restart(name) {
      await services[name].program.stop();
      const { url, adminUrl } = services[name];
      const [port, adminPort] = [url, adminUrl].map((one) => Number(new URL(one).port)) as [number, number];
      services[name] = await startService(name, { ...shared, port, adminPort });
    },
    async stop() {
      // Those that take work first: what they have taken can still be finished by the others.
      for (const name of serviceNames) await services[name]?.program.stop();
      folder.remove();
    },
  };
  try {
    for (const name of serviceNames) {
      services[name] = await startService(name, { ...shared, port: options.ports?.[name] });
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}
