import { deriveUid, TransferSyntax } from "@redspot/dicom";
import fc, { type Arbitrary } from "fast-check";
import { corpusFiles, perhapsDamaged } from "./damage.ts";

/** Few, so that instances meet themselves and their studies again. */
const uidPool = (kind: string, count: number) =>
  Array.from({ length: count }, (_, at) => deriveUid("fuzz", kind, String(at)));

const NO_UIDS = [
  "",
  ...["1", "1.", ".1", "1..2", "1.02", "1.2.x", "1.2/../../3", "../../../etc/passwd", "1.2.3\0", "1.2\\3"],
  ...["/etc/passwd", "..", ".", "1.2.3 ", " 1.2.3", "1.2.3\r\nX: y", `1.${"2".repeat(70)}`, `1.2${".3".repeat(40)}`],
];

const uid = (kind: string, count: number) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...uidPool(kind, count)) }, fc.constantFrom(...NO_UIDS));

const SOP_CLASSES = [
  "1.2.840.10008.5.1.4.1.1.1", // Computed Radiography
  "1.2.840.10008.5.1.4.1.1.1.1", // Digital X-Ray, for presentation
  "1.2.840.10008.5.1.4.1.1.88.34", // Comprehensive 3D SR
  "1.2.3.4",
];

const syntax = fc.oneof(
  { weight: 8, arbitrary: fc.constant<string>(TransferSyntax.ExplicitVRLittleEndian) },
  fc.constantFrom<string>(...Object.values(TransferSyntax), "1.2.840.10008.1.2.4.95", "1.2.3", "", "x"),
);

const SHORT_VRS = [
  "AE",
  "AS",
  "AT",
  "CS",
  "DA",
  "DS",
  "DT",
  "FD",
  "FL",
  "IS",
  "LO",
  "LT",
  "PN",
  "SH",
  "SS",
  "UI",
  "US",
];
const LONG_VRS = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];

const isLong = (vr: string) => LONG_VRS.includes(vr);

function header(tag: number, vr: string, length: number): Buffer {
  const bytes = Buffer.alloc(isLong(vr) ? 12 : 8);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes.write(vr, 4, 2, "latin1");
  if (isLong(vr)) bytes.writeUInt32LE(length, 8);
  else bytes.writeUInt16LE(length & 0xffff, 6);
  return bytes;
}

/** An element in Explicit VR Little Endian (PS3.5 7.1.2), of the length that it has or says it has. */
function element(tag: number, vr: string, value: Uint8Array | string, said?: number): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : Buffer.from(value);
  const padded = bytes.byteLength % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === "UI" ? "\0" : " ")]);
  return Buffer.concat([header(tag, vr, said ?? padded.byteLength), padded]);
}

const UNDEFINED_LENGTH = 0xffffffff;
const END = Buffer.alloc(4);

function delimiter(hex: string, length: Buffer = END): Buffer {
  return Buffer.concat([Buffer.from(hex, "hex"), length]);
}

function item(content: Uint8Array, undefinedLength: boolean): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(undefinedLength ? UNDEFINED_LENGTH : content.byteLength);
  const end = undefinedLength ? [delimiter("feff0de0")] : [];
  return Buffer.concat([delimiter("feff00e0", length), content, ...end]);
}

const value = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 100, maxLength: 300 }));

const tag = fc.oneof(
  fc.constantFrom(0x00080005, 0x00080016, 0x00080018, 0x0020000d, 0x0020000e, 0x00280010, 0x00280011, 0x7fe00010),
  fc.nat(0xffffffff),
);

const saidLength = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  fc.constantFrom(0, 1, 0xfffe, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff),
);

const plainElement = fc
  .tuple(tag, fc.constantFrom(...SHORT_VRS, ...LONG_VRS, "XX", "\0\0"), value, saidLength)
  .map((parts) => element(...parts));

