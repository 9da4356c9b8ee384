import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deriveUid, readPart10, text } from "@redspot/dicom";

const run = promisify(execFile);

/** An object as a PACS has it, made by dcmtk. */
export interface PacsObject {
  file: string;
  bytes: Uint8Array;
  sopInstanceUID: string;
  /** Whether triage should look at it: the others are taken all the same. */
  isImage: boolean;
}

const IMAGE_PIXEL = [
  "(0028,0002) US 1",
  "(0028,0004) CS [MONOCHROME2]",
  "(0028,0010) US 8",
  "(0028,0011) US 8",
  "(0028,0100) US 16",
  "(0028,0101) US 12",
  "(0028,0102) US 11",
  "(0028,0103) US 0",
  `(7fe0,0010) OW ${Array.from({ length: 64 }, (_, index) => (index * 60).toString(16).padStart(4, "0")).join("\\")}`,
];

const CODE = ["(0008,0100) SH [126000]", "(0008,0102) SH [DCM]", "(0008,0104) LO [Imaging Measurement Report]"];
const item = (...lines: string[]) => ["(fffe,e000) na", ...lines, "(fffe,e00d) na"];
const sequence = (tag: string, ...items: string[][]) => [`${tag} SQ`, ...items.flat(), "(fffe,e0dd) na"];
const REFERENCE = item("(0008,1150) UI [1.2.840.10008.5.1.4.1.1.1]", "(0008,1155) UI [1.2.3]");

/** SOP class, modality, what is in it beside who it is, and whether triage should look at it. */
const KINDS: Record<string, [sopClassUID: string, modality: string, content: string[], isImage: boolean]> = {
  "Computed Radiography": ["1.2.840.10008.5.1.4.1.1.1", "CR", IMAGE_PIXEL, true],
  "Digital X-Ray for presentation": ["1.2.840.10008.5.1.4.1.1.1.1", "DX", IMAGE_PIXEL, true],
  "Digital X-Ray for processing": ["1.2.840.10008.5.1.4.1.1.1.1.1", "DX", IMAGE_PIXEL, true],
  "Structured Report": [
    "1.2.840.10008.5.1.4.1.1.88.34",
    "SR",
    ["(0040,a040) CS [CONTAINER]", ...sequence("(0040,a043)", item(...CODE)), "(0040,a050) CS [SEPARATE]"],
    false,
  ],
  "Presentation State": [
    "1.2.840.10008.5.1.4.1.1.11.1",
    "PR",
    ["(0070,0080) CS [LABEL]", ...sequence("(0008,1115)", item(...sequence("(0008,1140)", REFERENCE)))],
    false,
  ],
  "Key Object Selection": [
    "1.2.840.10008.5.1.4.1.1.88.59",
    "KO",
    [...sequence("(0040,a375)", item(...sequence("(0008,1115)", item(...sequence("(0008,1199)", REFERENCE)))))],
    false,
  ],
  "an image without pixels": ["1.2.840.10008.5.1.4.1.1.1", "CR", [], true],
  "a private class": ["1.3.12.2.1107.5.9.1", "OT", ["(0029,0010) LO [VENDOR]", "(0029,1010) OB 01\\02\\03\\04"], true],
};

/**
 * What a PACS has of a study, and pushes with it: images of three classes, a report, a presentation state, a key object
 * selection, an image that lacks its pixels, an object of a vendor's own class, a secondary capture and a PDF.
 */
export async function makePacsObjects(folder: string, study: string): Promise<PacsObject[]> {
  const objects: PacsObject[] = [];
  for (const [kind, [sopClassUID, modality, content, isImage]] of Object.entries(KINDS)) {
    const lines = [
      "(0008,0005) CS [ISO_IR 100]",
      `(0008,0016) UI [${sopClassUID}]`,
      `(0008,0018) UI [${deriveUid(study, kind)}]`,
      "(0008,0020) DA [20260101]",
      `(0008,0060) CS [${modality}]`,
      "(0010,0010) PN [Test^Patient]",
      "(0010,0020) LO [TEST]",
      `(0020,000d) UI [${deriveUid(study)}]`,
      `(0020,000e) UI [${deriveUid(study, modality)}]`,
      "(0020,0013) IS [1]",
      ...content,
    ];
    const [dump, file] = [join(folder, `${objects.length}.dump`), join(folder, `${objects.length}.dcm`)];
    await writeFile(dump, Buffer.from(`${lines.join("\n")}\n`, "latin1"));
    await run("dump2dcm", ["+te", dump, file]);
    objects.push(await objectAt(file, isImage));
  }
  const [first] = objects;
  const [jpeg, capture] = [join(folder, "capture.jpg"), join(folder, "capture.dcm")];
  await run("dcmj2pnm", ["+oj", "+Wn", first!.file, jpeg]);
  await run("img2dcm", ["--study-from", first!.file, "-k", "Modality=OT", jpeg, capture]);
  const [pdf, document] = [join(folder, "document.pdf"), join(folder, "document.dcm")];
  await writeFile(pdf, "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n");
  await run("pdf2dcm", ["+st", first!.file, pdf, document]);
  return [...objects, await objectAt(capture, false), await objectAt(document, false)];
}

/** The object in another transfer syntax, under another SOP Instance UID. */
export async function inOtherSyntax(object: PacsObject, option: string): Promise<PacsObject> {
  const file = `${object.file}${option}.dcm`;
  await run("dcmconv", [option, object.file, file]);
  await run("dcmodify", ["-nb", "-gin", file]);
  return objectAt(file, object.isImage);
}

async function objectAt(file: string, isImage: boolean): Promise<PacsObject> {
  const bytes = new Uint8Array(await readFile(file));
  return { file, bytes, sopInstanceUID: text(readPart10(bytes).dataSet, "SOPInstanceUID") ?? "", isImage };
}
