import { z } from "zod";
import { type Code, EventID, EventType } from "./codes.ts";

const uid = z.string().regex(/^[0-9.]{1,64}$/);
/** A name under which Redspot knows a caller, an address, a code: nothing that a patient's data could be in. */
const word = z.string().regex(/^[^\p{Cc}]{1,400}$/u);
const sopClasses = z.array(z.object({ uid, instances: z.int().positive() })).max(100);

const everyEvent = {
  /** Names the event wherever it goes, and however often. */
  id: z.string().regex(/^[\w.-]{1,120}$/),
  /** Milliseconds since 1970. */
  at: z.number().positive(),
  /** Which process saw it. */
  process: z.object({ service: word, host: word, pid: z.int().positive() }),
};
/** Who asked for it, as far as Redspot knows, and from which address. */
const caller = { by: word, address: word.optional() };
/** 0 for success; 4, 8 and 12 as in PS3.15 A.5.2. With what it failed for, as a code of docs/errors.md. */
const outcome = { outcome: z.union([z.literal(0), z.literal(4), z.literal(8)]), code: word.optional() };

/** What people do to a study on the reading list. */
export const LIST_ACTS = {
  take: EventType.Take,
  release: EventType.Release,
  complete: EventType.Complete,
  reopen: EventType.Reopen,
  pin: EventType.Pin,
  unpin: EventType.Unpin,
  verdict: EventType.Verdict,
  "withdraw-verdict": EventType.WithdrawVerdict,
} as const satisfies Record<string, Code>;

export type ListAct = keyof typeof LIST_ACTS;

/** What systems do to a workitem by UPS-RS, and whether that creates, reads or updates it. */
export const WORKITEM_ACTS = {
  create: { type: EventType.WorkitemCreate, action: "C" },
  retrieve: { type: EventType.WorkitemRetrieve, action: "R" },
  update: { type: EventType.WorkitemUpdate, action: "U" },
  state: { type: EventType.WorkitemState, action: "U" },
  cancel: { type: EventType.WorkitemCancel, action: "U" },
} as const satisfies Record<string, { type: Code; action: string }>;

export type WorkitemAct = keyof typeof WORKITEM_ACTS;

const keysOf = <T extends object>(table: T) => Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

/**
 * What is audited, as it is kept until it is delivered: identifiers, codes, times and numbers. The patient is not in it;
 * who that is is looked up when the message is written.
 */
export const auditEventSchema = z.discriminatedUnion("kind", [
  z.object({ ...everyEvent, kind: z.literal("start") }),
  z.object({ ...everyEvent, kind: z.literal("stop") }),
  z.object({
    ...everyEvent,
    kind: z.literal("configuration"),
    /** Whether it is about who may do what, and how that is protected. */
    isSecurity: z.boolean(),
    /** Those whose values are others than at the last start; their names alone. */
    variables: z.array(word).max(200),
  }),
  z.object({
    ...everyEvent,
    kind: z.literal("model"),
    by: word,
    /** What was done, such as `promote`, and to which package, by its SHA-256. */
    act: word,
    packageHash: word,
  }),
  z.object({
    ...everyEvent,
    kind: z.literal("administration"),
    by: word,
    /** Where it was asked for from elsewhere. */
    address: word.optional(),
    /** The command, such as `dead-letters discard`, and to how many things it was done. */
    command: word,
    count: z.int().nonnegative(),
  }),
  z.object({
    ...everyEvent,
    kind: z.literal("sign-in"),
    by: word.optional(),
    address: word.optional(),
    ...outcome,
    /** How many such attempts this stands for. */
    count: z.int().positive(),
  }),
  z.object({ ...everyEvent, kind: z.literal("sign-out"), by: word.optional(), address: word.optional() }),
  z.object({
    ...everyEvent,
    kind: z.literal("refusal"),
    by: word.optional(),
    address: word.optional(),
    code: word,
    count: z.int().positive(),
  }),
  z.object({
    ...everyEvent,
    kind: z.literal("receive"),
    ...caller,
    study: uid,
    sopClasses,
    /** Whether all of them were there before. */
    held: z.boolean(),
    ...outcome,
  }),
  z.object({ ...everyEvent, kind: z.literal("analyse"), study: uid, revision: z.int().positive(), sopClasses }),
  z.object({
    ...everyEvent,
    kind: z.literal("report"),
    study: uid,
    revision: z.int().positive(),
    /** The PACS: host and port. */
    to: word,
    ...outcome,
  }),
  z.object({ ...everyEvent, kind: z.literal("view"), ...caller, study: uid }),
  z.object({ ...everyEvent, kind: z.literal("forget"), by: word, study: uid }),
  z.object({ ...everyEvent, kind: z.literal("names"), ...caller, to: word, studies: z.array(uid).max(100) }),
  /** Keywords or tags alone: what was searched for may be a patient. */
  z.object({ ...everyEvent, kind: z.literal("search"), ...caller, keys: z.array(word).max(100) }),
  z.object({ ...everyEvent, kind: z.literal("act"), ...caller, act: z.enum(keysOf(LIST_ACTS)), study: uid }),
  z.object({
    ...everyEvent,
    kind: z.literal("workitem"),
    ...caller,
    act: z.enum(keysOf(WORKITEM_ACTS)),
    workitem: uid,
    study: uid.optional(),
  }),
]);

export type AuditEvent = z.infer<typeof auditEventSchema>;
export type AuditEventKind = AuditEvent["kind"];

