import assert from "node:assert/strict";
import { test } from "node:test";
import { auditedReceipts } from "./audited-receipts.ts";

const CR = "1.2.840.10008.5.1.4.1.1.1";
const DX = "1.2.840.10008.5.1.4.1.1.1.1";

test("each study has an event of what was new, what was there before, and what was refused and why", () => {
  const one = (studyInstanceUID: string, sopClassUID: string, held = false) => ({
    studyInstanceUID,
    sopClassUID,
    held,
  });
  const caller = { by: "token:north", address: "10.0.0.1" };
  const receive = { kind: "receive", ...caller } as const;
  assert.deepEqual(
    auditedReceipts(
      [
        one("1.1", CR),
        one("1.1", DX),
        one("1.1", CR),
        one("1.1", CR, true),
        { ...one("1.1", CR), code: "CONFLICT" },
        one("1.2", CR, true),
      ],
      caller,
    ),
    [
      {
        ...receive,
        study: "1.1",
        sopClasses: [
          { uid: CR, instances: 2 },
          { uid: DX, instances: 1 },
        ],
        held: false,
        outcome: 0,
      },
      { ...receive, study: "1.1", sopClasses: [{ uid: CR, instances: 1 }], held: true, outcome: 0 },
      { ...receive, study: "1.1", sopClasses: [{ uid: CR, instances: 1 }], held: false, outcome: 4, code: "CONFLICT" },
      { ...receive, study: "1.2", sopClasses: [{ uid: CR, instances: 1 }], held: true, outcome: 0 },
    ],
  );
  assert.deepEqual(auditedReceipts([], caller), []);
});
