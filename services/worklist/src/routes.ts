import type { FindingStore, ReadingList } from "@redspot/queue";
import { type Spool, SpoolError } from "@redspot/spool";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AuditedLooks } from "./audited-looks.ts";
import { effectSince, startOfDay } from "./effect.ts";
import type { EventStream } from "./event-stream.ts";
import type { ListPages } from "./list-pages.ts";
import type { PatientDirectory } from "./patient-directory.ts";
import { pngOf } from "./preview-picture.ts";
import { parse, studyParams, uid } from "./request-parts.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { viewerLink } from "./viewer-link.ts";
import { studyDetail, studyHistory } from "./workitem-view.ts";
import { WorklistError } from "./worklist-error.ts";

export interface RouteDependencies {
  list: Pick<ReadingList, "get" | "history" | "opened" | "waitingLongest">;
  pages: Pick<ListPages, "get">;
  findings: Pick<FindingStore, "get">;
  spool: Pick<Spool, "readPreview">;
  patients: Pick<PatientDirectory, "lookUp">;
  events: EventStream;
  viewerUrl: string | undefined;
  /** Records what somebody looks at. */
  looks: AuditedLooks;
  now: () => Date;
}

const pageQuery = z.object({
  state: z.enum(["open", "done"]).default("open"),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const instanceParams = z.object({ study: uid, instance: uid });
const patientsQuery = z.object({
  study: z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(uid).min(1).max(100)),
});

/** Adds all that tells about studies; whoever adds it guards it. */
export function addReadingListRoutes(app: FastifyInstance, dependencies: RouteDependencies): void {
  const { list, pages, findings, spool, patients, events, viewerUrl, looks, now } = dependencies;

  app.get("/reading-list", async (request, reply) => {
    const page = await pages.get(parse(pageQuery, request.query));
    return reply.header("cache-control", "no-store").type("application/json; charset=utf-8").send(page);
  });

  app.get("/reading-list/events", (_request, reply) => {
    reply.hijack();
    events.connect(reply.raw, SECURITY_HEADERS);
  });

  app.get("/reading-list/effect", async (_request, reply) => {
    const asOf = now();
    const effect = await effectSince(startOfDay(asOf), asOf, list);
    return reply.header("cache-control", "no-store").send(effect);
  });

  app.get("/studies/:study", async (request, reply) => {
    const { study } = parse(studyParams, request.params);
    const workitem = await list.get(study);
    if (!workitem) throw new WorklistError("STUDY_UNKNOWN", study);
    const finding = workitem.finding && (await findings.get(study, workitem.finding.revision));
    await looks.study(request, study);
    return reply.header("cache-control", "no-store").send(studyDetail(study, finding));
  });

  app.get("/studies/:study/history", async (request, reply) => {
    const { study } = parse(studyParams, request.params);
    const history = await list.history(study);
    if (!history) throw new WorklistError("STUDY_UNKNOWN", study);
    await looks.study(request, study);
    return reply.header("cache-control", "no-store").send(studyHistory(study, history));
  });

  app.get("/studies/:study/instances/:instance/preview", async (request, reply) => {
    const { study, instance } = parse(instanceParams, request.params);
    const preview = await spool.readPreview(study, instance).catch((error: unknown) => {
      if (error instanceof SpoolError && error.code === "NOT_FOUND") throw new WorklistError("NO_PREVIEW");
      throw error;
    });
    const png = pngOf(preview);
    if (!png) throw new WorklistError("NO_PREVIEW");
    await looks.study(request, study);
    return reply.header("cache-control", "private, max-age=300").type("image/png").send(Buffer.from(png));
  });

  app.get("/patients", async (request, reply) => {
    const { study } = parse(patientsQuery, request.query);
    const { pacs, studies } = await patients.lookUp(study);
    await looks.names(request, [...studies.keys()]);
    const found = [...studies].map(([studyInstanceUID, identity]) => ({
      studyInstanceUID,
      ...identity,
      viewerUrl: viewerLink(viewerUrl, { studyInstanceUID, patientID: identity.patientID ?? "" }) ?? null,
    }));
    return reply.header("cache-control", "no-store").send({ pacs, studies: found });
  });
}
