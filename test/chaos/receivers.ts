import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "@redspot/testbed";
import { AuditView } from "./audit-view.ts";
import type { Receiver } from "./plan.ts";
import { Repository } from "./repository.ts";
import { Ris, type RisBehaviour } from "./ris.ts";

interface ReceiversOptions {
  /** Where certificates lie. */
  readonly folder: string;
  /** Where the audit trail's file lies. */
  readonly auditFolder: string;
  /** The port at which a receiver is reached that listens at another. */
  readonly through: (link: "worklist-ris" | "worklist-repository", port: number) => Promise<number>;
}

/** Who is told of what happens: a RIS, and where the audit trail goes, which is a file and a repository. */
export class Receivers {
  readonly ris: Ris;
  readonly audit: AuditView;
  /** Where audit messages go that go to a file. */
  readonly toFile: Readonly<Record<string, string>>;
  readonly #repository: Repository;
  readonly #toRepository: Readonly<Record<string, string>>;
  readonly #toRis: Readonly<Record<string, string>>;

  private constructor(ris: Ris, repository: Repository, file: string, ports: { ris: number; repository: number }) {
    this.ris = ris;
    this.#repository = repository;
    this.audit = new AuditView(file, repository);
    this.toFile = { REDSPOT_AUDIT_TO: pathToFileURL(file).href };
    this.#toRepository = {
      ...repository.environment,
      REDSPOT_AUDIT_TO: `syslog-tls://127.0.0.1:${ports.repository}`,
    };
    this.#toRis = { REDSPOT_HL7_URL: `mllp://127.0.0.1:${ports.ris}`, REDSPOT_HL7_ANSWER_SECONDS: "5" };
  }

  static async start({ folder, auditFolder, through }: ReceiversOptions): Promise<Receivers> {
    const ris = await Ris.start(await freePort());
    const repository = await Repository.start(await freePort(), folder);
    return new Receivers(ris, repository, join(auditFolder, "audit.jsonl"), {
      ris: await through("worklist-ris", ris.port),
      repository: await through("worklist-repository", repository.port),
    });
  }

  /** What the services of a replica are told of them: the audit trail of every other replica goes to the repository. */
  environmentOf(replica: number): Record<string, string> {
    return { ...(replica % 2 === 0 ? this.toFile : this.#toRepository), ...this.#toRis };
  }

  /** How one behaves from now on; as it should where left out. */
  async behave(receiver: Receiver, behaviour?: RisBehaviour): Promise<void> {
    if (receiver === "ris") await this.ris.behave(behaviour);
    else if (behaviour === undefined) await this.#repository.come();
    else await this.#repository.leave();
  }

  async stop(): Promise<void> {
    await this.ris.stop();
    await this.#repository.leave();
  }
}
