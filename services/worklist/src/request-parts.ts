import { isUid } from "@redspot/dicom";
import { z } from "zod";
import { WorklistError } from "./worklist-error.ts";

export const uid = z.string().refine(isUid, "it is no UID");
export const studyParams = z.object({ study: uid });

/** A part of a request as its schema has it. Throws BAD_REQUEST, which says what is wrong with which field. */
export function parse<S extends z.ZodType>(schema: S, given: unknown): z.infer<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorklistError("BAD_REQUEST", `${issue?.path.join(".")}: ${issue?.message}`);
}
