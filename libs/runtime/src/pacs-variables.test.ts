import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, readConfig } from "./config.ts";
import { pacsAddress, pacsTokenVariable, pacsUrlVariable } from "./pacs-variables.ts";

const variables = { REDSPOT_PACS_URL: pacsUrlVariable, REDSPOT_PACS_TOKEN: pacsTokenVariable };

test("the address has no slash at its end, and a token becomes a bearer's", () => {
  const { REDSPOT_PACS_URL: url, REDSPOT_PACS_TOKEN: token } = readConfig(variables, {
    REDSPOT_PACS_URL: "https://pacs:8443/dicom-web//",
    REDSPOT_PACS_TOKEN: "open-sesame",
  });
  assert.deepEqual(pacsAddress(url, token), {
    url: "https://pacs:8443/dicom-web",
    authorization: "Bearer open-sesame",
  });
  assert.deepEqual(pacsAddress(url, undefined), { url: "https://pacs:8443/dicom-web" });
});

test("what is no address of a web service is refused", () => {
  assert.throws(() => readConfig(variables, { REDSPOT_PACS_URL: "pacs:8042" }), ConfigError);
});
