import type {} from "@fastify/websocket";
import type { WorkitemAct } from "@redspot/audit";
import { isUid } from "@redspot/dicom";
import type { AuditTrail } from "@redspot/queue";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { z } from "zod";
import { parse, uid } from "../request-parts.ts";
import { WorklistError } from "../worklist-error.ts";
import { describeCapabilities } from "./capabilities.ts";
import { type EventChannel, filterKeys } from "./event-channel.ts";
import { readPayload, responseTypeOf, writePayload } from "./media.ts";
import { UpsFailure, type UpsWarning, warningField } from "./ups-answer.ts";
import type { UpsDependencies, UpsService } from "./ups-service.ts";

/** Where the Worklist Service is. */
const UPS_BASE = "/ups-rs";

/** Worklist and Filtered Worklist: what is subscribed to instead of one workitem (PS3.18 Table 11.10.1-1). */
const ALL_WORKITEMS = "1.2.840.10008.5.1.4.34.5";
const FILTERED_WORKITEMS = "1.2.840.10008.5.1.4.34.5.1";

const MOST_BODY_BYTES = 1024 * 1024;

export interface UpsRouteDependencies extends Pick<UpsDependencies, "workitems" | "subscriptions"> {
  service: UpsService;
  channel: EventChannel;
  nameOf: (request: FastifyRequest) => string;
  /** Where each transaction on a workitem is recorded, before it is answered. */
  audit: Pick<AuditTrail, "record" | "isOn">;
}

interface Guards {
  /** Lets through who may look. */
  read: onRequestHookHandler[];
  /** Lets through who may change something. */
  work: onRequestHookHandler[];
}

const workitemParams = z.object({ workitem: uid });
// AE (PS3.5 6.2): up to 16 characters of the default repertoire, no backslash and no control characters.
const title = z.string().regex(/^(?=.*[^ ])[\x20-\x5b\x5d-\x7e]{1,16}$/, "it is no Application Entity Title");
const subscriberParams = z.object({ workitem: uid, title });
const channelParams = z.object({ title });

