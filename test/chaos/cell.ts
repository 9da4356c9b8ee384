import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type ChildProgram,
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  type RunningRedspot,
  startOrthanc,
  startProgram,
  startRedis,
  startRedspot,
} from "@redspot/testbed";
import { type LinkName, SERVICES, type Victim } from "./plan.ts";
import { AppendOnlyFile, loseUnsynced } from "./power-cut.ts";
import { Receivers } from "./receivers.ts";
import { SmallDisk } from "./small-disk.ts";
import { startToxicProxy, type ToxicProxy } from "./toxic-proxy.ts";

export interface CellOptions {
  /** Where everything of it lies. */
  readonly folder: string;
  readonly seed: number;
  /** How many there are of each service. */
  readonly replicas: number;
  /** How large the spool's file system is; the spool lies in the folder where left out, or where none can be mounted. */
  readonly spoolMiB?: number;
  /** Variables of all services beside those of the cell. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Modules that are loaded before the services' own code, as URLs. */
  readonly preload?: readonly string[];
  /** Whether the connections go through proxies; they do unless told. */
  readonly proxied?: boolean;
  /** Whether findings are announced to a RIS and acts audited; they are unless told. */
  readonly tellsOthers?: boolean;
  /** Told of every process that ended without being told to. */
  readonly onCrash?: (name: string, how: string) => void;
}

const ADDRESS = "127.0.0.1";
const ADMIN = join(import.meta.dirname, "..", "..", "services", "admin", "src", "main.ts");
const here = (file: string, query: string) => `${pathToFileURL(join(import.meta.dirname, file)).href}?${query}`;

