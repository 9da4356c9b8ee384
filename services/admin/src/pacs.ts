import { DicomWebClient } from "@redspot/dicomweb";
import { readConfig, secret } from "@redspot/runtime";
import { z } from "zod";
import type { Environment } from "./connect.ts";

/** Where the PACS is, for the commands that ask it. */
export const pacsVariables = {
  REDSPOT_PACS_URL: z
    .url({ protocol: /^https?$/ })
    .describe("Base address of the PACS's DICOMweb services, such as http://pacs:8042/dicom-web"),
  REDSPOT_PACS_TOKEN: secret(z.string().optional().describe("Bearer token for the PACS, where it wants one")),
};

/** The PACS that the environment names. Throws ConfigError. */
export function pacsOf(environment: Environment): { url: string; client: DicomWebClient } {
  const { REDSPOT_PACS_URL: url, REDSPOT_PACS_TOKEN: token } = readConfig(pacsVariables, environment);
  return {
    url,
    client: new DicomWebClient({ url, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }),
  };
}
