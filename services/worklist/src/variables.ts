import { auditDeliveryVariables } from "@redspot/audit";
import { MESSAGE_TYPES, type MessageType, receiverVariables } from "@redspot/hl7";
import {
  adminPortVariable,
  commonVariables,
  pacsTokenVariable,
  pacsUrlVariable,
  portVariable,
  switchVariable,
} from "@redspot/runtime";
import { DEFAULT_OPTIONS, EXPLANATIONS, LANGUAGE_TAGS, REPORT_CLASSES, type ReportClass } from "@redspot/sr";
import { findingSchema, type Outcome } from "@redspot/triage";
import { z } from "zod";
import { HeadStarts } from "./reading-policy.ts";

const httpUrl = z.url({ protocol: /^https?$/ });

const OUTCOMES = findingSchema.shape.outcome.options;

/** HD of HL7: a name, with its OID or without. */
const designator = z.string().regex(/^[^|~\\&\p{Cc}]{1,227}$/u);

/** What the worklist service can be told. */
export const variables = {
  ...commonVariables,
  ...auditDeliveryVariables,
  REDSPOT_PORT: portVariable(8092),
  REDSPOT_ADMIN_PORT: adminPortVariable(8192),
  REDSPOT_PACS_URL: pacsUrlVariable.describe(
    "Base address of the PACS's DICOMweb services, to which reports go and from which names come",
  ),
  REDSPOT_PACS_TOKEN: pacsTokenVariable,
  REDSPOT_HEAD_START_MINUTES: z
    .string()
    .default("240")
    .transform((text, context) => {
      try {
        return HeadStarts.parse(text);
      } catch (error) {
        context.issues.push({ code: "custom", message: (error as Error).message, input: text });
        return z.NEVER;
      }
    })
    .describe(
      "By how many minutes a suspected fracture goes ahead of its arrival; 0 leaves first come, first served. Other minutes for what a site sends, by the name of its token or certificate: 240,north=120",
    ),
  REDSPOT_INCONCLUSIVE_HEAD_START_MINUTES: z.coerce
    .number()
    .min(0)
    .max(7 * 24 * 60)
    .default(0)
    .describe("The same for a study whose finding is inconclusive; never more than a fracture gets"),
  REDSPOT_REPORT_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("How many reports are on their way to the PACS at a time"),
  REDSPOT_VIEWER_URL: httpUrl
    .refine(
      (template) => /\{(StudyInstanceUID|OrthancStudy)\}/.test(template),
      "it must contain {StudyInstanceUID} or {OrthancStudy}",
    )
    .optional()
    .describe(
      "Where the PACS shows a study, with {StudyInstanceUID} (OHIF and most others) or {OrthancStudy} (Orthanc Explorer)",
    ),
  REDSPOT_RETRIEVE_URL: httpUrl
    .transform((url) => url.replace(/\/+$/, ""))
    .optional()
    .describe(
      "Base address of the PACS's DICOMweb services as systems that read reach it, for UPS workitems; REDSPOT_PACS_URL where left out",
    ),
  REDSPOT_SECURE_COOKIE: switchVariable(
    "false",
    "true where browsers reach the service by https and it cannot know: behind a proxy that REDSPOT_TRUSTED_PROXIES does not name",
  ),
  REDSPOT_SR_CLASS: z
    .enum(Object.keys(REPORT_CLASSES) as [ReportClass, ...ReportClass[]])
    .default(DEFAULT_OPTIONS.reportClass)
    .describe("SOP class of the reports: enhanced (Enhanced SR) for a PACS that refuses Comprehensive 3D SR"),
  REDSPOT_SR_LANGUAGE: z
    .enum(LANGUAGE_TAGS)
    .default(DEFAULT_OPTIONS.language)
    .describe("Language of the reports, a tag of RFC 5646"),
  REDSPOT_SR_ACTIVATION: z
    .enum(EXPLANATIONS)
    .default(DEFAULT_OPTIONS.explanation)
    .describe(
      "How the class activation map goes with a report where a fracture is suspected or cannot be excluded: as a region in it, or as a picture of its own, a secondary capture. Both say that they explain the score and are not marks of the fracture",
    ),
  REDSPOT_SR_ACTIONABLE_CATEGORY: switchVariable(
    "false",
    "true puts a suspected fracture into category 2 of CID 7035 (Actionable Finding Classification): a policy of the site, for a PACS that can sort by nothing else",
  ),
  REDSPOT_DEVICE_SERIAL_NUMBER: z
    .string()
    .regex(/^[^\\\p{Cc}]{1,64}$/u)
    .default("1")
    .describe("Device Serial Number (0018,1000) in the reports of this installation"),
  ...receiverVariables,
  REDSPOT_HL7_MESSAGE: z
    .enum(Object.keys(MESSAGE_TYPES) as [MessageType, ...MessageType[]])
    .default("ORU^R01")
    .describe(
      "Which message tells of a finding: ORU^R01 (a result) or OMI^O23 (about the imaging order, with its priority)",
    ),
  REDSPOT_HL7_OUTCOMES: z
    .string()
    .default(OUTCOMES.join(","))
    .transform((text, context) => {
      const named = new Set(text.split(",").map((one) => one.trim()));
      const unknown = [...named].filter((one) => !OUTCOMES.includes(one as Outcome));
      if (unknown.length === 0) return named as ReadonlySet<Outcome>;
      context.issues.push({
        code: "custom",
        message: `one or more of ${OUTCOMES.join(", ")}, with commas`,
        input: text,
      });
      return z.NEVER;
    })
    .meta({ otherwise: OUTCOMES.join(",") })
    .describe("Of which findings the receiver is told; of any other only where it supersedes one of these"),
  REDSPOT_HL7_SENDING_APPLICATION: designator.default("REDSPOT").describe("MSH-3: name, or name^OID^ISO"),
  REDSPOT_HL7_SENDING_FACILITY: designator.optional().describe("MSH-4"),
  REDSPOT_HL7_RECEIVING_APPLICATION: designator.optional().describe("MSH-5"),
  REDSPOT_HL7_RECEIVING_FACILITY: designator.optional().describe("MSH-6"),
};
