import assert from "node:assert/strict";
import { test } from "node:test";
import { isImage } from "./sop-class.ts";

const IMAGES = {
  "Computed Radiography": "1.2.840.10008.5.1.4.1.1.1",
  "Digital X-Ray for presentation": "1.2.840.10008.5.1.4.1.1.1.1",
  "Digital X-Ray for processing": "1.2.840.10008.5.1.4.1.1.1.1.1",
  "RT Image": "1.2.840.10008.5.1.4.1.1.481.1",
  "VL Photographic": "1.2.840.10008.5.1.4.1.1.77.1.4",
  "X-Ray Angiographic": "1.2.840.10008.5.1.4.1.1.12.1",
  "Mammography Tomosynthesis": "1.2.840.10008.5.1.4.1.1.13.1.3",
  "a private class": "1.2.3.4",
};

const OTHERS = {
  "Secondary Capture": "1.2.840.10008.5.1.4.1.1.7",
  "Multi-frame True Color Secondary Capture": "1.2.840.10008.5.1.4.1.1.7.4",
  "Comprehensive 3D SR": "1.2.840.10008.5.1.4.1.1.88.34",
  "Basic Text SR": "1.2.840.10008.5.1.4.1.1.88.11",
  "Key Object Selection": "1.2.840.10008.5.1.4.1.1.88.59",
  "Grayscale Softcopy Presentation State": "1.2.840.10008.5.1.4.1.1.11.1",
  "Encapsulated PDF": "1.2.840.10008.5.1.4.1.1.104.1",
  "12-lead ECG": "1.2.840.10008.5.1.4.1.1.9.1.1",
  "Raw Data": "1.2.840.10008.5.1.4.1.1.66",
  Segmentation: "1.2.840.10008.5.1.4.1.1.66.4",
  "RT Dose": "1.2.840.10008.5.1.4.1.1.481.2",
  "RT Structure Set": "1.2.840.10008.5.1.4.1.1.481.3",
  "RT Ion Plan": "1.2.840.10008.5.1.4.1.1.481.8",
  "Tractography Results": "1.2.840.10008.5.1.4.1.1.66.6",
  "Hanging Protocol": "1.2.840.10008.5.1.4.38.1",
};

for (const [name, uid] of Object.entries(IMAGES)) {
  test(`${name} may be an image`, () => assert.equal(isImage(uid), true));
}
for (const [name, uid] of Object.entries(OTHERS)) {
  test(`${name} is no image`, () => assert.equal(isImage(uid), false));
}
