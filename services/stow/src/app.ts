import type { IncomingMessage, ServerResponse } from "node:http";
import { writeNativeDicomModel } from "@redspot/dicom";
import { type StoreResponse, storeResponse } from "@redspot/dicomweb";
import type { AuditTrail } from "@redspot/queue";
import { type Access, addHealthRoutes, type Logger, type ReadinessChecks, type Transport } from "@redspot/runtime";
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from "fastify";
import { auditedReceipts } from "./audited-receipts.ts";
import { answerBrokenRequest, MOST_HEADER_FIELDS } from "./broken-request.ts";
import { describeCapabilities } from "./capabilities.ts";
import { allowOrigins } from "./cross-origin.ts";
import type { Door } from "./door.ts";
import { REQUEST_FAILURES, RequestFailure, type RequestFailureCode } from "./failures.ts";
import { countTransaction, type StowMetrics } from "./metrics.ts";
import { Pace } from "./pace.ts";
import { RequestBody } from "./request-body.ts";
import { BODY_TYPES, bodyOf, type ResponseType, responseTypeOf, studyOfPath } from "./store-request.ts";
import { type StoreDependencies, type StoreLimits, storeInstances, type TakenInstance } from "./store-transaction.ts";

interface StowLimits extends StoreLimits {
  /** After how many milliseconds without a byte a connection is cut off. */
  idleMs: number;
  /** Within how many milliseconds a request's header has to be there. */
  headerMs: number;
  /** How fast a body has to come in, on average over each so many milliseconds of waiting for it. */
  minBytesPerSecond: number;
  paceMs: number;
  /** Uploads at a time; one more is asked to come back. */
  maxUploads: number;
  /** Connections at a time; one more is closed. */
  maxConnections: number;
}

export interface StowOptions extends Omit<StoreDependencies, "onFailure" | "onTaken" | "site"> {
  logger: Logger;
  access: Access;
  transport: Transport;
  limits: StowLimits;
  /** Refuse what the standard does not allow, though real senders do it: see docs/errors.md. */
  strict: boolean;
  /** Origins of pages that may use the service from a browser; none unless told. */
  corsOrigins?: readonly string[];
  /** Whether more is taken; it is unless told. */
  door?: Pick<Door, "isOpen" | "retryAfterSeconds">;
  /** What must be there for the service to be ready. */
  checks: ReadinessChecks;
  metrics?: StowMetrics;
  /** Where transfers are recorded, before their senders are answered; nowhere unless told. */
  audit?: Pick<AuditTrail, "record">;
}

const RETRY_AFTER_SECONDS = 10;
const ALWAYS_OPEN = { isOpen: true, retryAfterSeconds: RETRY_AFTER_SECONDS };
const REFUSED_METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE"];

