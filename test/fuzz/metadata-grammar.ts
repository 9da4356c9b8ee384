import { deriveUid, TransferSyntax } from "@redspot/dicom";
import fc, { type Arbitrary } from "fast-check";
import { corpusFiles, perhapsDamaged } from "./damage.ts";
import { BOUNDARY } from "./multipart-grammar.ts";

/** Mostly what it should be. */
const mostly = <T>(usual: Arbitrary<T>, ...others: readonly T[]) =>
  fc.oneof({ weight: 12, arbitrary: usual }, fc.constantFrom(...others));

const uid = (kind: string) =>
  mostly<unknown>(
    fc.integer({ min: 0, max: 3 }).map((at) => deriveUid("fuzz", kind, String(at))),
    ...["", "1.02", "../../../etc/passwd", `1.${"2".repeat(70)}`, "1.2.3\0", "1.2.3 ", 5, null, {}, ["1.2"]],
  );

const URIS = ["bulk/1", "bulk/2", "/bulk/1", "http://elsewhere.example/bulk/1", "file:///etc/passwd", "../bulk/1", ""];

const VRS = [
  ...["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW"],
  ...["PN", "SH", "SL", "SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV", "XX", "", "us"],
];

const scalar = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 10 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom<unknown>(
    null,
    true,
    Number.POSITIVE_INFINITY,
    "1e999",
    -0,
    "99999999999999999999",
    "2026\\2027",
    "\u0000",
    "x".repeat(70_000),
  ),
  fc.record({ Alphabetic: fc.string({ maxLength: 12 }), Ideographic: fc.string({ maxLength: 5 }) }),
);

type Element = Record<string, unknown>;
type Model = Record<string, Element>;

const value = fc.oneof(
  { weight: 6, arbitrary: fc.array(scalar, { maxLength: 3 }).map((Value): Element => ({ Value })) },
  { weight: 1, arbitrary: fc.base64String({ maxLength: 40 }).map((InlineBinary): Element => ({ InlineBinary })) },
  { weight: 1, arbitrary: fc.constantFrom(...URIS).map((BulkDataURI): Element => ({ BulkDataURI })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Element>({}, { Value: {} }, { Value: "x" }, { InlineBinary: 5 }, { Value: [[]] }),
  },
);

const tag = fc.oneof(
  fc.constantFrom(
    "00100010",
    "00100020",
    "00080005",
    "00180015",
    "00281050",
    "00082218",
    "00091001",
    "00090010",
    "00020010",
  ),
  fc.constantFrom("7FE00010", "00000000", "FFFEE000", "FFFFFFFF", "0008", "x", "PatientName", "7fe00010", "__proto__"),
  fc.integer({ min: 0, max: 0xffffffff }).map((number) => number.toString(16).padStart(8, "0").toUpperCase()),
);

/** Elements of any kind, with data sets inside them up to a depth. */
const { model } = fc.letrec<{ model: Model; element: Element }>((tie) => ({
  model: fc.dictionary(tag, tie("element"), { maxKeys: 4, depthIdentifier: "sets" }),
  element: fc.oneof(
    { depthIdentifier: "sets", maxDepth: 4, withCrossShrink: true },
    fc.tuple(fc.constantFrom(...VRS), value).map(([vr, rest]): Element => ({ vr, ...rest })),
    fc.array(tie("model"), { maxLength: 2 }).map((Value): Element => ({ vr: "SQ", Value })),
  ),
}));

/** Sequences in sequences: deeper than a reader that calls itself can go. */
const abyss = fc
  .constantFrom(3, 60, 66, 20_000)
  .map((depth) => `${'{"00081115":{"vr":"SQ","Value":['.repeat(depth)}${"]}}".repeat(depth)}`);

const radiograph = fc
  .record({
    study: uid("study"),
    instance: uid("instance"),
    sopClass: mostly<unknown>(
      fc.constant("1.2.840.10008.5.1.4.1.1.1"),
      "1.2.840.10008.5.1.4.1.1.88.34",
      "1.2.3",
      "",
      7,
    ),
    pixels: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...URIS).map((BulkDataURI): Element => ({ vr: "OW", BulkDataURI })) },
      fc.base64String({ maxLength: 32 }).map((InlineBinary): Element => ({ vr: "OW", InlineBinary })),
      fc.constant<Element>({ vr: "OW" }),
    ),
    rows: mostly<unknown>(fc.constant(2), 0, -1, 70_000, "2", null, 1.5),
    more: model,
  })
  .map(
    ({ study, instance, sopClass, pixels, rows, more }): Model => ({
      "00080016": { vr: "UI", Value: [sopClass] },
      "00080018": { vr: "UI", Value: [instance] },
      "0020000D": { vr: "UI", Value: [study] },
      "0020000E": { vr: "UI", Value: [deriveUid("fuzz", "series", "0")] },
      "00280002": { vr: "US", Value: [1] },
      "00280010": { vr: "US", Value: [rows] },
      "00280011": { vr: "US", Value: [2] },
      "00280100": { vr: "US", Value: [16] },
      ...more,
      "7FE00010": pixels,
    }),
  );

