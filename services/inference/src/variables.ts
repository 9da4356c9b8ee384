import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { auditVariables } from "@redspot/audit";
import {
  adminPortVariable,
  commonVariables,
  otherwise,
  pacsTokenVariable,
  pacsUrlVariable,
  portVariable,
} from "@redspot/runtime";
import { z } from "zod";

/** Names that the watch of the model tells apart: few, since each is told of on its own. */
const watched = (what: string) =>
  z
    .string()
    .default("")
    .transform((list) => list.split(",").flatMap((name) => name.trim() || []))
    .refine(
      (names) => names.length <= 20 && names.every((name) => /^[\w .&-]{1,40}$/.test(name) && name !== "other"),
      "at most 20 names of at most 40 letters, digits, spaces and . & - _, separated by commas",
    )
    .describe(`${what} that the watch of the model tells apart, separated by commas; all others are "other"`);

const threads = (count: number) => z.coerce.number().int().min(1).max(256).default(count);

/** What the inference service can be told. */
export const variables = {
  ...commonVariables,
  ...auditVariables,
  REDSPOT_PORT: portVariable(8091),
  REDSPOT_ADMIN_PORT: adminPortVariable(8191),
  REDSPOT_MODE: z
    .enum(["demonstration", "clinical"])
    .default("demonstration")
    .describe("With clinical the service refuses to start on a model package that is not made for patients"),
  REDSPOT_MODEL_PACKAGE: otherwise(
    "the demonstration package",
    z
      .string()
      .default(fileURLToPath(new URL("../models/demo", import.meta.url)))
      .describe("Folder of the model package"),
  ),
  REDSPOT_SHADOW_PACKAGE: z
    .string()
    .optional()
    .describe(
      "Folder of a second model package, which scores beside the first and says nothing; redspot-admin model compares them, and gives the word to one or the other",
    ),
  REDSPOT_MODEL_PUBLIC_KEY: z
    .string()
    .optional()
    .describe(
      "Ed25519 public key (PEM, or the base64 in it) that must have signed the model packages; without one no signature is asked for",
    ),
  REDSPOT_MODEL_PUBLIC_KEY_FILE: z
    .string()
    .optional()
    .describe("File that holds it instead: several keys as PEM, one after the other, while a new one takes over"),
  REDSPOT_CACHE_DIR: z.string().min(1).default(".cache").describe("Folder for the backbone, 87 MB, made on first use"),
  REDSPOT_ENGINE: z.enum(["onnxruntime", "tensorflow"]).default("onnxruntime").describe("What runs the network"),
  REDSPOT_DEVICE: z.enum(["cpu", "cuda"]).default("cpu").describe("Where the network runs: cpu or cuda"),
  REDSPOT_ENGINE_THREADS: otherwise(
    "as many as the machine has",
    threads(availableParallelism()).describe("Threads of the network on a CPU"),
  ),
  REDSPOT_ENGINE_LANES: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      "Copies of the network that work side by side and share these threads, 130 MB each; without it two with ONNX Runtime on a CPU of two threads or more, else one",
    ),
  REDSPOT_PREPARATION_THREADS: otherwise(
    "half of what the machine has",
    threads(Math.max(1, Math.floor(availableParallelism() / 2))).describe(
      "Threads that turn instances into model input",
    ),
  ),
  REDSPOT_BATCH_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe("Most images that the network scores at once; 4 serves a CPU, 32 or more a GPU"),
  REDSPOT_PACS_URL: pacsUrlVariable
    .optional()
    .describe("Base address of the PACS's DICOMweb services; with it this worker takes part in sweeps of the backlog"),
  REDSPOT_PACS_TOKEN: pacsTokenVariable,
  REDSPOT_SWEEP_REQUESTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe("Most requests that this worker makes of the PACS at a time in a sweep of the backlog"),
  REDSPOT_SWEEP_SPOOL_RESERVE_MIB: z.coerce
    .number()
    .int()
    .min(0)
    .default(2048)
    .describe(
      "So much of the spool's file system is left to what arrives: with less free nothing of the backlog is fetched",
    ),
  REDSPOT_WATCH_MANUFACTURERS: watched("How the names of manufacturers (0008,0070) begin"),
  REDSPOT_WATCH_SITES: watched("How the names of institutions (0008,0080) begin"),
  REDSPOT_WATCH_PREVALENCE: z.coerce
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe(
      "Part of the analysed studies that has a fracture, as far as the site knows; without it that of the model package",
    ),
} as const;

/** How many copies of the network work side by side, where the configuration does not say. */
export function lanesOf(config: {
  REDSPOT_ENGINE: "onnxruntime" | "tensorflow";
  REDSPOT_DEVICE: "cpu" | "cuda";
  REDSPOT_ENGINE_THREADS: number;
  REDSPOT_ENGINE_LANES?: number | undefined;
}): number {
  // TensorFlow takes all threads for itself, and a GPU does one batch after the other.
  const sharesThreads = config.REDSPOT_ENGINE === "onnxruntime" && config.REDSPOT_DEVICE === "cpu";
  return config.REDSPOT_ENGINE_LANES ?? (sharesThreads ? Math.min(2, config.REDSPOT_ENGINE_THREADS) : 1);
}
