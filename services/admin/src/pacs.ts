import { DicomWebClient } from "@redspot/dicomweb";
import { pacsAddress, pacsTokenVariable, pacsUrlVariable, readConfig } from "@redspot/runtime";
import type { Environment } from "./connect.ts";

/** Where the PACS is, for the commands that ask it. */
export const pacsVariables = {
  REDSPOT_PACS_URL: pacsUrlVariable.describe(
    "Base address of the PACS's DICOMweb services, such as http://pacs:8042/dicom-web",
  ),
  REDSPOT_PACS_TOKEN: pacsTokenVariable,
};

/** The PACS that the environment names. Throws ConfigError. */
export function pacsOf(environment: Environment): { url: string; client: DicomWebClient } {
  const { REDSPOT_PACS_URL: url, REDSPOT_PACS_TOKEN: token } = readConfig(pacsVariables, environment);
  return { url, client: new DicomWebClient(pacsAddress(url, token)) };
}
