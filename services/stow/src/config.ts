import { auditVariables } from "@redspot/audit";
import {
  adminPortVariable,
  commonVariables,
  NO_LIMIT,
  otherwise,
  portVariable,
  switchVariable,
} from "@redspot/runtime";
import { z } from "zod";

const MIB = 1024 * 1024;

export const toBytes = (mib: number): number => mib * MIB;

function limit(otherwise: number, what: string) {
  return z.coerce.number().int().positive().default(otherwise).describe(what);
}

/** What the service can be told by environment variables. */
export const variables = {
  ...commonVariables,
  ...auditVariables,
  REDSPOT_PORT: portVariable(8081),
  REDSPOT_ADMIN_PORT: adminPortVariable(8181),
  REDSPOT_SHARE_PORT: switchVariable(
    "false",
    "true lets other processes of this service on the machine listen on REDSPOT_PORT, too, which all of them say",
  ),
  REDSPOT_SETTLE_SECONDS: z.coerce
    .number()
    .min(0)
    .default(30)
    .describe("Seconds without a new instance after which a study is analysed"),
  REDSPOT_STRICT: switchVariable("false", "true refuses what PS3.18 does not allow though real senders do it"),
  REDSPOT_DURABLE: switchVariable(
    "true",
    "false says stored before it is on disk: a power cut loses instances. For trials, not for clinical use",
  ),
  REDSPOT_CORS_ORIGINS: z
    .string()
    .default("")
    .transform((list) => list.split(",").filter((origin) => origin !== ""))
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      "each must be an origin such as https://viewer.example",
    )
    .describe("Origins of web pages that may store from a browser, separated by commas; none if left out"),
  REDSPOT_MAX_INSTANCE_MIB: limit(2048, "Largest instance in MiB"),
  REDSPOT_MAX_REQUEST_MIB: limit(65_536, "Largest body of a request in MiB"),
  REDSPOT_MAX_PARTS: limit(10_000, "Most instances in a request"),
  REDSPOT_MAX_PART_HEADER_BYTES: limit(16 * 1024, "Longest header of a part in bytes"),
  REDSPOT_MIB_PER_MINUTE: otherwise(
    "0",
    z.coerce
      .number()
      .int()
      .min(0)
      .default(0)
      .transform((mib) => (mib === 0 ? NO_LIMIT : toBytes(mib)))
      .describe("Most MiB of one identity in a minute; 0 sets no limit"),
  ),
  REDSPOT_SPOOL_RESERVE_MIB: limit(
    1024,
    "MiB of the spool's file system that stay free; below, uploads are answered 503",
  ),
  REDSPOT_KEEP_IMAGES_HOURS: otherwise(
    "168, a week",
    z.coerce
      .number()
      .min(0)
      .default(7 * 24)
      .transform((hours) => (hours === 0 ? Number.POSITIVE_INFINITY : hours * 3_600_000))
      .describe(
        "Hours for which the spool keeps the images of a study after its report was stored; 0 keeps them for ever",
      ),
  ),
  REDSPOT_KEEP_SWEPT_RECORDS_DAYS: otherwise(
    "90",
    z.coerce
      .number()
      .min(0)
      .default(90)
      .transform((days) => (days === 0 ? Number.POSITIVE_INFINITY : days * 24 * 3_600_000))
      .describe(
        "Days for which the spool remembers what was found about a swept study after its report was stored; 0 keeps it for ever",
      ),
  ),
  REDSPOT_RECONCILE_MINUTES: z.coerce
    .number()
    .int()
    .positive()
    .max(7 * 24 * 60)
    .default(10)
    .describe(
      "Minutes between two looks at whether spool, Redis and queues agree, at most a week; there is one at the start and whenever Redis comes back",
    ),
  REDSPOT_MAX_WAITING_STUDIES: limit(
    10_000,
    "Studies that may wait for analysis or for the PACS; above, uploads are answered 503 until a fifth is done",
  ),
  REDSPOT_MAX_WAIT_MINUTES: limit(
    24 * 60,
    "Minutes that a study may wait for analysis or for the PACS; above, uploads are answered 503",
  ),
  REDSPOT_IDLE_SECONDS: limit(60, "Seconds without a byte after which a connection is cut off"),
  REDSPOT_HEADER_SECONDS: limit(20, "Seconds within which a request's header has to be there"),
  REDSPOT_MIN_BYTES_PER_SECOND: limit(1000, "How fast a body has to come in, on average over REDSPOT_IDLE_SECONDS"),
  REDSPOT_MAX_UPLOADS: limit(64, "Most uploads at a time; one more is answered 503 with Retry-After"),
  REDSPOT_MAX_CONNECTIONS: limit(1000, "Most connections at a time; one more is closed"),
} as const;