const { anyElement } = fc.letrec<{ anyElement: Buffer; sequence: Buffer }>((tie) => ({
  anyElement: fc.oneof({ maxDepth: 4 }, plainElement, tie("sequence")),
  sequence: fc
    .tuple(
      tag,
      fc.constantFrom("SQ", "UN"),
      fc.array(fc.tuple(fc.array(tie("anyElement"), { maxLength: 3 }), fc.boolean()), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([tag, vr, items, undefinedLength]) => {
      const content = Buffer.concat(items.map(([elements, open]) => item(Buffer.concat(elements), open)));
      const end = undefinedLength ? [delimiter("feffdde0")] : [];
      return Buffer.concat([element(tag, vr, content, undefinedLength ? UNDEFINED_LENGTH : undefined), ...end]);
    }),
}));

/** Sequences in sequences, far deeper than any object of the standard. */
const deepNest = fc.constantFrom(3, 30, 60, 70, 200, 2000).map((depth) => {
  const opening = Buffer.concat([
    header(0x00081140, "SQ", UNDEFINED_LENGTH),
    delimiter("feff00e0", Buffer.alloc(4, 0xff)),
  ]);
  const closing = Buffer.concat([delimiter("feff0de0"), delimiter("feffdde0")]);
  return Buffer.concat([...Array(depth).fill(opening), ...Array(depth).fill(closing)]);
});

const us = (tag: number, number: number) => element(tag, "US", Buffer.from([number & 0xff, (number >> 8) & 0xff]));

/** An Image Pixel module (PS3.3 C.7.6.3) whose promises the pixel data need not keep. */
const image = fc
  .record({
    rows: fc.constantFrom(0, 1, 8, 64, 1000, 0xffff),
    columns: fc.constantFrom(0, 1, 8, 64, 1000, 0xffff),
    bits: fc.constantFrom(8, 16, 1, 32, 0),
    pixels: fc.oneof(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.uint8Array({ maxLength: 300 })),
    fragments: fc.boolean(),
  })
  .map(({ rows, columns, bits, pixels, fragments }) => {
    const data = fragments
      ? Buffer.concat([
          element(0x7fe00010, "OB", "", UNDEFINED_LENGTH),
          item(Buffer.alloc(0), false),
          item(pixels, false),
          delimiter("feffdde0"),
        ])
      : element(0x7fe00010, "OW", pixels);
    return Buffer.concat([
      us(0x00280002, 1),
      element(0x00280004, "CS", "MONOCHROME2"),
      us(0x00280010, rows),
      us(0x00280011, columns),
      us(0x00280100, bits),
      us(0x00280101, bits),
      us(0x00280102, bits - 1),
      us(0x00280103, 0),
      data,
    ]);
  });

/** A file whose elements are each as they may be, or not: see the parts. */
const built = fc
  .record({
    preamble: fc.oneof({ weight: 20, arbitrary: fc.constant(128) }, fc.nat(300)),
    prefix: fc.oneof({ weight: 20, arbitrary: fc.constant("DICM") }, fc.constantFrom("DICN", "", "DIC")),
    syntax,
    metaNames: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
    sopClass: fc.constantFrom(...SOP_CLASSES),
    sopInstance: uid("instance", 40),
    study: uid("study", 10),
    series: uid("series", 3),
    patient: fc.constantFrom("SECRET^NAME", "", "SECRET^A=SECRET^B=SECRET^C"),
    extra: fc.array(fc.oneof({ weight: 5, arbitrary: anyElement }, deepNest), { maxLength: 4 }),
    image: fc.option(image),
  })
  .map(({ preamble, prefix, syntax, metaNames, sopClass, sopInstance, study, series, patient, extra, image }) => {
    const meta = Buffer.concat([
      element(0x00020001, "OB", Buffer.from([0, 1])),
      element(0x00020002, "UI", sopClass),
      ...(metaNames ? [element(0x00020003, "UI", sopInstance)] : []),
      element(0x00020010, "UI", syntax),
    ]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(meta.byteLength);
    return Buffer.concat([
      Buffer.alloc(preamble),
      Buffer.from(prefix),
      element(0x00020000, "UL", length),
      meta,
      element(0x00080016, "UI", sopClass),
      element(0x00080018, "UI", sopInstance),
      element(0x00080060, "CS", "CR"),
      element(0x00100010, "PN", patient),
      element(0x0020000d, "UI", study),
      element(0x0020000e, "UI", series),
      ...extra,
      ...(image === null ? [] : [image]),
    ]);
  });

/** Files of DICOM (PS3.10) by grammar and from the corpus, some of them damaged. */
export function part10Inputs(): Arbitrary<Uint8Array> {
  const files = corpusFiles(".dcm");
  return perhapsDamaged(fc.oneof(built, ...(files.length === 0 ? [] : [fc.constantFrom(...files)])));
}
