import { type HL7Node, Message } from "node-hl7-client";
import { HL7_2_5_1 } from "node-hl7-client/hl7";

/** One value, or components by their position from 1, each one value or sub-components; what is empty is left out. */
export type Composite = undefined | string | { readonly [component: number]: undefined | string | SubComponents };
type SubComponents = { readonly [subComponent: number]: undefined | string };

/** A field's value, or its repetitions. */
type Field = Composite | readonly Composite[];

/** The fields of a segment by their position from 1, as HL7 2.5.1 counts them. */
export type Fields = { readonly [field: number]: Field };

/** What a message says of itself in MSH beyond its fields that can be set. */
interface Header {
  /** MSH-9: message code, trigger event, structure. */
  type: readonly [code: string, event: string, structure: string];
  /** MSH-10. */
  controlId: string;
  /** MSH-11. */
  processingId: "P" | "T";
}

/** A message of HL7 2.5.1 that has only its MSH; the library knows which fields that must have. */
export function messageOf({ type: [code, event, structure], controlId, processingId }: Header): Message {
  return new Message({
    specification: new HL7_2_5_1(),
    messageHeader: {
      msh_9_1: code,
      msh_9_2: event,
      msh_9_3: structure,
      msh_10: controlId,
      msh_11_1: processingId,
    },
  });
}

/** Adds a segment with these fields. The library escapes what separates (HL7 2.5.1, 2.7). */
export function addSegment(message: Message, name: string, fields: Fields): void {
  setFields(message.addSegment(name), fields);
}

/** Sets fields of a segment that is there. */
export function setFields(segment: HL7Node, fields: Fields): void {
  for (const [position, field] of Object.entries(fields)) {
    if (!isRepeated(field)) {
      set(segment, position, field);
      continue;
    }
    const repetitions = field.filter((one) => one !== undefined);
    if (repetitions.length === 0) continue;
    const node = segment.set(position);
    for (const [index, one] of repetitions.entries())
      set(node.set(index), "", typeof one === "string" ? { 1: one } : one);
  }
}

/** Sets a value at a path, or each of its parts below it. */
function set(node: HL7Node, path: string, value: Composite): void {
  if (value === undefined) return;
  if (typeof value !== "string") {
    for (const [position, part] of Object.entries(value))
      set(node, path === "" ? position : `${path}.${position}`, part);
    return;
  }
  const clean = withoutControls(value);
  if (clean !== "") node.set(path, clean);
}

function isRepeated(field: Field): field is readonly Composite[] {
  return Array.isArray(field);
}

/**
 * A line break would end the segment, and the bytes that frame a message (MLLP) would end the message: no control
 * character gets in. HL7 knows no blanks at the ends of a value (2.5.1, 2.A.74 ST).
 */
export function withoutControls(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}
