import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DataSet, dataSetOf, deriveUid, TransferSyntax, text, writePart10 } from "@redspot/dicom";
import { DicomWebClient, DicomWebError } from "@redspot/dicomweb";
import { type RunningOrthanc, startOrthanc } from "@redspot/testbed";

const CR = "1.2.840.10008.5.1.4.1.1.1";
const STUDY = deriveUid("dicomweb-client.test");
const SERIES = deriveUid("dicomweb-client.test", "series");
let orthanc: RunningOrthanc;
let client: DicomWebClient;

before(async () => {
  orthanc = await startOrthanc();
  client = new DicomWebClient({ url: `${orthanc.dicomWebUrl}/` });
});

after(() => orthanc.stop());

function instance(name: string, more: Parameters<typeof dataSetOf>[0] = {}): { uid: string; file: Uint8Array } {
  const uid = deriveUid("dicomweb-client.test", name);
  // Every byte value in every place of a word, and larger than what goes out in one piece.
  const pixels = Uint8Array.from({ length: 512 * 512 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
  const content: DataSet = dataSetOf({
    SOPClassUID: CR,
    SOPInstanceUID: uid,
    StudyInstanceUID: STUDY,
    SeriesInstanceUID: SERIES,
    Modality: "CR",
    PatientID: "TEST",
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: 512,
    Columns: 512,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: pixels,
    ...more,
  });
  return { uid, file: writePart10(content, { transferSyntaxUID: TransferSyntax.ExplicitVRLittleEndian }) };
}

test("what is stored comes back byte for byte, and is found", async () => {
  const instances = [instance("1"), instance("2")];
  const outcomes = await client.storeInstances(instances.map(({ file }) => file));
  assert.deepEqual(outcomes.failed, []);
  assert.deepEqual(
    outcomes.stored.map(({ sopInstanceUID }) => sopInstanceUID).sort(),
    instances.map(({ uid }) => uid).sort(),
  );

  for (const { uid, file } of instances) {
    const uids = { studyInstanceUID: STUDY, seriesInstanceUID: SERIES, sopInstanceUID: uid };
    assert.ok(Buffer.from(file).equals(await client.retrieveInstance(uids)));
  }
  const found = await client.searchForInstances({ Modality: "CR", limit: 10 }, { studyInstanceUID: STUDY });
  assert.deepEqual(
    found.map((dataSet) => text(dataSet, "SOPInstanceUID")).sort(),
    instances.map(({ uid }) => uid).sort(),
  );
  const studies = await client.searchForStudies({ StudyInstanceUID: STUDY });
  assert.deepEqual(
    studies.map((dataSet) => text(dataSet, "StudyInstanceUID")),
    [STUDY],
  );
});

test("storing again is as good as storing", async () => {
  const { uid, file } = instance("1");
  const { stored } = await client.storeInstances([file]);
  assert.deepEqual(
    stored.map(({ sopInstanceUID }) => sopInstanceUID),
    [uid],
  );
});

test("what matches nothing is found empty, what is not there not found", async () => {
  assert.deepEqual(await client.searchForStudies({ StudyInstanceUID: "1.2.3" }), []);
  assert.deepEqual(await client.searchForInstances({}, { studyInstanceUID: "1.2.3" }), []);
  await assert.rejects(
    client.retrieveInstance({ studyInstanceUID: STUDY, seriesInstanceUID: SERIES, sopInstanceUID: "1.2.3" }),
    (error) => error instanceof DicomWebError && error.code === "NOT_FOUND",
  );
});

test("of a good and a bad instance, Orthanc's answer tells which is which", async () => {
  const { uid, file } = instance("3");
  const outcomes = await client
    .storeInstances([file, new TextEncoder().encode("no DICOM file at all".repeat(20))])
    .catch((error: unknown) => error);
  // Its DICOMweb plugin 1.7 answers 400 to the whole request, without a word on either; an archive may tell of each.
  if (outcomes instanceof DicomWebError) {
    assert.equal(outcomes.code, "REFUSED");
  } else {
    const { stored, failed } = outcomes as Awaited<ReturnType<typeof client.storeInstances>>;
    assert.deepEqual(
      stored.map(({ sopInstanceUID }) => sopInstanceUID),
      [uid],
    );
    assert.equal(failed.length, 1);
  }
});
