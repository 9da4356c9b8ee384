import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChildProgram, startProgram } from "./child-program.ts";
import { type StartBy, startByWhatIsThere } from "./docker.ts";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { type ForwardTo, orthancConfiguration, pushScript } from "./orthanc-configuration.ts";
import { retryOnTakenPort } from "./retry-on-taken-port.ts";
import { TestbedError } from "./testbed-error.ts";
import { waitUntil } from "./wait-until.ts";
import { workFolder } from "./work-folder.ts";

export interface OrthancOptions {
  readonly by?: StartBy;
  /** Where it keeps its archive and its index; a temporary folder, removed at `stop`, where left out. */
  readonly folder?: string;
  /** Free ones where left out. */
  readonly httpPort?: number;
  readonly dicomPort?: number;
  readonly aeTitle?: string;
  /** Where it pushes stable studies by STOW-RS; nowhere if left out. */
  readonly forwardTo?: ForwardTo;
  /** Seconds without a new instance after which a study is stable; 1, the smallest there is, where left out. */
  readonly stableSeconds?: number;
  readonly longestPauseSeconds?: number;
  /** The whole environment of the local program; more variables for the container. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunningOrthanc {
  /** http://host:port, Orthanc's own REST interface and its pages. */
  readonly url: string;
  /** Base address of its DICOMweb services, without a slash at the end. */
  readonly dicomWebUrl: string;
  /** Where C-STORE goes. */
  readonly dimse: { readonly host: string; readonly port: number; readonly aeTitle: string };
  /** Whether it has the web viewer, see studyPage. */
  readonly hasWebViewer: boolean;
  /** The local program; undefined in a container. */
  readonly program?: ChildProgram;
  stop(): Promise<void>;
}

/** Starts a real PACS: Orthanc with its DICOMweb plugin, which pushes by itself what becomes stable. */
export async function startOrthanc(options: OrthancOptions = {}): Promise<RunningOrthanc> {
  return startByWhatIsThere(options.by ?? "auto", "Orthanc", {
    container: async () => (await import("./orthanc-container.ts")).startOrthancContainer(options),
    program: () => retryOnTakenPort(options.httpPort === undefined, () => startOrthancProgram(options)),
  });
}

const pluginFolder = "/usr/share/orthanc/plugins";

function plugin(library: string, debianPackage: string): string {
  const path = join(pluginFolder, library);
  if (existsSync(path)) return path;
  throw new TestbedError(
    "MISSING_PROGRAM",
    `Orthanc's plugin ${library} is not installed. On Debian or Ubuntu it is in the package ${debianPackage}; ` +
      `"npm run setup" installs it.`,
  );
}

async function startOrthancProgram(options: OrthancOptions): Promise<RunningOrthanc> {
  const command = findProgram("Orthanc", "orthanc");
  const viewer = join(pluginFolder, "libOrthancWebViewer.so");
  const hasWebViewer = existsSync(viewer);
  const plugins = [
    plugin("libOrthancDicomWeb.so", "orthanc-dicomweb"),
    ...(options.forwardTo ? [plugin("libOrthancPython.so", "orthanc-python")] : []),
    ...(hasWebViewer ? [viewer] : []),
  ];
  const folder = workFolder("orthanc", options.folder);
  const httpPort = options.httpPort ?? (await freePort());
  const dicomPort = options.dicomPort ?? (await freePort());
  const aeTitle = options.aeTitle ?? "ORTHANC";
  // A copy: Python writes what it compiles beside the script.
  const scriptPath = join(folder.path, "push-to-redspot.py");
  copyFileSync(pushScript, scriptPath);
  const configuration = orthancConfiguration({
    folder: folder.path,
    httpPort,
    dicomPort,
    aeTitle,
    stableSeconds: options.stableSeconds ?? 1,
    scriptPath,
    plugins,
    remoteAccess: false,
    ...(options.forwardTo && { forwardTo: options.forwardTo }),
    ...(options.longestPauseSeconds !== undefined && { longestPauseSeconds: options.longestPauseSeconds }),
  });
  const configurationFile = join(folder.path, "orthanc.json");
  // It holds the token.
  writeFileSync(configurationFile, JSON.stringify(configuration, undefined, 2), { mode: 0o600 });
  const program = await startProgram({
    name: "Orthanc",
    command,
    args: [configurationFile],
    cwd: folder.path,
    ...(options.environment && { env: options.environment }),
    logFile: join(folder.path, "orthanc.log"),
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const running: RunningOrthanc = {
    url,
    dicomWebUrl: `${url}/dicom-web`,
    dimse: { host: "127.0.0.1", port: dicomPort, aeTitle },
    hasWebViewer,
    program,
    async stop() {
      await program.stop();
      folder.remove();
    },
  };
  try {
    await waitUntil(() => answersDicomWeb(running.dicomWebUrl), {
      what: "Orthanc answers QIDO-RS",
      timeoutSeconds: 30,
      programs: [program],
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

/** Ready is when a search answers, not when a port opens. */
async function answersDicomWeb(dicomWebUrl: string): Promise<boolean> {
  const response = await fetch(`${dicomWebUrl}/studies?limit=1`, { headers: { Accept: "application/dicom+json" } });
  await response.arrayBuffer();
  return response.ok;
}