/** Adds the Worklist Service (PS3.18 11), each transaction with its guard. */
export function addUpsRoutes(app: FastifyInstance, guards: Guards, dependencies: UpsRouteDependencies): void {
  const { service, subscriptions, channel, nameOf, audit } = dependencies;
  const workitemOf = (request: FastifyRequest) => parse(workitemParams, request.params).workitem;
  const caller = (request: FastifyRequest) => ({ by: nameOf(request) });

  const audited = async (request: FastifyRequest, act: WorkitemAct, workitem: string) => {
    if (!audit.isOn) return;
    const study = (await dependencies.workitems.get(workitem))?.studyInstanceUID;
    await audit.record({
      kind: "workitem",
      ...caller(request),
      address: request.ip,
      act,
      workitem,
      ...(study === undefined ? {} : { study }),
    });
  };

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "*",
    { parseAs: "buffer", bodyLimit: MOST_BODY_BYTES },
    async (_request: unknown, body: unknown) => body,
  );
  const own = app.errorHandler;
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof UpsFailure)) return own.call(app, error, request, reply);
    const { http, status, message, warning } = error;
    if (warning !== undefined) reply.header("warning", warningField(serviceOf(request), warning));
    return reply.code(http).send({ code: "UPS_REFUSED", status, message });
  });

  const payload = (request: FastifyRequest) =>
    readPayload(request.headers["content-type"], (request.body as Buffer | undefined) ?? Buffer.alloc(0));
  const remark = (request: FastifyRequest, reply: FastifyReply, warning: UpsWarning | undefined) =>
    warning === undefined ? reply : reply.header("warning", warningField(serviceOf(request), warning));
  const noStore = (reply: FastifyReply) => reply.header("cache-control", "no-store");

  app.options(`${UPS_BASE}/`, { onRequest: guards.read }, capabilities);
  app.options(UPS_BASE, { onRequest: guards.read }, capabilities);
  function capabilities(request: FastifyRequest, reply: FastifyReply) {
    const { type, body } = describeCapabilities(`${serviceOf(request)}/`, request.headers.accept);
    return reply.type(type).send(body);
  }

  resource(app, "/workitems", ["GET", "POST", "OPTIONS"]);
  app.post(`${UPS_BASE}/workitems`, { onRequest: guards.work }, async (request, reply) => {
    const { workitemUID, warning } = await service.create(await payload(request), uidInQuery(request), caller(request));
    await audited(request, "create", workitemUID);
    const location = `${serviceOf(request)}/workitems/${workitemUID}`;
    return remark(request, reply, warning).code(201).headers({ location, "content-location": location }).send();
  });

  app.get(`${UPS_BASE}/workitems`, { onRequest: guards.read }, async (request, reply) => {
    const query = request.query as Record<string, unknown>;
    const type = responseTypeOf(request.headers.accept, query.accept);
    const { dataSets, hasMore, isFuzzy } = await service.search(query);
    const keys = Object.keys(query).map((key) => key.replace(/[^\w.]/g, "").slice(0, 64) || "-");
    await audit.record({ kind: "search", ...caller(request), address: request.ip, keys: keys.slice(0, 100) });
    const warnings: UpsWarning[] = [
      ...(hasMore ? ["MORE_RESULTS" as const] : []),
      ...(isFuzzy ? ["NOT_FUZZY" as const] : []),
    ];
    if (warnings.length > 0) {
      reply.header("warning", warnings.map((one) => warningField(serviceOf(request), one)).join(", "));
    }
    noStore(reply);
    if (dataSets.length === 0) return reply.code(204).send();
    const written = writePayload(dataSets, type);
    return reply
      .code(hasMore ? 206 : 200)
      .type(written.type)
      .send(written.body);
  });

  resource(app, "/workitems/:workitem", ["GET", "POST", "OPTIONS"]);
  app.get(`${UPS_BASE}/workitems/:workitem`, { onRequest: guards.read }, async (request, reply) => {
    const type = responseTypeOf(request.headers.accept, (request.query as Record<string, unknown>).accept);
    const workitem = workitemOf(request);
    const written = writePayload([await service.retrieve(workitem)], type);
    await audited(request, "retrieve", workitem);
    reply.header("content-location", `${serviceOf(request)}/workitems/${workitem}`);
    return noStore(reply).type(written.type).send(written.body);
  });

  app.post(`${UPS_BASE}/workitems/:workitem`, { onRequest: guards.work }, async (request, reply) => {
    const { warning } = await service.update(workitemOf(request), await payload(request), {
      ...caller(request),
      transactionUID: transactionUIDInQuery(request),
    });
    await audited(request, "update", workitemOf(request));
    return remark(request, reply, warning)
      .header("content-location", `${serviceOf(request)}/workitems/${workitemOf(request)}`)
      .send();
  });

  resource(app, "/workitems/:workitem/state", ["PUT", "OPTIONS"]);
  app.put(`${UPS_BASE}/workitems/:workitem/state`, { onRequest: guards.work }, async (request, reply) => {
    const { warning } = await service.changeState(workitemOf(request), await payload(request), caller(request));
    await audited(request, "state", workitemOf(request));
    return remark(request, reply, warning).send();
  });

  resource(app, "/workitems/:workitem/cancelrequest", ["POST", "OPTIONS"]);
  app.post(`${UPS_BASE}/workitems/:workitem/cancelrequest`, { onRequest: guards.work }, async (request, reply) => {
    const isEmpty = !(request.body instanceof Buffer) || request.body.byteLength === 0;
    const reasons = isEmpty ? {} : await payload(request);
    const { warning } = await service.requestCancellation(workitemOf(request), reasons, caller(request));
    await audited(request, "cancel", workitemOf(request));
    return remark(request, reply, warning).code(202).send();
  });

  resource(app, "/workitems/:workitem/subscribers/:title", ["POST", "DELETE", "OPTIONS"]);
  app.post(`${UPS_BASE}/workitems/:workitem/subscribers/:title`, { onRequest: guards.work }, async (request, reply) => {
    const { workitem, title } = parse(subscriberParams, request.params);
    const query = request.query as { deletionlock?: string; filter?: string };
    if (query.deletionlock !== undefined && !/^(true|false)$/i.test(query.deletionlock)) {
      throw new UpsFailure("subscribe", "0106", "deletionlock is neither true nor false");
    }
    const lock = query.deletionlock?.toLowerCase() === "true" ? "lock" : "free";
    if (workitem === FILTERED_WORKITEMS) {
      const filter = query.filter ?? "";
      if (filter === "" || filterKeys(filter).length === 0)
        throw new UpsFailure("subscribe", "0106", "filter is missing");
      await subscriptions.subscribeAll(title, lock, filter);
    } else if (workitem === ALL_WORKITEMS) {
      await subscriptions.subscribeAll(title, lock);
    } else {
      if (!(await dependencies.workitems.get(workitem))) throw new UpsFailure("subscribe", "C307", workitem);
      await subscriptions.subscribe(title, workitem, lock);
    }
    const address = `${serviceOf(request).replace(/^http/, "ws")}/subscribers/${encodeURIComponent(title)}`;
    return reply.code(201).header("content-location", address).send();
  });

  app.delete(
    `${UPS_BASE}/workitems/:workitem/subscribers/:title`,
    { onRequest: guards.work },
    async (request, reply) => {
      const { workitem, title } = parse(subscriberParams, request.params);
      let wasThere = true;
      if (workitem === ALL_WORKITEMS) wasThere = await subscriptions.unsubscribeAll(title);
      else if (workitem === FILTERED_WORKITEMS) wasThere = await subscriptions.unsubscribeFiltered(title);
      else {
        wasThere = (await dependencies.workitems.get(workitem)) !== undefined;
        if (wasThere) await subscriptions.unsubscribe(title, workitem);
      }
      if (!wasThere) throw new UpsFailure("unsubscribe", "C307", `${title} on ${workitem}`);
      return reply.send();
    },
  );

  resource(app, "/workitems/:workitem/subscribers/:title/suspend", ["POST", "OPTIONS"]);
  app.post(
    `${UPS_BASE}/workitems/:workitem/subscribers/:title/suspend`,
    { onRequest: guards.work },
    async (request, reply) => {
      const { workitem, title } = parse(subscriberParams, request.params);
      const filtered = workitem === FILTERED_WORKITEMS;
      if (!filtered && workitem !== ALL_WORKITEMS) {
        throw new UpsFailure("suspend", "0106", "only a worklist subscription can be suspended");
      }
      const wasThere = await subscriptions.suspend(title, { filtered });
      if (!wasThere) throw new UpsFailure("suspend", "C307", `${title} on ${workitem}`);
      return reply.send();
    },
  );

  app.route({
    method: "GET",
    url: `${UPS_BASE}/subscribers/:title`,
    onRequest: guards.read,
    // Asked without an upgrade there is nothing to be had.
    handler: async (_request, reply) =>
      reply.code(426).header("upgrade", "websocket").send({ code: "UPGRADE_REQUIRED" }),
    wsHandler: (socket, request) => {
      const { data } = channelParams.safeParse(request.params);
      if (data === undefined) socket.close(1008, "no Application Entity Title");
      else channel.open(data.title, socket);
    },
  });
}

