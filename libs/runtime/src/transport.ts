import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerOptions } from "node:https";
import { createSecureContext, Server } from "node:tls";
import { ConfigError } from "./config.ts";
import type { Logger } from "./logger.ts";

export interface TransportOptions {
  /** Files with the service's own certificate, its issuers after it, and its key, in PEM. */
  tls?: { certificate: string; key: string; clientCA?: string | undefined } | undefined;
  /** Addresses or networks of proxies whose X-Forwarded fields are believed. */
  trustedProxies: readonly string[];
  logger?: Pick<Logger, "info" | "warn"> | undefined;
}

/**
 * PS3.15 B.12 "BCP 195 RFC 8996, 9325 TLS Secure Transport Connection Profile": TLS 1.2 or later, 1.3 preferred, and of
 * 1.2 only the suites that RFC 9325 4.2 recommends, with forward secrecy and authenticated encryption.
 */
const BCP_195: ServerOptions = {
  minVersion: "TLSv1.2",
  ciphers: [
    "TLS_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ].join(":"),
  honorCipherOrder: true,
};

/** How often the files are looked at. */
const LOOK_EVERY_MS = 30_000;

type Files = { cert: string; key: string; ca?: string };

/** How requests reach a service: by TLS of its own, by a proxy that does TLS for it, or in clear. */
export class Transport {
  readonly #options: TransportOptions;
  #files: Files | undefined;
  #until: Date | undefined;
  /** Which files a server has: several can be followed. */
  readonly #filesOf = new WeakMap<object, Files>();

  /** Without TLS and without proxies. */
  static readonly clear = new Transport({ trustedProxies: [] });

  private constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Reads the files. Throws a ConfigError where one cannot be read, or where certificate and key do not fit. */
  static async open(options: TransportOptions): Promise<Transport> {
    const transport = new Transport(options);
    try {
      await transport.#read();
    } catch (error) {
      throw new ConfigError(
        `REDSPOT_TLS_CERTIFICATE, REDSPOT_TLS_KEY or REDSPOT_TLS_CLIENT_CA: ${(error as Error).message}`,
      );
    }
    return transport;
  }

  /** Whether requests come over TLS, as far as this service can know. */
  get isProtected(): boolean {
    return this.#files !== undefined || this.#options.trustedProxies.length > 0;
  }

  /** What to give to `fastify()`. A client certificate is asked for, not demanded: health checks come without one. */
  get serverOptions(): { https?: ServerOptions; trustProxy?: string[] } {
    const { trustedProxies, tls } = this.#options;
    const clients = tls?.clientCA === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
    return {
      ...(this.#files && { https: { ...BCP_195, ...clients, ...this.#files } }),
      ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    };
  }

  describe(): Record<string, unknown> {
    const { tls, trustedProxies } = this.#options;
    return {
      tls:
        this.#until === undefined
          ? null
          : { notAfter: this.#until.toISOString(), clientCertificates: tls?.clientCA !== undefined },
      trustedProxies,
    };
  }

  /**
   * Reads the files again and, where they have changed, lets a server take them: new connections get the new
   * certificate, those that are open go on. Files that do not fit each other are left for the next time: somebody is
   * writing them.
   */
  async renew(server: object): Promise<void> {
    if (!(server instanceof Server)) return;
    try {
      const hasChanged = await this.#read();
      if (this.#files === undefined || (!hasChanged && this.#filesOf.get(server) === this.#files)) return;
      server.setSecureContext({ ...BCP_195, ...this.#files });
      this.#filesOf.set(server, this.#files);
      this.#options.logger?.info({ notAfter: this.#until }, "the TLS certificate was renewed");
    } catch (error) {
      this.#options.logger?.warn({ err: error }, "the TLS certificate's files have changed and cannot be used");
    }
  }

  /** Renews for as long as the server is open. */
  follow(server: object & { once(event: "close", listener: () => void): unknown }): void {
    if (this.#files === undefined) return;
    this.#filesOf.set(server, this.#files);
    const timer = setInterval(() => void this.renew(server), LOOK_EVERY_MS).unref();
    server.once("close", () => clearInterval(timer));
  }

  /** Reads the files; whether they are others than before. */
  async #read(): Promise<boolean> {
    const { tls, logger } = this.#options;
    if (tls === undefined) return false;
    const [cert, key, ca] = await Promise.all([
      readFile(tls.certificate, "utf8"),
      readFile(tls.key, "utf8"),
      tls.clientCA === undefined ? undefined : readFile(tls.clientCA, "utf8"),
    ]);
    const files = { cert, key, ...(ca !== undefined && { ca }) };
    if (JSON.stringify(files) === JSON.stringify(this.#files)) return false;
    createSecureContext(files);
    this.#files = files;
    this.#until = new Date(new X509Certificate(cert).validTo);
    if (this.#until.getTime() < Date.now()) logger?.warn({ notAfter: this.#until }, "the TLS certificate has expired");
    return true;
  }
}
