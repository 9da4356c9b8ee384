import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { AccessError, credentialsMissing, type RefusalCode, scopeMissing, tokenInvalid } from "./access-error.ts";
import { certificateNames } from "./client-certificates.ts";
import { type Identity, identify, SCOPES, type Scheme, type Scope } from "./identity.ts";
import type { Logger } from "./logger.ts";
import { type Limits, RateLimits } from "./rate-limits.ts";
import type { Transport } from "./transport.ts";

export interface AccessOptions {
  /** How callers are known, in the order in which it is tried; without any, everybody on this machine may do all. */
  schemes: readonly Scheme[];
  limits?: Partial<Limits>;
  /** Where refusals are noted, with the caller's address. */
  logger?: Pick<Logger, "info" | "warn"> | undefined;
  /** Told of credentials that were shown and do not count, or lack a scope: for an audit trail. */
  onRefused?: ((refusal: RefusedCredentials) => void) | undefined;
}

/** Credentials that were refused: for what, from where, and whose they are where they are known. */
export interface RefusedCredentials {
  code: RefusalCode;
  address: string;
  by?: string;
}

interface GuardOptions {
  /** The status of a request that comes too soon; 429 where left out. */
  tooManyStatus?: 429 | 503;
  /** Where else a token may be than in `Authorization`, which comes first. */
  otherToken?: (request: FastifyRequest) => Promise<string | undefined>;
}

const LOCAL: Identity = { name: "local", scopes: new Set(SCOPES) };
const LOOPBACK_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Who may use a service: from a request to an identity, and on to whether it may. */
export class Access {
  readonly schemes: readonly Scheme[];
  readonly #limits: RateLimits;
  readonly #logger: AccessOptions["logger"];
  readonly #onRefused: (refusal: RefusedCredentials) => void;
  readonly #identities = new WeakMap<FastifyRequest, Identity>();
  /** Of a connection, how many of its bytes were counted. */
  readonly #counted = new WeakMap<object, number>();

  constructor({ schemes, limits = {}, logger, onRefused = () => {} }: AccessOptions) {
    this.schemes = schemes;
    this.#limits = new RateLimits(limits);
    this.#logger = logger;
    this.#onRefused = onRefused;
  }

  /** Whether callers can be told apart. Without that a service is for this machine only. */
  get isConfigured(): boolean {
    return this.schemes.length > 0;
  }

  /**
   * Who sends a request, by its client certificate or a bearer token. Throws an AccessError: UNAUTHORIZED, WRONG_HOST,
   * TOO_MANY_FAILURES, ISSUER_AWAY.
   *
   * Without schemes it must have been addressed to this machine by a name of this machine: a page from elsewhere, whose
   * name was made to lead here (DNS rebinding), has another.
   *
   * @param isGuess whether a wrong token counts against the address; not that of a session, which nobody can make up
   */
  async authenticate(
    request: FastifyRequest,
    token: string | undefined,
    { isGuess = true }: { isGuess?: boolean } = {},
  ): Promise<Identity> {
    if (!this.isConfigured) {
      if (LOOPBACK_NAME.test(request.headers.host ?? "")) return LOCAL;
      throw new AccessError("WRONG_HOST");
    }
    const { ip: address, raw } = request;
    const socket = raw.socket as TLSSocket;
    const credentials = { token, certificateNames: socket.encrypted ? certificateNames(socket) : undefined };
    const blockedFor = await this.#limits.blockedFor(address);
    const tooMany = () => new AccessError("TOO_MANY_FAILURES", undefined, { "retry-after": String(blockedFor) });
    try {
      const identity = await identify(this.schemes, credentials);
      if (identity === undefined) {
        throw token === undefined
          ? credentialsMissing(certificateProblem(socket))
          : tokenInvalid("the token is not known");
      }
      // Who was let in from there before is not shut out by whoever else presents wrong credentials from there.
      if (blockedFor > 0 && !(await this.#limits.wasLetIn(address, identity.name))) throw tooMany();
      await this.#limits.letIn(address, identity.name);
      return identity;
    } catch (error) {
      if (!(error instanceof AccessError) || error.code !== "UNAUTHORIZED" || token === undefined) throw error;
      if (isGuess) this.#onRefused({ code: blockedFor > 0 ? "TOO_MANY_FAILURES" : error.code, address });
      if (blockedFor > 0) throw tooMany();
      if (isGuess && (await this.#limits.failure(address))) {
        this.#logger?.warn({ address }, "too many wrong tokens from this address: refused for a minute");
      }
      throw error;
    }
  }

  /** Lets requests pass whose sender has a scope, and is within its limits; others are answered with why not. */
  guard(scope: Scope, { tooManyStatus = 429, otherToken }: GuardOptions = {}): onRequestHookHandler {
    return async (request, reply) => {
      try {
        const token = bearerToken(request);
        const identity =
          token === undefined && otherToken !== undefined
            ? await this.authenticate(request, await otherToken(request), { isGuess: false })
            : await this.authenticate(request, token);
        if (!identity.scopes.has(scope)) {
          this.#onRefused({ code: "FORBIDDEN", address: request.ip, by: identity.name });
          throw scopeMissing(scope);
        }
        this.#identities.set(request, identity);
        const wait = await this.#limits.request(identity.name);
        if (wait > 0) throw new AccessError("TOO_MANY_REQUESTS", undefined, { "retry-after": String(wait) });
        reply.raw.once("close", () => void this.#countBytes(request, identity));
        request.log = request.log.child({ by: identity.name });
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        return this.refuse(request, reply, error, error.statusCode === 429 ? tooManyStatus : error.statusCode);
      }
    };
  }

  /** Who sent a request that a guard has let pass. */
  identityOf(request: FastifyRequest): Identity {
    const identity = this.#identities.get(request);
    if (identity === undefined) throw new Error("no guard has looked at this request");
    return identity;
  }

  /** Answers with why a request may not be, and notes it. */
  refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    error: AccessError,
    status: number = error.statusCode,
  ): FastifyReply {
    const { code, message, headers } = error;
    // What goes on coming from an address that is not looked at would only fill the log.
    if (code !== "TOO_MANY_FAILURES") {
      this.#logger?.info({ status, code, address: request.ip, reason: message }, "request refused");
    }
    return reply.code(status).headers(headers).send({ code, message });
  }

  /** Adds `GET /admin/access`: how the service is protected. */
  addRoutes(app: FastifyInstance, transport: Pick<Transport, "describe">): void {
    app.get("/admin/access", { onRequest: this.guard("admin") }, async (_request, reply) =>
      reply.header("cache-control", "no-store").send({
        schemes: this.schemes.map((scheme) => scheme.describe()),
        transport: transport.describe(),
      }),
    );
  }

  async #countBytes({ raw: { socket } }: FastifyRequest, { name }: Identity): Promise<void> {
    const read = socket.bytesRead;
    const counted = this.#counted.get(socket) ?? 0;
    this.#counted.set(socket, read);
    await this.#limits.bytes(name, read - counted);
  }
}

function bearerToken({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

/** Why a client certificate that was shown does not count, as OpenSSL names it. */
function certificateProblem(socket: TLSSocket): string | undefined {
  if (!socket.encrypted || socket.getPeerCertificate().subject === undefined) return undefined;
  return socket.authorized
    ? "no name in the client certificate is listed"
    : `the client certificate is not accepted (${socket.authorizationError})`;
}