/** A hospital's Redspot in small: Redis, a PACS, several of each service, and a connection between any two that can break. */
export class Cell {
  readonly token = "a-token-of-the-chaos";
  readonly #options: CellOptions;
  readonly #disk: SmallDisk;
  readonly #appendOnlyFile: AppendOnlyFile;
  readonly #proxies: Record<LinkName, ToxicProxy[]> = {
    "senders-stow": [],
    "services-redis": [],
    "services-orthanc": [],
    "worklist-ris": [],
    "worklist-repository": [],
  };
  readonly #replicas: RunningRedspot[] = [];
  /** Programs whose end is the harness's doing. */
  readonly #told = new WeakSet<ChildProgram>();
  #redis!: RunningRedis;
  #orthanc!: RunningOrthanc;
  #appendFsync: "always" | "everysec" = "always";
  readonly redisPort: number;
  readonly #pacsPorts: { http: number; dicom: number };
  /** Who is told of what happens; undefined where nobody is. */
  told: Receivers | undefined;
  /** When Redis was killed that did not sync what it had answered, in milliseconds since 1970. */
  readonly forgotAt: number[] = [];
  #closing = false;

  private constructor(options: CellOptions, ports: [number, number, number]) {
    this.#options = options;
    this.redisPort = ports[0];
    this.#pacsPorts = { http: ports[1], dicom: ports[2] };
    this.#disk = SmallDisk.at(join(options.folder, "disk"), options.spoolMiB);
    this.#appendOnlyFile = new AppendOnlyFile(join(options.folder, "redis"));
  }

  static async start(options: CellOptions): Promise<Cell> {
    mkdirSync(options.folder, { recursive: true });
    const cell = new Cell(options, [await freePort(), await freePort(), await freePort()]);
    try {
      await cell.#start();
    } catch (error) {
      await cell.stop();
      throw error;
    }
    return cell;
  }

  async #start(): Promise<void> {
    await Promise.all([this.#startRedis(), this.#startOrthanc()]);
    const { replicas } = this.#options;
    const redisUrl = `redis://${ADDRESS}:${await this.#through("services-redis", this.redisPort)}`;
    const pacsUrl = `http://${ADDRESS}:${await this.#through("services-orthanc", this.#pacsPorts.http)}/dicom-web`;
    if (this.#options.tellsOthers !== false) {
      mkdirSync(this.#auditFolder, { recursive: true });
      this.told = await Receivers.start({
        ...{ folder: this.#options.folder, auditFolder: this.#auditFolder },
        through: (link, port) => this.#through(link, port),
      });
    }
    for (let replica = 0; replica < replicas; replica += 1) {
      this.setClock(replica, 0);
      const port = await freePort();
      // With one replica, which of both it is depends on the seed.
      const environment = this.told?.environmentOf(replica + this.#options.seed) ?? {};
      const replicaOptions = { redisUrl, pacsUrl, port, environment };
      this.#replicas.push(await this.#startReplica(replica, replicaOptions));
      await this.#through("senders-stow", port);
    }
    for (const redspot of this.#replicas) for (const name of SERVICES) await redspot.ready(name, 180);
    for (const redspot of this.#replicas) for (const name of SERVICES) this.#guard(redspot, name);
  }

  /** The port at which a service is reached: that of a proxy, where there are any. */
  async #through(link: LinkName, port: number): Promise<number> {
    if (this.#options.proxied === false) return port;
    const proxies = this.#proxies[link];
    const name = `${link} ${proxies.length + 1}`;
    const proxy = await startToxicProxy({ target: { host: ADDRESS, port }, seed: this.#options.seed, name });
    proxies.push(proxy);
    return proxy.port;
  }

  #startReplica(
    replica: number,
    at: { redisUrl: string; pacsUrl: string; port: number; environment: Record<string, string> },
  ): Promise<RunningRedspot> {
    const imports = [
      here("sync-journal.ts", `journal=${this.#journal}`),
      here("shifted-clock.ts", `offset=${this.#clockFile(replica)}`),
      ...(this.#options.preload ?? []),
    ];
    return startRedspot({
      redisUrl: at.redisUrl,
      pacsUrl: at.pacsUrl,
      folder: join(this.#options.folder, `replica-${replica + 1}`),
      token: this.token,
      ports: { stow: at.port },
      environment: {
        REDSPOT_SPOOL_DIR: this.spoolFolder,
        REDSPOT_SPOOL_RESERVE_MIB: "4",
        // Soon enough that a long run sees it happen.
        REDSPOT_KEEP_IMAGES_HOURS: "0.1",
        REDSPOT_RECONCILE_MINUTES: "1",
        REDSPOT_ENGINE_THREADS: "1",
        REDSPOT_PREPARATION_THREADS: "1",
        ...at.environment,
        NODE_OPTIONS: imports.map((url) => `--import=${url}`).join(" "),
        ...this.#options.environment,
      },
    });
  }

  async #startRedis(): Promise<void> {
    const folder = join(this.#options.folder, "redis");
    this.#redis = await startRedis({
      by: "program",
      folder,
      port: this.redisPort,
      appendFsync: this.#appendFsync,
    });
    this.#guardProgram(this.#redis.program!, () => this.#startRedis());
  }

  async #startOrthanc(): Promise<void> {
    this.#orthanc = await startOrthanc({
      by: "program",
      folder: join(this.#options.folder, "orthanc"),
      httpPort: this.#pacsPorts.http,
      dicomPort: this.#pacsPorts.dicom,
    });
    this.#guardProgram(this.#orthanc.program!, () => this.#startOrthanc());
  }

  /** As a supervisor does: what ends without being told to is started again. */
  #guardProgram(program: ChildProgram, startAgain: () => Promise<unknown>): void {
    void program.ended.then(async ({ code, signal }) => {
      if (this.#told.has(program) || this.#closing) return;
      this.#options.onCrash?.(program.name, signal ?? `status ${code}: ${program.tail(3)}`);
      await startAgain().catch((error: Error) => this.#options.onCrash?.(program.name, error.message));
    });
  }

  #guard(redspot: RunningRedspot, name: (typeof SERVICES)[number]): void {
    this.#guardProgram(redspot.services[name].program, async () => {
      await redspot.restart(name);
      this.#guard(redspot, name);
    });
  }

  get spoolFolder(): string {
    return join(this.#disk.folder, "spool");
  }

  get folder(): string {
    return this.#options.folder;
  }

  get replicas(): number {
    return this.#options.replicas;
  }

  /** Why the disk cannot be made full; undefined where it can. */
  get whyNoSmallDisk(): string | undefined {
    return this.#disk.problem;
  }

  /** Where senders send, one address a replica. */
  get stowUrls(): string[] {
    return this.#replicas.map(({ services }, replica) => {
      const port = this.#proxies["senders-stow"][replica]?.port;
      return port === undefined ? services.stow.url : `http://${ADDRESS}:${port}`;
    });
  }

  /** The PACS as the checker sees it, whatever the services see. */
  get pacsUrl(): string {
    return this.#orthanc.dicomWebUrl;
  }

  get worklistUrl(): string {
    return this.#replicas[0]!.services.worklist.url;
  }

  /** All processes that run now, for what is measured of them. */
  get programs(): { name: string; program: ChildProgram }[] {
    const services = this.#replicas.flatMap(({ services }, replica) =>
      SERVICES.map((name) => ({ name: `${name} ${replica + 1}`, program: services[name].program })),
    );
    return [
      ...services,
      { name: "redis", program: this.#redis.program! },
      { name: "orthanc", program: this.#orthanc.program! },
    ];
  }

  /** The log of a service, whatever process writes it. */
  logFile(replica: number, name: (typeof SERVICES)[number]): string {
    return this.#replicas[replica]!.services[name].program.logFile;
  }

  /** Changes how Redis makes its log durable, now and after every start. */
  async setAppendFsync(appendFsync: "always" | "everysec"): Promise<void> {
    if (appendFsync === this.#appendFsync) return;
    this.#appendFsync = appendFsync;
    await this.stopProgram("redis", 0, "SIGTERM");
    await this.startProgram("redis", 0);
  }

  setClock(replica: number, offsetMs: number): void {
    writeFileSync(this.#clockFile(replica), String(offsetMs));
  }

  poison(link: LinkName, toxic: Parameters<ToxicProxy["poison"]>[0]): () => void {
    const heal = this.#proxies[link].map((proxy) => proxy.poison(toxic));
    return () => {
      for (const one of heal) one();
    };
  }

  /** What an operator does about messages that the RIS refused, once it is mended; answers with how many there were. */
  async retryRefused(): Promise<number> {
    const program = await startProgram({
      name: "services/admin",
      command: process.execPath,
      args: [ADMIN, "dead-letters", "retry", "--all", "--queue", "announce", "--rate", "50"],
      env: {
        REDSPOT_REDIS_URL: `redis://${ADDRESS}:${this.redisPort}`,
        ...this.told?.toFile,
      },
      cwd: this.#options.folder,
      logFile: join(this.#options.folder, "admin.log"),
    });
    const { code } = await program.ended;
    if (code !== 0) throw new Error(`dead letters could not be retried: ${program.tail(3)}`);
    return Number(/: (\d+) of \d+\s*$/.exec(program.tail(1))?.[1]);
  }

  fillDisk(): void {
    this.#disk.fill();
  }

  clearDisk(): void {
    this.#disk.clear();
  }

  programOf(victim: Victim, replica: number): ChildProgram {
    if (victim === "redis") return this.#redis.program!;
    if (victim === "orthanc") return this.#orthanc.program!;
    return this.#replicas[replica]!.services[victim].program;
  }

  /** Ends a program; resolves when it has ended. One that does not heed SIGTERM is killed. */
  async stopProgram(victim: Victim, replica: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const program = this.programOf(victim, replica);
    this.#told.add(program);
    if (signal === "SIGTERM") await program.stop();
    else if (program.exit === undefined) {
      program.kill("SIGKILL");
      await program.ended;
      // The kernel has what Redis wrote, but with everysec Redis does not write while its last fsync is under way.
      if (victim === "redis" && this.#appendFsync === "everysec") this.forgotAt.push(Date.now());
    }
  }

  /** Starts it again, where it was. */
  async startProgram(victim: Victim, replica: number): Promise<void> {
    if (victim === "redis") await this.#startRedis();
    else if (victim === "orthanc") await this.#startOrthanc();
    else {
      const redspot = this.#replicas[replica]!;
      this.#told.add(redspot.services[victim].program);
      await redspot.restart(victim);
      this.#guard(redspot, victim);
    }
  }

  /** Everything of Redspot and Redis dies at once; the PACS has power of its own. What no fsync reached is gone. */
  async cutPower(): Promise<{ filesLost: number; redisBytesLost: number }> {
    const victims: [Victim, number][] = [
      ["redis", 0],
      ...SERVICES.flatMap((name) => this.#replicas.map((_, replica): [Victim, number] => [name, replica])),
    ];
    await Promise.all(victims.map(([victim, replica]) => this.stopProgram(victim, replica, "SIGKILL")));
    this.told?.audit.readAnew();
    const folders = [this.spoolFolder, ...(this.told ? [this.#auditFolder] : [])];
    return {
      filesLost: folders.reduce((sum, folder) => sum + loseUnsynced(folder, this.#journal), 0),
      redisBytesLost: this.#appendFsync === "everysec" ? this.#appendOnlyFile.loseUnsynced() : 0,
    };
  }

  async restorePower(): Promise<void> {
    await this.startProgram("redis", 0);
    for (let replica = 0; replica < this.#replicas.length; replica += 1) {
      for (const name of SERVICES) await this.startProgram(name, replica);
    }
  }

  async ready(): Promise<void> {
    for (const redspot of this.#replicas) for (const name of SERVICES) await redspot.ready(name, 120);
  }

  async stop(): Promise<void> {
    this.#closing = true;
    this.#appendOnlyFile.stop();
    await Promise.all(this.#replicas.map((redspot) => redspot.stop()));
    await Promise.all(
      Object.values(this.#proxies)
        .flat()
        .map((proxy) => proxy.close()),
    );
    await this.told?.stop();
    await this.#orthanc?.stop();
    await this.#redis?.stop();
    this.#disk.remove();
  }

  /** On the disk that can be full, as it is the same machine's. */
  get #auditFolder(): string {
    return join(this.#disk.folder, "audit");
  }

  get #journal(): string {
    return join(this.#options.folder, "synced.jsonl");
  }

  #clockFile(replica: number): string {
    return join(this.#options.folder, `clock-${replica + 1}`);
  }
}