/** What somebody records: the rest is known where it is recorded. */
export type AuditedAct = AuditEvent extends infer E
  ? E extends unknown
    ? Omit<E, "id" | "at" | "process">
    : never
  : never;

interface KindOfEvent {
  eventID: Code;
  types: readonly Code[];
  action: string;
  /** When it is recorded. */
  when: string;
  /** Which service or program records it. */
  by: string;
  /** What the message names beside who did it. */
  objects: string;
}

/** Every kind of event, for whoever reads the messages: docs/audit.md has this table. */
export const AUDIT_EVENTS: Record<AuditEventKind, KindOfEvent> = {
  start: {
    eventID: EventID.ApplicationActivity,
    types: [EventType.ApplicationStart],
    action: "E",
    when: "a service is ready",
    by: "every service",
    objects: "",
  },
  stop: {
    eventID: EventID.ApplicationActivity,
    types: [EventType.ApplicationStop],
    action: "E",
    when: "a service ends in order; a process that is killed says nothing",
    by: "every service",
    objects: "",
  },
  configuration: {
    eventID: EventID.SecurityAlert,
    types: [EventType.SecurityConfiguration, EventType.SoftwareConfiguration],
    action: "E",
    when: "a service starts with other settings than the last time",
    by: "every service",
    objects: "the names of the variables, never a value",
  },
  model: {
    eventID: EventID.SecurityAlert,
    types: [EventType.SoftwareConfiguration],
    action: "E",
    when: "a model package takes over, or gives way",
    by: "redspot-admin",
    objects: "the package by its SHA-256",
  },
  administration: {
    eventID: EventID.SecurityAlert,
    types: [EventType.UseOfRestrictedFunction],
    action: "E",
    when: "dead letters are tried again or discarded, a sweep of the backlog begins or is cancelled",
    by: "redspot-admin; worklist, where bull-board is used",
    objects: "the command, and to how many things it was done",
  },
  "sign-in": {
    eventID: EventID.UserAuthentication,
    types: [EventType.Login],
    action: "E",
    when: "somebody signs in to the page, or a token is refused; of an address that goes on, one message a minute with how many there were",
    by: "worklist",
    objects: "",
  },
  "sign-out": {
    eventID: EventID.UserAuthentication,
    types: [EventType.Logout],
    action: "E",
    when: "somebody signs out of the page",
    by: "worklist",
    objects: "",
  },
  refusal: {
    eventID: EventID.SecurityAlert,
    types: [EventType.NodeAuthentication],
    action: "E",
    when: "a sender's or a program's credentials are refused, or lack the scope; counted in the same way",
    by: "stow, inference",
    objects: "the address",
  },
  receive: {
    eventID: EventID.InstancesTransferred,
    types: [EventType.Receive],
    action: "C, R",
    when: "a Store transaction has ended, one message a study and outcome: C of instances that were new, R of those that were all there before",
    by: "stow",
    objects: "study, number of instances by SOP class, patient",
  },
  analyse: {
    eventID: EventID.InstancesAccessed,
    types: [EventType.Analyse],
    action: "R",
    when: "a revision of a study was analysed",
    by: "inference",
    objects: "study, number of instances by SOP class, patient",
  },
  report: {
    eventID: EventID.InstancesTransferred,
    types: [EventType.Report],
    action: "R",
    when: "a report was stored in the PACS, or given up (outcome 8)",
    by: "worklist",
    objects: "study, patient",
  },
  view: {
    eventID: EventID.InstancesAccessed,
    types: [EventType.View],
    action: "R",
    when: "somebody looks at a study's finding, history or image; once within a quarter of an hour",
    by: "worklist",
    objects: "study, patient",
  },
  forget: {
    eventID: EventID.StudyDeleted,
    types: [EventType.Forget],
    action: "D",
    when: "an operator has all deleted that Redspot has of a study",
    by: "redspot-admin",
    objects: "study, and the patient where the PACS still knows the study",
  },
  names: {
    eventID: EventID.Query,
    types: [EventType.Names],
    action: "E",
    when: "names are shown to somebody, which the PACS was asked for; each study once within a quarter of an hour",
    by: "worklist",
    objects: "the question, by Study Instance UIDs",
  },
  search: {
    eventID: EventID.Query,
    types: [EventType.Search],
    action: "E",
    when: "workitems are searched for by UPS-RS",
    by: "worklist",
    objects: "the attributes that were asked for, without their values",
  },
  act: {
    eventID: EventID.ProcedureRecord,
    types: Object.values(LIST_ACTS),
    action: "U",
    when: "somebody does so on the reading list",
    by: "worklist",
    objects: "study, patient",
  },
  workitem: {
    eventID: EventID.ProcedureRecord,
    types: Object.values(WORKITEM_ACTS).map(({ type }) => type),
    action: "C, R, U",
    when: "a system does so by UPS-RS",
    by: "worklist",
    objects: "workitem; study and patient where there are any",
  },
};

/** The table of docs/audit.md. */
export function describeAuditEvents(): string {
  const rows = Object.entries(AUDIT_EVENTS).map(([kind, { eventID, types, action, when, by, objects }]) => {
    const named = types.map(({ code, meaning, scheme }) => `${code} ${scheme === "DCM" ? meaning : ""}`.trim());
    return `| ${kind} | ${eventID.code} ${eventID.meaning} | ${named.join(", ")} | ${action} | ${when} | ${by} | ${objects} |`;
  });
  return [
    "| kind | EventID | EventTypeCode | action | when | from | participating objects |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
