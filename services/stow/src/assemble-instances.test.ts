import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { binaries, type DataSet, dataSetOf, items, readPart10, TransferSyntax, text } from "@redspot/dicom";
import { waitUntil } from "@redspot/testbed";
import { MOST_METADATA_BYTES } from "./assemble-instances.ts";
import { byDcmtk, CR, crFile, multipart, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";
import { outcome, post, reason, TestService, TOKEN } from "./test-service.ts";

const service = new TestService();

const typed = (type: string) => ({ headers: { "content-type": `multipart/related; type="${type}"; boundary=b` } });
const JSON_BODY = typed("application/dicom+json");
const XML_BODY = typed("application/dicom+xml");

const latin1 = (bytes: Uint8Array | string) => Buffer.from(bytes as Uint8Array).toString("latin1");
const part = (header: string, content: Uint8Array | string) => `${header}\r\n\r\n${latin1(content)}`;
const json = (...dataSets: object[]) => part("Content-Type: application/dicom+json", JSON.stringify(dataSets));
const xml = (document: string) => part("Content-Type: application/dicom+xml", document);
const bulk = (location: string, content: Uint8Array | string, type = "application/octet-stream") =>
  part(`Content-Type: ${type}\r\nContent-Location: ${location}`, content);

/** What dcm2json makes of a CR image, its pixel data elsewhere. */
async function metadataOf(study: string, name = "1", uri = `${name}/pixels`): Promise<Record<string, object>> {
  const model = JSON.parse((await byDcmtk("dcm2json", crFile({ study, name }))).toString()) as Record<string, object>;
  return { ...model, "7FE00010": { vr: "OB", BulkDataURI: uri } };
}

async function stored(study: string, name = "1") {
  return readPart10(await service.spool.read(studyInstanceUIDOf(study), sopInstanceUIDOf(study, name)));
}

const pixels = Uint8Array.from({ length: 64 }, (_, index) => index);

describe("metadata and bulk data", () => {
  test("in JSON: two instances in one part, their pixels in another order, one of absolute location", async () => {
    const address = await service.serve({ strict: true });
    const [one, two] = [await metadataOf("json"), await metadataOf("json", "2", "https://pacs.example/bulk?of=2")];
    const body = multipart([json(one, two), bulk("https://pacs.example/bulk?of=2", pixels), bulk("1/pixels", pixels)]);
    const uids = ["1", "2"].map((name) => sopInstanceUIDOf("json", name)).sort();
    assert.deepEqual(await outcome(await post(address, body, JSON_BODY)), [200, uids, {}]);

    const { dataSet, meta, transferSyntaxUID } = await stored("json");
    const original = readPart10(crFile({ study: "json" })).dataSet;
    assert.equal(transferSyntaxUID, TransferSyntax.ExplicitVRLittleEndian);
    assert.equal(text(meta, "MediaStorageSOPInstanceUID"), sopInstanceUIDOf("json", "1"));
    assert.deepEqual(binaries(dataSet, "PixelData"), [pixels]);
    assert.deepEqual(withoutPixels(dataSet), withoutPixels(original));
    assert.equal(await service.settlingJobs("json"), 1);
    assert.deepEqual(await outcome(await post(address, body, JSON_BODY)), [200, uids, {}], "the same again");
  });

  test("in XML: one instance a part, in the encoding that it says", async () => {
    const address = await service.serve();
    const documents = await Promise.all(
      ["1", "2"].map(async (name) => {
        const file = crFile({ study: "xml", name }, { SpecificCharacterSet: "ISO_IR 192", PatientName: "SECRET^Zoë" });
        const document = await byDcmtk("dcm2xml", file, ["--native-format", "--use-xml-namespace"]);
        return document.toString().replace(/<BulkData uuid="[^"]*"/, `<BulkData uri="${name}"`);
      }),
    );
    const [one = "", two = ""] = documents;
    const inLatin1 = Buffer.from(two.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"'), "latin1");
    assert.match(one, /uri="1"/);
    const body = multipart([
      xml(one),
      bulk("1", pixels),
      part("Content-Type: application/dicom+xml", inLatin1),
      bulk("2", pixels),
    ]);
    assert.equal((await post(address, body, XML_BODY)).status, 200);
    for (const name of ["1", "2"]) {
      const { dataSet } = await stored("xml", name);
      assert.equal(text(dataSet, "PatientName"), "SECRET^Zoë");
      assert.deepEqual(binaries(dataSet, "PixelData"), [pixels]);
    }
  });

  const image = {
    ...{ SamplesPerPixel: 1, PhotometricInterpretation: "MONOCHROME2", Rows: 16, Columns: 8, BitsAllocated: 8 },
    ...{ BitsStored: 8, HighBit: 7, PixelRepresentation: 0 },
  };
  for (const [options, syntax] of [
    ["+eb", TransferSyntax.JPEGBaseline8Bit],
    ["+e1", TransferSyntax.JPEGLosslessSV1],
    ["+el +sv 4", TransferSyntax.JPEGLossless],
  ] as const) {
    test(`a JPEG frame by dcmcjpeg ${options} is stored in its own transfer syntax, and described by its own header`, async () => {
      const address = await service.serve();
      const study = `jpeg ${options}`;
      const file = crFile({ study }, { ...image, PixelData: new Uint8Array(128).fill(100) });
      const compressed = readPart10(await byDcmtk("dcmcjpeg", file, options.split(" ")));
      const [frame] = binaries(compressed.dataSet, "PixelData");
      const metadata = await metadataOf(study);
      for (const tag of Object.keys(dataSetOf(image))) delete metadata[tag];
      const body = multipart([json(metadata), bulk("1/pixels", frame!, "image/jpeg")]);
      assert.equal((await post(address, body, JSON_BODY)).status, 200);

      const { dataSet, transferSyntaxUID } = await stored(study);
      assert.equal(transferSyntaxUID, syntax);
      for (const [tag, { Value }] of Object.entries(dataSetOf(image)))
        assert.deepEqual(dataSet[tag]?.Value, Value, tag);
      const [kept] = binaries(dataSet, "PixelData");
      assert.deepEqual(Buffer.from(kept!), Buffer.from(frame!));
    });
  }

  test("frames in parts of their own, numbered or in order, in the transfer syntax that they say", async () => {
    const address = await service.serve();
    const frames = [1, 2, 3].map((value) => new Uint8Array(2 * value).fill(value));
    const type = "image/jls; transfer-syntax=1.2.840.10008.1.2.4.81";
    const numbered = [3, 1, 2].map((number) => bulk(`1/pixels/frames/${number}`, frames[number - 1]!, type));
    const inOrder = frames.map((frame) => bulk("2/pixels", frame, type));
    const body = multipart([
      json(await metadataOf("frames"), await metadataOf("frames", "2")),
      ...numbered,
      ...inOrder,
    ]);
    assert.equal((await post(address, body, JSON_BODY)).status, 200);
    for (const name of ["1", "2"]) {
      const { dataSet, transferSyntaxUID } = await stored("frames", name);
      assert.equal(transferSyntaxUID, TransferSyntax.JPEGLSNearLossless);
      assert.deepEqual(
        binaries(dataSet, "PixelData").map((frame) => Buffer.from(frame)),
        frames.map((frame) => Buffer.from(frame)),
      );
    }
  });

  test("a document of its own media type, and bulk data within a sequence", async () => {
    const address = await service.serve();
    const metadata: DataSet = {
      ...(await metadataOf("document")),
      "00080016": { vr: "UI", Value: ["1.2.840.10008.5.1.4.1.1.104.1"] },
      "00420011": { vr: "OB", BulkDataURI: "document" },
      "00880200": { vr: "SQ", Value: [{ "7FE00010": { vr: "OB", BulkDataURI: "icon" } }] },
    };
    delete metadata["7FE00010"];
    const body = multipart([json(metadata), bulk("icon", pixels), bulk("document", "%PDF-", "application/pdf")]);
    assert.equal((await post(address, body, JSON_BODY)).status, 200);
    const { dataSet } = await stored("document");
    assert.equal(latin1(binaries(dataSet, "EncapsulatedDocument")[0]!), "%PDF-\0");
    const [icon] = items(dataSet, "IconImageSequence");
    assert.deepEqual(binaries(icon!, "PixelData"), [pixels]);
  });
});

function withoutPixels(dataSet: DataSet): DataSet {
  return Object.fromEntries(Object.entries(dataSet).filter(([tag]) => tag !== "7FE00010"));
}

describe("metadata and bulk data of which something is wrong", () => {
  const good = async () => [json(await metadataOf("good")), bulk("1/pixels", pixels)];
  const uid = sopInstanceUIDOf("bad", "1");
  const badMetadata = {
    ...dataSetOf({ SOPClassUID: CR, SOPInstanceUID: uid }),
    "00280010": { vr: "US", Value: ["x"] },
  };
  const cases: Record<string, [parts: () => Promise<string[]>, Record<string, string[]>]> = {
    "bulk data that does not come": [
      async () => [json(await metadataOf("bad", "1", "nowhere"))],
      { [uid]: [reason("MISSING_BULK_DATA")] },
    ],
    "bulk data at another server, which is never asked": [
      async () => [json(await metadataOf("bad", "1", "http://169.254.169.254/latest"))],
      { [uid]: [reason("MISSING_BULK_DATA")] },
    ],
    "bulk data that nothing names": [async () => [bulk("other", pixels)], { "": [reason("UNCLAIMED_BULK_DATA")] }],
    "bulk data without a location": [
      async () => [part("Content-Type: application/octet-stream", pixels)],
      { "": [reason("WRONG_PART_TYPE")] },
    ],
    "pixel data of a media type that has no transfer syntax": [
      async () => [json(await metadataOf("bad", "1", "png")), bulk("png", pixels, "image/png")],
      { [uid]: [reason("TRANSFER_SYNTAX")] },
    ],
    "what is no JSON": [
      async () => [part("Content-Type: application/dicom+json", "{SECRET")],
      { "": [reason("BAD_METADATA")] },
    ],
    "what is no DICOM JSON": [async () => [json({ PatientName: "SECRET" })], { "": [reason("BAD_METADATA")] }],
    "a list within a value": [
      async () => [
        part("Content-Type: application/dicom+json", `[{"00100020":{"vr":"LO","Value":[${"[".repeat(100_000)}`),
        json({ "00100020": { vr: "LO", Value: [["SECRET"]] } }),
      ],
      { "": [reason("BAD_METADATA"), reason("BAD_METADATA")] },
    ],
    "a value that cannot be written": [async () => [json(badMetadata)], { [uid]: [reason("BAD_METADATA")] }],
    "no Study Instance UID": [
      async () => [json(dataSetOf({ SOPClassUID: "1.2.3", SOPInstanceUID: uid }))],
      { [uid]: [reason("MISSING_UID")] },
    ],
    "metadata that is too large": [
      async () => [json({ "00104000": { vr: "LT", Value: ["x".repeat(MOST_METADATA_BYTES)] } })],
      { "": [reason("INSTANCE_TOO_LARGE")] },
    ],
    "bulk data that is too large": [
      async () => [json(await metadataOf("bad", "1", "large")), bulk("large", new Uint8Array(1_000_001))],
      { "": [reason("INSTANCE_TOO_LARGE")], [uid]: [reason("MISSING_BULK_DATA")] },
    ],
  };

  for (const [name, [parts, failed]] of Object.entries(cases)) {
    test(`${name} fails alone, beside a good instance`, async () => {
      const address = await service.serve();
      const body = multipart([...(await parts()), ...(await good())]);
      assert.deepEqual(await outcome(await post(address, body, JSON_BODY)), [
        202,
        [sopInstanceUIDOf("good", "1")],
        failed,
      ]);
    });
  }

  test("bulk data that many name is not put together without end", async () => {
    const address = await service.serve();
    const names = Array.from({ length: 8 }, (_, index) => `${index}`);
    const models = await Promise.all(names.map((name) => metadataOf("many", name, "shared")));
    const body = multipart([json(...models), bulk("shared", new Uint8Array(900_000))]);
    const [status, taken, failed] = await outcome(await post(address, body, JSON_BODY));
    assert.deepEqual([status, taken.length], [202, 5], "as much as a request may hold");
    assert.deepEqual(Object.values(failed), Array(3).fill([reason("INSTANCE_TOO_LARGE")]));
  });

  test("more data sets than parts may be: the first ones are taken", async () => {
    const address = await service.serve();
    const models = [await metadataOf("good"), ...Array.from({ length: 100_000 }, () => ({}))];
    const [status, taken, failed] = await outcome(
      await post(address, multipart([json(...models), bulk("1/pixels", pixels)]), JSON_BODY),
    );
    assert.deepEqual([status, taken], [202, [sopInstanceUIDOf("good", "1")]]);
    assert.equal(failed[""]?.filter((one) => one === reason("TOO_MANY_PARTS")).length, 1);
    assert.equal(failed[""]?.length, 30, "29 without identity, and that there were more");
  });

  test("what all requests hold of metadata is bounded; who is too much is asked to come again, and may", async () => {
    const address = await service.serve();
    const content = json({ "00104000": { vr: "LT", Value: ["x".repeat(MOST_METADATA_BYTES - 1000)] } });
    const whole = multipart([content, ...(await good())]);
    const controller = new AbortController();
    const begin = () =>
      fetch(`${address}/studies`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, ...JSON_BODY.headers },
        body: new ReadableStream({
          start: (stream) => stream.enqueue(new Uint8Array(whole.subarray(0, MOST_METADATA_BYTES))),
        }),
        duplex: "half",
        signal: controller.signal,
      });
    const begun = Array.from({ length: 5 }, begin);
    const refused = await Promise.race(begun);
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal(((await refused.json()) as { code: string }).code, "BUSY");
    controller.abort();
    await Promise.allSettled(begun);
    const allTaken = async () => {
      const responses = await Promise.all(Array.from({ length: 4 }, () => post(address, whole, JSON_BODY)));
      return responses.every(({ status }) => status === 202);
    };
    await waitUntil(allTaken, { what: "their room", intervalMilliseconds: 5 });
  });

  test("a body that ends early: what was whole is stored", async () => {
    const address = await service.serve();
    const body = multipart([...(await good()), json(await metadataOf("bad", "1", "cut")), bulk("cut", pixels)]);
    const failed = { "": [reason("TRUNCATED")], [uid]: [reason("MISSING_BULK_DATA")] };
    const response = await post(address, body.subarray(0, -20), JSON_BODY);
    assert.deepEqual(await outcome(response), [202, [sopInstanceUIDOf("good", "1")], failed]);
  });

  test("XML with entities fails, and is not read", async () => {
    const address = await service.serve();
    const document = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><NativeDicomModel>&e;</NativeDicomModel>';
    const response = await post(address, multipart([xml(document)]), XML_BODY);
    assert.deepEqual(await outcome(response), [400, [], { "": [reason("BAD_METADATA")] }]);
  });

  test("another study than the path's fails", async () => {
    const address = await service.serve();
    const options = { ...JSON_BODY, path: "/studies/1.2.3" };
    const failed = { [sopInstanceUIDOf("good", "1")]: [reason("STUDY_MISMATCH")] };
    assert.deepEqual(await outcome(await post(address, multipart(await good()), options)), [409, [], failed]);
  });
});