const json = fc.oneof(
  { weight: 8, arbitrary: fc.array(radiograph, { minLength: 1, maxLength: 3 }).map((sets) => JSON.stringify(sets)) },
  radiograph.map((set) => JSON.stringify(set)),
  abyss,
  fc.constantFrom(
    "",
    "[]",
    "[[]]",
    "null",
    "[null]",
    "{",
    '[{"00080018":{}}]',
    "\ufeff[]",
    '{"a":1e400}',
    "[".repeat(50_000),
    `[{"00100020":{"vr":"LO","Value":${"[".repeat(20_000)}${"]".repeat(20_000)}}}]`,
  ),
);

const escaped = (value: unknown) =>
  (typeof value === "string" ? value : String(JSON.stringify(value))).replace(
    /[&<>"]/g,
    (char) => `&#${char.codePointAt(0)};`,
  );

/** The Native DICOM Model of a data set (PS3.19 A.1), as far as there is one. */
function xmlOf(set: Model): string {
  return Object.entries(set)
    .map(([tag, { vr, Value, InlineBinary, BulkDataURI }]) => {
      const values = (Array.isArray(Value) ? Value : []).map((value, at) => {
        const number = `number="${at + 1}"`;
        if (vr === "SQ") return `<Item ${number}>${xmlOf((value ?? {}) as Model)}</Item>`;
        if (vr === "PN") {
          const name = `<Alphabetic><FamilyName>${escaped(value)}</FamilyName></Alphabetic>`;
          return `<PersonName ${number}>${name}</PersonName>`;
        }
        return `<Value ${number}>${escaped(value)}</Value>`;
      });
      const binary = InlineBinary === undefined ? "" : `<InlineBinary>${escaped(InlineBinary)}</InlineBinary>`;
      const bulk = BulkDataURI === undefined ? "" : `<BulkData uri="${escaped(BulkDataURI)}"/>`;
      const content = `${values.join("")}${binary}${bulk}`;
      return `<DicomAttribute tag="${escaped(tag)}" vr="${escaped(vr)}">${content}</DicomAttribute>`;
    })
    .join("");
}

const XML_HEADS = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  "",
  '<?xml version="1.0" encoding="utf-16"?>',
  '<?xml version="1.0" encoding="iso-8859-1"?>',
  '<?xml version="1.0" encoding="nonsense"?>',
  '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
  '<!DOCTYPE a [<!ENTITY a "xxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>',
];

const xml = fc
  .record({
    head: mostly(fc.constant(XML_HEADS[0]!), ...XML_HEADS),
    set: radiograph,
    deep: mostly(fc.constant(0), 70, 5000),
    // Tags that are none of the model's, one in the other.
    strange: mostly(fc.constant(0), 100, 500_000),
  })
  .map(({ head, set, deep, strange }) => {
    const open = '<DicomAttribute tag="00081115" vr="SQ"><Item number="1">'.repeat(deep);
    const close = "</Item></DicomAttribute>".repeat(deep);
    return `${head}<NativeDicomModel>${xmlOf(set)}${open}${close}${"<a>".repeat(strange)}</NativeDicomModel>`;
  });

const BULK_TYPES = [
  "application/octet-stream",
  "image/jpeg",
  "image/dicom-rle",
  "image/jls",
  `application/octet-stream; transfer-syntax=${TransferSyntax.RLELossless}`,
  "image/jpeg; transfer-syntax=1.2.3",
  "video/mp4",
  "",
];

const bulk = fc.record({
  location: mostly(
    fc.constantFrom("bulk/1", "bulk/2", "bulk/1/frames/1", "bulk/1/frames/2"),
    ...URIS,
    "bulk/1/frames/99999999999",
  ),
  type: mostly(fc.constant(BULK_TYPES[0]!), ...BULK_TYPES),
  bytes: fc.uint8Array({ maxLength: 64 }),
});

/** Multipart bodies of metadata and bulk data by grammar; in most of them something is wrong. */
export function metadataInputs(): Arbitrary<Uint8Array> {
  const metadata = fc.oneof(
    json.map((text) => ({ type: "application/dicom+json", text })),
    xml.map((text) => ({ type: "application/dicom+xml", text })),
  );
  const body = fc
    .record({ metadata: fc.array(metadata, { minLength: 1, maxLength: 2 }), bulk: fc.array(bulk, { maxLength: 4 }) })
    .map(({ metadata, bulk }) => {
      const parts = [
        ...metadata.map(({ type, text }) => [`Content-Type: ${type}`, Buffer.from(text)] as const),
        ...bulk.map(
          ({ location, type, bytes }) => [`Content-Type: ${type}\r\nContent-Location: ${location}`, bytes] as const,
        ),
      ];
      const pieces = parts.flatMap(([header, content]) => [
        Buffer.from(`--${BOUNDARY}\r\n${header}\r\n\r\n`, "latin1"),
        content,
        Buffer.from("\r\n"),
      ]);
      return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--`)]);
    });
  const files = corpusFiles(".metadata");
  return fc.oneof(
    { weight: 6, arbitrary: body },
    { weight: 3, arbitrary: perhapsDamaged(body) },
    perhapsDamaged(fc.constantFrom(...files)),
  );
}
