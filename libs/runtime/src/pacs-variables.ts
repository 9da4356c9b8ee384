import { z } from "zod";
import { secret } from "./config.ts";

/** Base address of the PACS's DICOMweb services (PS3.18 8.2), without a slash at its end. Whoever takes it says for what. */
export const pacsUrlVariable = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));

/** What the PACS knows Redspot by. */
export const pacsTokenVariable = secret(
  z.string().optional().describe("Bearer token for the PACS, where it wants one"),
);

/** The PACS as a DICOMweb client is told of it (RFC 6750 for the token). */
export function pacsAddress(url: string, token: string | undefined): { url: string; authorization?: string } {
  return { url, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
}
