import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dataSetOf,
  deriveUid,
  readPart10,
  TransferSyntax,
  tagOf,
  writeNativeDicomModel,
  writePart10,
} from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import { findProgram } from "@redspot/testbed";
import { Command } from "commander";

new Command("make-corpus")
  .description(
    "Makes the files of test/fuzz/corpus anew: small synthetic radiographs in every family of transfer syntax, a document " +
      "with nested sequences, and multipart bodies of them. The same each time, but for what the tools of dcmtk and gdcm " +
      "write of themselves.",
  )
  .parse();

const corpus = join(import.meta.dirname, "corpus");
const folder = mkdtempSync(join(tmpdir(), "redspot-corpus-"));

function keep(name: string, bytes: Uint8Array): Uint8Array {
  writeFileSync(join(corpus, name), bytes);
  return bytes;
}

/** Another encoding of a file, by a tool. */
function converted(name: string, tool: string, debianPackage: string, options: string[], bytes: Uint8Array): void {
  const [from, to] = [join(folder, "from.dcm"), join(folder, "to.dcm")];
  writeFileSync(from, bytes);
  execFileSync(findProgram(tool, debianPackage), [...options, from, to]);
  keep(name, readFileSync(to));
}

const study = makeStudy({
  seed: 1,
  views: ["lateral"],
  imageClass: "CR",
  matrix: { rows: 80, columns: 56 },
  bitsStored: 12,
});
const cr = keep("cr.dcm", study.instances[0]!.bytes);
converted("implicit.dcm", "dcmconv", "dcmtk", ["+ti"], cr);
converted("big-endian.dcm", "dcmconv", "dcmtk", ["+tb"], cr);
converted("deflated.dcm", "dcmconv", "dcmtk", ["+td"], cr);
converted("defined-lengths.dcm", "dcmconv", "dcmtk", ["+te", "+e"], cr);
converted("rle.dcm", "dcmcrle", "dcmtk", [], cr);
converted("jpeg-lossless.dcm", "dcmcjpeg", "dcmtk", ["+e1"], cr);
converted("jpeg-extended.dcm", "dcmcjpeg", "dcmtk", ["+ee"], cr);
converted("jpeg-ls.dcm", "dcmcjpls", "dcmtk", ["+el"], cr);
converted("jpeg-2000.dcm", "gdcmconv", "libgdcm-tools", ["--j2k"], cr);

const item = (depth: number): ReturnType<typeof dataSetOf> =>
  dataSetOf({
    RelationshipType: "CONTAINS",
    ValueType: "CONTAINER",
    ConceptNameCodeSequence: [dataSetOf({ CodeValue: "126000", CodingSchemeDesignator: "DCM", CodeMeaning: "Report" })],
    ...(depth === 0 ? {} : { ContentSequence: [item(depth - 1), item(depth - 1)] }),
  });
const document = keep(
  "document.dcm",
  writePart10(
    dataSetOf({
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.34",
      SOPInstanceUID: deriveUid("fuzz", "document"),
      StudyInstanceUID: deriveUid("fuzz", "study", "0"),
      SeriesInstanceUID: deriveUid("fuzz", "series", "0"),
      Modality: "SR",
      SpecificCharacterSet: "ISO_IR 192",
      PatientName: "SECRET^NAME",
      ContentSequence: [item(3)],
    }),
    { transferSyntaxUID: TransferSyntax.ExplicitVRLittleEndian },
  ),
);

function multipart(parts: readonly Uint8Array[], lineEnd = "\r\n"): Buffer {
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--b${lineEnd}Content-Type: application/dicom${lineEnd}${lineEnd}`),
    part,
    Buffer.from(lineEnd),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--b--${lineEnd}`)]);
}

keep("one.multipart", multipart([document]));
keep("three.multipart", multipart([document, cr.subarray(0, 700), cr]));
keep("lf.multipart", multipart([document, Buffer.from("no file")], "\n"));
keep("empty.multipart", Buffer.from("--b--\r\n"));

/** Metadata, and the radiograph's pixels as bulk data (PS3.18 10.5.2). */
function metadata(
  type: string,
  text: string,
  bulk: readonly (readonly [location: string, bytes: Uint8Array])[],
): Buffer {
  const parts = [
    [`Content-Type: ${type}`, Buffer.from(text)] as const,
    ...bulk.map(
      ([location, bytes]) =>
        [`Content-Type: application/octet-stream\r\nContent-Location: ${location}`, bytes] as const,
    ),
  ];
  const pieces = parts.flatMap(([header, content]) => [
    Buffer.from(`--b\r\n${header}\r\n\r\n`),
    content,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from("--b--\r\n")]);
}

const { [tagOf("PixelData")]: pixelData, ...header } = readPart10(cr).dataSet;
const withBulk = { ...header, [tagOf("PixelData")]: { vr: "OW", BulkDataURI: "bulk/1" } };
const pixels = pixelData?.Value?.[0] as Uint8Array;
keep("cr-json.metadata", metadata("application/dicom+json", JSON.stringify([withBulk]), [["bulk/1", pixels]]));
keep("cr-xml.metadata", metadata("application/dicom+xml", writeNativeDicomModel(withBulk), [["bulk/1", pixels]]));
const { dataSet: report } = readPart10(document);
keep("document-json.metadata", metadata("application/dicom+json", JSON.stringify([report]), []));
keep("document-xml.metadata", metadata("application/dicom+xml", writeNativeDicomModel(report), []));
rmSync(folder, { recursive: true });
