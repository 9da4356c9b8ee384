import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type HL7Node, Message } from "node-hl7-client";
import { addSegment, messageOf, withoutControls } from "./segment.ts";

const begin = () => messageOf({ type: ["ORU", "R01", "ORU_R01"], controlId: "1", processingId: "P" });

/** A value, empty where the path leads nowhere. */
function read(node: HL7Node, path: string): string {
  try {
    return node.get(path).toString();
  } catch {
    return "";
  }
}

/** What separates, what escapes, what frames, and letters of several scripts. */
const value = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "|",
        "^",
        "~",
        "\\",
        "&",
        "\\F\\",
        "\\X41\\",
        "\\.br\\",
        "\r",
        "\n",
        "\v",
        "\x1c",
        "\u0085",
        "\u2028",
        '""',
        " ",
      ),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

test("any value comes back as it was, but for control characters and blanks at its ends", () => {
  fc.assert(
    fc.property(value, value, value, value, (plain, component, sub, repeated) => {
      const message = begin();
      addSegment(message, "PID", {
        2: plain,
        3: { 2: component, 4: { 3: sub } },
        5: ["first", { 2: repeated, 8: "I" }],
      });
      addSegment(message, "PV1", { 2: "U" });
      const text = message.toString();
      assert.doesNotMatch(text.replaceAll("\r", ""), /\p{Cc}/u);
      const back = new Message({ text });
      assert.equal(text.split("\r").length, 3, "three segments, whatever is in them");
      assert.equal(read(back, "PID.2"), withoutControls(plain));
      assert.equal(read(back, "PID.3.2"), withoutControls(component));
      assert.equal(read(back, "PID.3.4.3"), withoutControls(sub));
      const [first, second] = back.get("PID.5").toArray();
      assert.equal(first && read(first, "1"), "first");
      assert.equal(second && read(second, "2"), withoutControls(repeated));
      assert.equal(second && read(second, "8"), "I");
    }),
    { numRuns: 1000 },
  );
});

test("what is empty is left out, and nothing stands behind the last value", () => {
  const message = begin();
  addSegment(message, "PID", { 1: "1", 3: { 1: undefined, 4: { 1: "" } }, 5: [], 8: " ", 9: undefined });
  assert.equal(message.toString().split("\r")[1], "PID|1");
});
