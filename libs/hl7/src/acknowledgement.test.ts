import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acknowledge } from "@redspot/testbed";
import fc from "fast-check";
import { assertAccepted, readAcknowledgement } from "./acknowledgement.ts";
import { Hl7Error } from "./hl7-error.ts";

const SENT = "MSH|^~\\&|REDSPOT||RIS||20260329023015+0200||ORU^R01^ORU_R01|C1|P|2.5.1\r";

const fate = (code: string, error?: string) => {
  try {
    const options = error === undefined ? {} : { error };
    assertAccepted(readAcknowledgement(acknowledge(SENT, code, options)), "C1");
    return "accepted";
  } catch (thrown) {
    assert.ok(thrown instanceof Hl7Error);
    return thrown.code;
  }
};

describe("an acknowledgement", () => {
  test("accepts, fails or refuses by MSA-1 in both modes, and by what its ERR segment says", () => {
    for (const [code, error, expected] of [
      ["AA", undefined, "accepted"],
      ["CA", undefined, "accepted"],
      ["AE", undefined, "FAILED"],
      ["CE", undefined, "FAILED"],
      ["AR", undefined, "REFUSED"],
      ["CR", undefined, "REFUSED"],
      // Trying again cannot add a field that is missing; the order may yet come, and a record be unlocked.
      ["AE", "101", "REFUSED"],
      ["AE", "204", "FAILED"],
      ["AR", "206", "FAILED"],
      ["AR", "207", "FAILED"],
      ["AE", "999", "FAILED"],
      ["AR", "999", "REFUSED"],
    ] as const) {
      assert.equal(fate(code, error), expected, `${code} ${error}`);
    }
  });

  test("of another message, or none at all, is unclear", () => {
    const other = acknowledge(SENT.replace("|C1|", "|C2|"));
    assert.throws(() => assertAccepted(readAcknowledgement(other), "C1"), { code: "UNCLEAR", message: /MSA-2/ });
    for (const text of ["", "hello", "MSH", "MSH|^~\\&|", SENT, "MSA|AA|C1", "MSH|^~\\&|RIS\rMSA|XX|C1", "\x06"]) {
      assert.throws(() => assertAccepted(readAcknowledgement(text), "C1"), { code: "UNCLEAR" }, text);
    }
  });

  test("is told of by codes and places alone: nothing that it says in words", () => {
    const answer = acknowledge(SENT, "AR", { error: "204", text: "Quillfeather^Bartholomew" });
    assert.throws(() => assertAccepted(readAcknowledgement(answer), "C1"), {
      message:
        "the receiver failed at the message: AR, error 204 (unknown key identifier: the order or the patient may yet come), at PID-5",
    });
    for (const hostile of [
      answer.replace("|204^", "|Quillfeather^"),
      answer.replace("PID^1^5", "Quillfeather^1^Bart"),
    ]) {
      assert.throws(
        () => assertAccepted(readAcknowledgement(hostile), "C1"),
        (error: Error) => !/Quill|Bart/.test(error.message),
      );
    }
  });

  test("whatever comes is accepted only where it says so of this message", () => {
    const piece = fc.constantFrom(
      "MSH|^~\\&|",
      "MSA|AA|C1",
      "MSA|",
      "AA|",
      "C1",
      "\r",
      "|",
      "^",
      "\\",
      "ERR|",
      "\n",
      "é",
      "&",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        try {
          assertAccepted(readAcknowledgement(text), "C1");
        } catch (error) {
          assert.ok(error instanceof Hl7Error, String(error));
          return;
        }
        // Segments end with CR; receivers that write LF are understood.
        assert.match(text, /^MSH[\s\S]*[\r\n]\s*MSA\|AA\|C1/);
      }),
      { numRuns: 2000, examples: [[["MSH|^~\\&|", "\n", "MSA|AA|C1"]]] },
    );
  });
});
