import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CertificateAndKey,
  type CertificateAuthority,
  certificateAuthority,
  type SyslogReceiver,
  startSyslogReceiver,
} from "@redspot/testbed";

/** An Audit Record Repository by syslog over TLS, which may be away. */
export class Repository {
  readonly port: number;
  /** Files for who sends to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #authority: CertificateAuthority;
  readonly #own: CertificateAndKey;
  #receiver: SyslogReceiver | undefined;
  #kept: string[] = [];

  private constructor(
    port: number,
    environment: Record<string, string>,
    authority: CertificateAuthority,
    own: CertificateAndKey,
  ) {
    this.port = port;
    this.environment = environment;
    this.#authority = authority;
    this.#own = own;
  }

  static async start(port: number, folder: string): Promise<Repository> {
    const authority = await certificateAuthority("chaos");
    const [own, client] = await Promise.all([
      authority.issue({ commonName: "repository", names: [{ type: "ip", value: "127.0.0.1" }] }),
      authority.issue({ commonName: "redspot" }),
    ]);
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const environment = {
      REDSPOT_AUDIT_CA: file("audit-ca.pem", authority.certificate),
      REDSPOT_AUDIT_CERTIFICATE: file("audit-certificate.pem", client.certificate),
      REDSPOT_AUDIT_KEY: file("audit-key.pem", client.key),
    };
    const repository = new Repository(port, environment, authority, own);
    await repository.come();
    return repository;
  }

  async come(): Promise<void> {
    const { certificate: cert, key } = this.#own;
    this.#receiver ??= await startSyslogReceiver({ cert, key, ca: this.#authority.certificate }, this.port);
  }

  async leave(): Promise<void> {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    await receiver?.close();
    this.#kept.push(...(receiver?.messages ?? []));
  }

  /** The messages that have come whole since it was last asked. */
  take(): string[] {
    const taken = [...this.#kept, ...(this.#receiver?.messages.splice(0) ?? [])];
    this.#kept = [];
    return taken;
  }
}
