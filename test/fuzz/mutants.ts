import { readFileSync } from "node:fs";
import { join } from "node:path";

const corpus = (name: string): Buffer => readFileSync(join(import.meta.dirname, "corpus", `${name}.dcm`));

const cr = corpus("cr");
const document = corpus("document");

/** Where an element of the outermost data set begins: its tag and representation, little endian. */
function placeOf(file: Buffer, tag: string, vr: string): number {
  const at = file.indexOf(Buffer.concat([Buffer.from(tag, "hex"), Buffer.from(vr)]));
  if (at === -1) throw new Error(`the corpus has no ${tag} ${vr}`);
  return at;
}

const SOP_INSTANCE = "08001800";
const STUDY = "20000d00";
const ROWS = "28001000";
const PIXEL_DATA = "e07f1000";
const META_INSTANCE = "02000300";
const SYNTAX = "02001000";

/** The file with other bytes in the place of an element's whole, or of none. */
function replaced(file: Buffer, tag: string, vr: string, by: Buffer): Buffer {
  const at = placeOf(file, tag, vr);
  const end = at + 8 + file.readUInt16LE(at + 6);
  return withMetaLength(
    Buffer.concat([file.subarray(0, at), by, file.subarray(end)]),
    tag.startsWith("0200") ? by.byteLength - (end - at) : 0,
  );
}

function withMetaLength(file: Buffer, more: number): Buffer {
  const changed = Buffer.from(file);
  changed.writeUInt32LE(changed.readUInt32LE(140) + more, 140);
  return changed;
}

function elementOf(tag: string, vr: string, value: string): Buffer {
  const bytes = Buffer.from(value.length % 2 === 0 ? value : `${value}\0`, "latin1");
  return Buffer.concat([Buffer.from(tag, "hex"), Buffer.from(vr), Buffer.from([bytes.byteLength, 0]), bytes]);
}

function inserted(file: Buffer, at: number, bytes: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const DEEP = "08004011 53510000 ffffffff feff00e0 ffffffff";
const SHALLOW = "feff0de0 00000000 feffdde0 00000000";
const nested = (depth: number) => hex(DEEP.repeat(depth) + SHALLOW.repeat(depth));
const beforePixels = placeOf(cr, PIXEL_DATA, "OW");

/** Synthetic radiographs with one thing wrong each. docs/hostile-input.md says who takes them, and why. */
export const MUTANTS: Record<string, Buffer> = {
  "nothing wrong": cr,
  "a structured report": document,
  "text in the preamble": Buffer.concat([Buffer.alloc(128, "#!/bin/sh "), cr.subarray(128)]),
  "no DICM prefix": Buffer.concat([cr.subarray(0, 128), Buffer.from("DICN"), cr.subarray(132)]),
  "cut within the header": cr.subarray(0, 700),
  "cut within pixel data": cr.subarray(0, -1000),
  "a byte of padding behind the end": Buffer.concat([cr, Buffer.alloc(1)]),
  "junk behind the end": Buffer.concat([cr, Buffer.alloc(100, 0x41)]),
  "File Meta Information Group Length too long": withMetaLength(cr, 40),
  "no Transfer Syntax UID": replaced(cr, SYNTAX, "UI", Buffer.alloc(0)),
  "a Transfer Syntax UID that nobody knows": replaced(cr, SYNTAX, "UI", elementOf(SYNTAX, "UI", "1.2.3.4")),
  "Implicit VR Little Endian": corpus("implicit"),
  "Explicit VR Big Endian": corpus("big-endian"),
  "Deflated Explicit VR Little Endian": corpus("deflated"),
  "no SOP Instance UID in the data set": replaced(cr, SOP_INSTANCE, "UI", Buffer.alloc(0)),
  "a SOP Instance UID that is none": replaced(cr, SOP_INSTANCE, "UI", elementOf(SOP_INSTANCE, "UI", "1.2.x")),
  "a SOP Instance UID that is a path": replaced(
    cr,
    SOP_INSTANCE,
    "UI",
    elementOf(SOP_INSTANCE, "UI", "../../../etc/x"),
  ),
  "no Study Instance UID": replaced(cr, STUDY, "UI", Buffer.alloc(0)),
  "SOP Instance UID twice": inserted(cr, placeOf(cr, SOP_INSTANCE, "UI"), elementOf(SOP_INSTANCE, "UI", "1.2.3.4")),
  "another SOP Instance UID in the File Meta Information": replaced(
    cr,
    META_INSTANCE,
    "UI",
    elementOf(META_INSTANCE, "UI", "1.2.3.4"),
  ),
  "a representation that does not exist": inserted(cr, beforePixels, hex("29001010 5858 0200 3131")),
  "an element longer than the file": inserted(cr, beforePixels, hex("29001010 4f42 0000 00000070")),
  "an item longer than its sequence": inserted(cr, beforePixels, hex("29001010 5351 0000 08000000 feff00e0 10000000")),
  "a sequence without items in its place": inserted(
    cr,
    beforePixels,
    hex("29001010 5351 0000 08000000 29001110 4c4f 0000"),
  ),
  "sequences nested 20 deep": inserted(cr, beforePixels, nested(20)),
  "elements out of order": inserted(cr, beforePixels, elementOf("08007000", "LO", "MAKER")),
  "fewer pixels than Rows and Columns say": (() => {
    const changed = Buffer.from(cr);
    changed.writeUInt16LE(4000, placeOf(cr, ROWS, "US") + 8);
    return changed;
  })(),
  "sequences nested 100 deep": inserted(cr, beforePixels, nested(100)),
};