/** Answers OPTIONS with what a resource has, and 405 to what it has not (RFC 9110 15.5.6). */
function resource(app: FastifyInstance, path: string, allowed: readonly string[]): void {
  const allow = allowed.join(", ");
  app.options(`${UPS_BASE}${path}`, async (_request, reply) => reply.code(204).header("allow", allow).send());
  const others = (["GET", "POST", "PUT", "PATCH", "DELETE"] as const).filter((method) => !allowed.includes(method));
  app.route({
    method: others,
    url: `${UPS_BASE}${path}`,
    onRequest: async (_request, reply) => {
      reply.header("allow", allow);
      throw new WorklistError("METHOD_NOT_ALLOWED");
    },
    handler: async () => undefined,
  });
}

function serviceOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}${UPS_BASE}`;
}

/** The UID of a workitem to be created: the query itself, as PS3.18 11.4.1 has it, or by a name, as others write it. */
function uidInQuery(request: FastifyRequest): string | undefined {
  const query = request.query as Record<string, unknown>;
  const bare = Object.keys(query).find((key) => isUid(key) && query[key] === "");
  const named = query.workitem ?? query.AffectedSOPInstanceUID;
  return bare ?? (typeof named === "string" ? named : undefined);
}

/** The Transaction UID of the query, however the standard's editions spell it; or alone, as PS3.18 11.6.1 can be read. */
function transactionUIDInQuery(request: FastifyRequest): string | undefined {
  const query = request.query as Record<string, unknown>;
  for (const [name, value] of Object.entries(query)) {
    if (/^transaction-?uid$|^00081195$/i.test(name) && typeof value === "string") return value;
    if (isUid(name) && value === "") return name;
  }
  return undefined;
}
