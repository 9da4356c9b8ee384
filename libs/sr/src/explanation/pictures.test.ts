import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { type DataSet, items, readPart10, tagOf, text, texts, writePart10 } from "@redspot/dicom";
import { buildReport, type ReportRequest } from "../report.ts";
import { aFinding, aSource, DEVICE, IMAGE, NOW, OTHER_IMAGE, STUDY } from "../report-fixture.ts";
import { dciodvfy, withoutValidators } from "../validators.ts";
import { buildPicture, picturesOf } from "./pictures.ts";

const seen = { width: 299, height: 299, greys: new Uint8Array(299 * 299).map((_, at) => at % 200) };

function build(request: Partial<ReportRequest> = {}) {
  const whole = { finding: aFinding(), sources: [aSource()], device: DEVICE, now: NOW, ...request };
  const [reference] = picturesOf(whole.finding);
  assert.ok(reference);
  const picture = buildPicture(reference, seen, whole);
  assert.ok(picture);
  return picture;
}

describe("the activation map as a secondary capture", () => {
  test("is asked for where the image shows a fracture, or may", () => {
    const of = (probability: number | undefined) => picturesOf(aFinding({ probability })).map((one) => one.of);
    assert.deepEqual([of(0.934), of(0.42), of(0.1), of(undefined)], [[IMAGE], [IMAGE], [], []]);
  });

  for (const [name, request] of Object.entries({
    "as it is": {},
    "in German": { options: { language: "de-DE" as const } },
    "of a clinical model": { finding: aFinding({ intendedUse: "clinical", laterality: undefined }) },
    "of a lossy image": {
      sources: [
        aSource({
          LossyImageCompression: "01",
          LossyImageCompressionRatio: "10.5",
          LossyImageCompressionMethod: "ISO_10918_1",
          TimezoneOffsetFromUTC: "+0900",
        }),
      ],
    },
    "of a patient with an ideographic name": {
      sources: [aSource({ PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう" })],
    },
  })) {
    test(`passes dciodvfy: ${name}`, { skip: withoutValidators }, () => {
      assert.deepEqual(dciodvfy(build(request).dataSet).complaints, []);
    });
  }

  test("dciodvfy sees when its pixels are not described", { skip: withoutValidators }, () => {
    const { dataSet } = build();
    delete dataSet[tagOf("PhotometricInterpretation")];
    assert.match(dciodvfy(dataSet).complaints.join(), /PhotometricInterpretation/);
  });

  test("says what it is, of which image, by which device, and identifies nobody in its pixels", () => {
    const { dataSet } = build();
    assert.equal(text(dataSet, "SOPClassUID"), "1.2.840.10008.5.1.4.1.1.7");
    assert.deepEqual(texts(dataSet, "ImageType"), ["DERIVED", "SECONDARY"]);
    assert.match(text(dataSet, "DerivationDescription") ?? "", /DEMONSTRATION.*not a mark of the fracture/);
    assert.match(text(dataSet, "SeriesDescription") ?? "", /DEMONSTRATION - NOT FOR CLINICAL USE/);
    assert.equal(text(dataSet, "BurnedInAnnotation"), "NO");
    assert.equal(text(dataSet, "Laterality"), "L");
    assert.equal(text(dataSet, "PatientID"), "P1");
    const [source] = items(dataSet, "SourceImageSequence");
    assert.equal(text(source!, "ReferencedSOPInstanceUID"), IMAGE);
    const report = buildReport({ finding: aFinding(), sources: [aSource()], device: DEVICE, now: NOW }).dataSet;
    assert.equal(text(dataSet, "DeviceUID"), text(report, "DeviceUID"));
    const clinical = build({ finding: aFinding({ intendedUse: "clinical" }) }).dataSet;
    assert.doesNotMatch(JSON.stringify([text(clinical, "ImageComments"), text(clinical, "SeriesDescription")]), /DEMO/);
  });

  test("has the UIDs of image and model, in any revision of the study, and the same bytes again", () => {
    const [first, later] = [build(), build({ finding: aFinding({ revision: 2 }) })];
    assert.equal(later.sopInstanceUID, first.sopInstanceUID);
    const bytes = writePart10(first.dataSet);
    assert.deepEqual(writePart10(build().dataSet), bytes);
    assert.equal(
      createHash("sha256").update(bytes).digest("hex"),
      "99d5a9423b0593e8ea608f10d5f23acefa9c4aa3d398d84a4579b84d26c959a7",
    );
  });

  test("is referred to by the report, in the group of its image and among the evidence", () => {
    const finding = aFinding();
    const pictures = picturesOf(finding);
    const { dataSet } = buildReport({ finding, sources: [aSource()], device: DEVICE, now: NOW, pictures });
    const read = readPart10(writePart10(dataSet)).dataSet;
    const evidence = read[tagOf("CurrentRequestedProcedureEvidenceSequence")];
    assert.ok(JSON.stringify(evidence).includes(pictures[0]!.sopInstanceUID));
    const inTree = (item: DataSet): DataSet[] => [item, ...items(item, "ContentSequence").flatMap(inTree)];
    const explained = inTree(read).filter((item) =>
      /Visual explanation/.test(JSON.stringify(items(item, "ConceptNameCodeSequence"))),
    );
    assert.equal(explained.length, 1);
    assert.ok(JSON.stringify(explained).includes(pictures[0]!.sopInstanceUID));
  });

  test("of an image whose header is not at hand there is none", () => {
    const finding = aFinding();
    const sources = [aSource({ SOPInstanceUID: OTHER_IMAGE, SeriesInstanceUID: `${STUDY}.8` })];
    assert.equal(
      buildPicture(picturesOf(finding)[0]!, seen, { finding, sources, device: DEVICE, now: NOW }),
      undefined,
    );
  });
});
