import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataSet, dataSetOf } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { writeNativeDicomModel } from "./native-dicom-model.ts";
import { readNativeDicomModel } from "./read-native-dicom-model.ts";

const model = (content: string) => `<?xml version="1.0"?><NativeDicomModel>${content}</NativeDicomModel>`;

test("what is written is read again", () => {
  const dataSet: DataSet = {
    ...dataSetOf({
      ImageType: ["A", "B"],
      PatientName: "Yamada^^Tarou=山田",
      StudyDescription: 'a < b & "c"',
      ReferencedImageSequence: [dataSetOf({ ReferencedSOPInstanceUID: "1.2" }), {}],
      AccessionNumber: null,
    }),
    "00091001": { vr: "UN", Value: [new Uint8Array([1, 2, 3])] },
    "7FE00010": { vr: "OW", BulkDataURI: "a?b=1&c" },
  };
  assert.deepEqual(readNativeDicomModel(writeNativeDicomModel(dataSet)), dataSet);
});

test("capitals as in PS3.18 B.23, white space between elements, an empty value among others, prefixes, CDATA", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
    <n:NativeDicomModel xmlns:n="http://dicom.nema.org/PS3.19/models/NativeDICOM">
      <n:DicomAttribute Tag="0020000d" VR="UI" Keyword="StudyInstanceUID"><n:Value number="1">1.2</n:Value></n:DicomAttribute>
      <n:DicomAttribute tag="00080008" vr="CS"><n:Value number="1"/><n:Value number="2"><![CDATA[B]]></n:Value></n:DicomAttribute>
      <n:DicomAttribute tag="7FE00010" vr="OB"><n:BulkData uuid="u"/></n:DicomAttribute>
    </n:NativeDicomModel>`;
  assert.deepEqual(readNativeDicomModel(xml), {
    "0020000D": { vr: "UI", Value: ["1.2"] },
    "00080008": { vr: "CS", Value: [null, "B"] },
    "7FE00010": { vr: "OB", BulkDataURI: "u" },
  });
});

test("private elements without a block get that of their creator", () => {
  const element = (tag: string, creator: string) =>
    `<DicomAttribute tag="${tag}" vr="LO" privateCreator="${creator}"><Value number="1">v</Value></DicomAttribute>`;
  const own = '<DicomAttribute tag="00090010" vr="LO"><Value number="1">A</Value></DicomAttribute>';
  const dataSet = readNativeDicomModel(
    model(own + element("00090001", "A") + element("00090002", "B") + element("00091103", "B")),
  );
  assert.deepEqual(Object.keys(dataSet).sort(), ["00090010", "00090011", "00091001", "00091102", "00091103"]);
});

test("what is not of the model, and what would blow up or read files, is refused and not told", () => {
  const bad = [
    "",
    "SECRET",
    "<a>",
    "<NativeDicomModel>",
    "<DicomAttribute/>",
    "<NotTheModel/>",
    // For each tag that opens, the parser looks at all around it: of so many it would never come to an end.
    "<a>".repeat(1_000_000),
    model("<Item/>"),
    model('<DicomAttribute vr="PN"/>'),
    model('<DicomAttribute tag="SECRET" vr="PN"/>'),
    model('<Value number="1">SECRET</Value>'),
    model('<DicomAttribute tag="00100010" vr="PN"><DicomAttribute tag="00100020" vr="LO"/></DicomAttribute>'),
    model('<DicomAttribute tag="00100010" vr="LO"><Value number="1">&SECRET;</Value></DicomAttribute>'),
    model("").replace("<N", '<!DOCTYPE x [<!ENTITY a "SECRET"><!ENTITY b "&a;&a;">]><N'),
    model("").replace("<N", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><N'),
    model('<DicomAttribute tag="00081140" vr="SQ"><Item number="1">'.repeat(100)),
    model("<NativeDicomModel/>"),
    ...['<Value number="1"></Value>', '<PersonName number="1"/>', "<InlineBinary>AQID</InlineBinary>"].map((value) =>
      model(`<DicomAttribute tag="00081140" vr="SQ">${value}</DicomAttribute>`),
    ),
    model('<DicomAttribute tag="00100010" vr="PN"><Item number="1"/></DicomAttribute>'),
    model('<DicomAttribute tag="7FE00010" vr="OW"><InlineBinary>SECRET^</InlineBinary></DicomAttribute>'),
  ];
  for (const xml of bad) {
    assert.throws(
      () => readNativeDicomModel(xml),
      (error) => error instanceof DicomError && error.code === "MALFORMED" && !/SECRET/.test(error.message),
      xml.slice(0, 200),
    );
  }
});