/** The Store service as an application: it knows no environment, opens no socket and handles no signal. */
export function buildApp(options: StowOptions): FastifyInstance {
  const {
    logger,
    access,
    transport,
    limits,
    strict,
    corsOrigins = [],
    door = ALWAYS_OPEN,
    checks,
    metrics,
    audit,
    ...dependencies
  } = options;
  const { https, ...serverOptions } = transport.serverOptions;
  const timeouts = { headersTimeout: limits.headerMs, connectionsCheckingInterval: Math.min(limits.headerMs, 5000) };
  const app = fastify({
    ...serverOptions,
    ...(https === undefined
      ? { http: timeouts }
      : { https: { ...https, ...timeouts, handshakeTimeout: limits.headerMs } }),
    loggerInstance: logger as FastifyBaseLogger,
    // A line of its own tells of each transaction.
    logController: new LogController({ disableRequestLogging: true }),
    connectionTimeout: limits.idleMs,
    // An upload takes as long as it takes; who falls silent is cut off by the connection's timeout, who trickles by Pace.
    requestTimeout: 0,
    clientErrorHandler(error, socket) {
      const code = answerBrokenRequest(error, socket);
      if (code !== undefined) app.log.info({ code }, "request refused");
    },
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    bodyLimit: limits.maxRequestBytes,
  });
  app.server.maxConnections = limits.maxConnections;
  // Node would leave out those above its maximum without a word.
  app.server.maxHeadersCount = 0;
  app.addHook("onRequest", async ({ raw }) => {
    if (raw.rawHeaders.length > 2 * MOST_HEADER_FIELDS) {
      throw new RequestFailure("HEADER_TOO_LARGE", `more than ${MOST_HEADER_FIELDS} header fields`);
    }
  });
  // The body is read part by part in the handler.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => refuse(reply, new RequestFailure("NOT_FOUND")));
  app.addHook("onResponse", (request, reply, done) => {
    readToTheEnd(request.raw, reply.raw);
    done();
  });

  allowOrigins(app, corsOrigins);
  addHealthRoutes(app, checks);
  access.addRoutes(app, transport);
  app.register((guarded, _options, done) => {
    // 503, not 429: a sender that does not know 429 has to take it for 400 (RFC 9110 15), and would not come again.
    guarded.addHook("onRequest", access.guard("store", { tooManyStatus: 503 }));
    guarded.addHook("onResponse", async ({ method }, { statusCode }) => {
      if (method === "POST") metrics?.add("redspot_store_requests_total", { status: String(statusCode) });
    });
    guarded.addHook("onError", async ({ method }, _reply, error) => {
      if (method !== "POST" || !(error instanceof RequestFailure)) return;
      metrics?.add("redspot_store_refusals_total", { code: error.code });
    });
    addResource(guarded, "/", ["OPTIONS"]);
    guarded.options("/", (request, reply) => {
      const { type, body } = describeCapabilities(`${request.protocol}://${request.host}/`, request.headers.accept);
      return reply.type(type).send(body);
    });
    for (const url of ["/studies", "/studies/:study"]) {
      addResource(guarded, url, ["POST", "OPTIONS"]);
      guarded.options(url, (_request, reply) => reply.code(204).header("allow", "POST, OPTIONS").send());
      guarded.post<{ Params: { study?: string } }>(url, store);
    }
    done();
  });
  let uploads = 0;
  return app;

  async function store(request: FastifyRequest<{ Params: { study?: string } }>, reply: FastifyReply) {
    if (uploads >= limits.maxUploads) throw new RequestFailure("BUSY");
    if (!door.isOpen) throw new RequestFailure("BEHIND", undefined, door.retryAfterSeconds);
    uploads += 1;
    metrics?.set("redspot_store_uploads", {}, uploads);
    try {
      return await storeOne(request, reply);
    } finally {
      uploads -= 1;
      metrics?.set("redspot_store_uploads", {}, uploads);
    }
  }

  async function storeOne(request: FastifyRequest<{ Params: { study?: string } }>, reply: FastifyReply) {
    const startedAt = performance.now();
    const study = studyOfPath(request.params.study);
    const responseType = responseTypeOf(request.headers, strict);
    const form = bodyOf(request.headers, strict);
    if (Number(request.headers["content-length"]) > limits.maxRequestBytes) {
      throw new RequestFailure("PAYLOAD_TOO_LARGE", `more than ${limits.maxRequestBytes} bytes`);
    }
    const room = await dependencies.spool.room();
    if (room === 0 || Number(request.headers["content-length"]) > room) throw new RequestFailure("NO_SPACE");
    const pace = new Pace({ minBytesPerSecond: limits.minBytesPerSecond, windowMs: limits.paceMs });
    const body = new RequestBody(request.raw, limits.maxRequestBytes, pace);
    const taken: TakenInstance[] = [];
    const recorded = async () => {
      const by = access.isConfigured ? access.identityOf(request).name : "local";
      for (const receipt of auditedReceipts(taken, { by, address: request.ip })) await audit?.record(receipt);
    };
    const result = await storeInstances(
      body,
      form,
      { ...study, strict, limits },
      {
        ...dependencies,
        ...siteOf(request),
        ...(audit === undefined ? {} : { onTaken: (one) => taken.push(one) }),
        onFailure: (failure, cause) =>
          request.log.warn({ code: failure.code, err: cause ?? failure }, "an instance was not stored"),
      },
    )
      .catch(async (error: unknown) => {
        // The sender is gone; what it has left here is audited all the same.
        await recorded().catch((failure: unknown) => request.log.error({ err: failure }, "a transfer is not audited"));
        throw error;
      })
      .finally(() => body.close());
    await recorded().catch((error: unknown) => {
      request.log.error({ err: error }, "a transfer is not audited");
      throw new RequestFailure("AUDIT_AWAY");
    });
    const response = storeResponse(result);
    const ms = performance.now() - startedAt;
    if (metrics !== undefined) countTransaction(metrics, result, ms);
    request.log.info(
      {
        status: response.status,
        stored: result.stored.length,
        duplicates: result.duplicates,
        failed: result.failed.length,
        ms: Math.round(ms),
      },
      "Store transaction",
    );
    if (response.status === 503) reply.header("retry-after", String(RETRY_AFTER_SECONDS));
    return reply.code(response.status).type(responseType).send(written(response, responseType));
  }

  /** The sender's name, without the kind of its credentials: `token:north` and `certificate:north` are one site. */
  function siteOf(request: FastifyRequest): { site?: string } {
    return access.isConfigured ? { site: access.identityOf(request).name.replace(/^[a-z]+:/, "") } : {};
  }
}

