import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf } from "@redspot/dicom";
import { originOf } from "./origin.ts";

const watched = { manufacturers: ["Agfa", "Carestream"], sites: ["General Hospital"] };

test("an origin is a configured name, or other", () => {
  const header = dataSetOf({ Manufacturer: "CARESTREAM HEALTH", InstitutionName: "General Hospital North" });
  assert.deepEqual(originOf(header, watched), { manufacturer: "Carestream", site: "General Hospital" });
  const names = dataSetOf({ Manufacturer: "Doe^Jane", InstitutionName: null });
  assert.deepEqual(originOf(names, watched), { manufacturer: "other", site: "other" });
  assert.deepEqual(originOf({}, { manufacturers: [], sites: [] }), { manufacturer: "other", site: "other" });
});
