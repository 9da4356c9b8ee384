import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf } from "./data-set.ts";
import { writeNativeDicomModel } from "./native-dicom-model.ts";

test("a data set as PS3.19 A.1 has it: in the order of tags, items numbered, text escaped", () => {
  const xml = writeNativeDicomModel({
    ...dataSetOf({
      PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう",
      ImageType: ["DERIVED", "SECONDARY"],
      FailedSOPSequence: [dataSetOf({ FailureReason: 49442, ReferencedSOPClassUID: "1.2" })],
      StudyDescription: 'a < b & "c"',
      RetrieveURL: null,
    }),
    "00091001": { vr: "UN", Value: [new Uint8Array([1, 2, 3])] },
    "7FE00010": { vr: "OW", BulkDataURI: "../bulk?a=1&b=2" },
  });
  assert.equal(
    xml,
    `<?xml version="1.0" encoding="UTF-8"?>
<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">${[
      '<DicomAttribute tag="00080008" vr="CS" keyword="ImageType"><Value number="1">DERIVED</Value>',
      '<Value number="2">SECONDARY</Value></DicomAttribute>',
      '<DicomAttribute tag="00081030" vr="LO" keyword="StudyDescription">',
      '<Value number="1">a &lt; b &amp; &quot;c&quot;</Value></DicomAttribute>',
      '<DicomAttribute tag="00081190" vr="UR" keyword="RetrieveURL"/>',
      '<DicomAttribute tag="00081198" vr="SQ" keyword="FailedSOPSequence"><Item number="1">',
      '<DicomAttribute tag="00081150" vr="UI" keyword="ReferencedSOPClassUID"><Value number="1">1.2</Value></DicomAttribute>',
      '<DicomAttribute tag="00081197" vr="US" keyword="FailureReason"><Value number="1">49442</Value></DicomAttribute>',
      "</Item></DicomAttribute>",
      '<DicomAttribute tag="00091001" vr="UN"><InlineBinary>AQID</InlineBinary></DicomAttribute>',
      '<DicomAttribute tag="00100010" vr="PN" keyword="PatientName"><PersonName number="1">',
      "<Alphabetic><FamilyName>Yamada</FamilyName><GivenName>Tarou</GivenName></Alphabetic>",
      "<Ideographic><FamilyName>山田</FamilyName><GivenName>太郎</GivenName></Ideographic>",
      "<Phonetic><FamilyName>やまだ</FamilyName><GivenName>たろう</GivenName></Phonetic></PersonName></DicomAttribute>",
      '<DicomAttribute tag="7FE00010" vr="OW" keyword="PixelData"><BulkData uri="../bulk?a=1&amp;b=2"/></DicomAttribute>',
    ].join("")}</NativeDicomModel>\n`,
  );
});