function written({ body }: StoreResponse, type: ResponseType): string {
  return type === "application/dicom+xml" ? writeNativeDicomModel(body) : JSON.stringify(body);
}

/** Answers 405 with what the resource has, before a body would be read (RFC 9110 15.5.6). */
function addResource(app: FastifyInstance, url: string, allowed: readonly string[]): void {
  app.route({
    method: REFUSED_METHODS.concat("POST").filter((method) => !allowed.includes(method)) as "GET"[],
    url,
    onRequest: async (_request, reply) => {
      reply.header("allow", allowed.join(", "));
      throw new RequestFailure("METHOD_NOT_ALLOWED");
    },
    handler: async () => undefined,
  });
}

/** Fastify's own errors, by their status. */
const OF_THE_FRAMEWORK: Partial<Record<number, RequestFailureCode>> = {
  400: "BAD_REQUEST",
  404: "NOT_FOUND",
  413: "PAYLOAD_TOO_LARGE",
  414: "HEADER_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
};

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof RequestFailure) return refuse(reply, error);
  const code = OF_THE_FRAMEWORK[(error as { statusCode?: number }).statusCode ?? 500];
  if (code !== undefined) return refuse(reply, new RequestFailure(code));
  if (request.raw.destroyed && !request.raw.complete) {
    request.log.warn({ err: error }, "the sender broke off");
  } else {
    request.log.error({ err: error }, "a request failed");
  }
  return refuse(reply, new RequestFailure("INTERNAL"));
}

function refuse(reply: FastifyReply, failure: RequestFailure) {
  const { status } = REQUEST_FAILURES[failure.code];
  reply.log.info({ status, code: failure.code }, "request refused");
  if (failure.code === "UNSUPPORTED_MEDIA_TYPE") {
    reply.header("accept-post", BODY_TYPES.map((type) => `multipart/related; type="${type}"`).join(", "));
  }
  if (status === 503) reply.header("retry-after", String(failure.retryAfterSeconds ?? RETRY_AFTER_SECONDS));
  // Nobody waits for the rest of what comes too slowly.
  if (status === 408) reply.header("connection", "close");
  return reply.code(status).send({ code: failure.code, message: failure.message });
}

/** How long a sender that was refused before it had sent all may go on sending. */
const LINGER_MS = 30_000;

/**
 * Drops what is left of a body that was answered early. Most senders look at the answer only when they have sent all;
 * were the connection closed on them, they would never see why.
 */
function readToTheEnd(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  if (response.statusCode === 408) {
    request.destroy();
    return;
  }
  const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once("close", () => clearTimeout(timer)).resume();
}
