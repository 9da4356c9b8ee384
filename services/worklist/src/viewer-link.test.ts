import assert from "node:assert/strict";
import { test } from "node:test";
import { viewerLink } from "./viewer-link.ts";

const study = { studyInstanceUID: "1.2.3" };

test("a viewer is told the study by its UID", () => {
  assert.equal(
    viewerLink("https://pacs/viewer?StudyInstanceUIDs={StudyInstanceUID}", study),
    "https://pacs/viewer?StudyInstanceUIDs=1.2.3",
  );
  assert.equal(viewerLink(undefined, study), undefined);
});

test("Orthanc is told the study by its own identifier, which needs the Patient ID", () => {
  const template = "http://pacs/app/explorer.html#study?uuid={OrthancStudy}";
  assert.equal(viewerLink(template, study), undefined);
  // printf 'P1|1.2.3' | sha1sum
  const expected = "ce42f924-f6020bea-aa810144-6941b6f0-88331094";
  assert.equal(
    viewerLink(template, { ...study, patientID: "P1" }),
    `http://pacs/app/explorer.html#study?uuid=${expected}`,
  );
});
