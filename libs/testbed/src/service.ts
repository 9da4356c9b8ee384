import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ALLOCATOR } from "./allocator.ts";
import { type ChildProgram, startProgram } from "./child-program.ts";
import { freePort } from "./free-port.ts";
import { waitUntil } from "./wait-until.ts";

export const serviceNames = ["stow", "inference", "worklist"] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceOptions {
  /** Where it works and its log goes. */
  readonly folder: string;
  /** What it is told, and all that it is told, beside its ports. */
  readonly environment: Readonly<Record<string, string>>;
  /** Free ones where left out. */
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
  /** The installation whose service is started; this repository where left out. */
  readonly installation?: string | undefined;
  /** What its log is named after; its own name where left out. */
  readonly logName?: string;
  /** Options of its Node, such as --cpu-prof. */
  readonly nodeOptions?: readonly string[] | undefined;
}

/** One of Redspot's services as a process of its own. */
export interface RunningService {
  readonly name: ServiceName;
  readonly url: string;
  /** Where its metrics are. */
  readonly adminUrl: string;
  readonly program: ChildProgram;
  /** Resolves when it can work, or rejects with its last log lines when it has ended. */
  ready(timeoutSeconds?: number): Promise<void>;
}

const repository = join(import.meta.dirname, "..", "..", "..");

/** Where the backbone is kept from run to run. */
export const backboneCache: string = join(repository, ".cache");

/** Starts a service as a process of its own, for this machine. It is not ready yet: see `ready`. */
export async function startService(
  name: ServiceName,
  { folder, environment, installation = repository, logName = name, nodeOptions = [], ...ports }: ServiceOptions,
): Promise<RunningService> {
  const [port, adminPort] = [ports.port ?? (await freePort()), ports.adminPort ?? (await freePort())];
  mkdirSync(folder, { recursive: true });
  const program = await startProgram({
    name: `services/${name}`,
    command: process.execPath,
    args: [...nodeOptions, join(installation, "services", name, "src", "main.ts")],
    // Nothing of the caller's environment: a run is what its options say.
    env: { ...ALLOCATOR, ...environment, REDSPOT_PORT: `${port}`, REDSPOT_ADMIN_PORT: `${adminPort}` },
    cwd: folder,
    logFile: join(folder, `${logName}.log`),
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${url}/health/ready`)).ok;
  return {
    name,
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    program,
    async ready(timeoutSeconds = 60) {
      await waitUntil(isReady, { what: `${name} is ready`, timeoutSeconds, programs: [program] });
    },
  };
}
