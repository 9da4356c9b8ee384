import assert from "node:assert/strict";
import { test } from "node:test";
import { DicomWebError } from "@redspot/dicomweb";
import { guardedPacs } from "./guarded-pacs.ts";
import { pacsOver } from "./pacs.ts";

test("a PACS that is away is left in peace after five tries, for as long as it asks; people's questions go through", async () => {
  let asked = 0;
  const away = async (): Promise<never> => {
    asked += 1;
    throw new DicomWebError("UNAVAILABLE", "503", 503, 60_000);
  };
  const pacs = guardedPacs(pacsOver({ storeInstances: away, searchForInstances: away, searchForStudies: away }));
  const store = () => pacs.store("1.2", "1.2.3", new Uint8Array()).catch((error: unknown) => error);
  for (let turn = 0; turn < 5; turn += 1) {
    const busy = (await store()) as { code: string; retryAfterMs: number };
    assert.deepEqual([busy.code, busy.retryAfterMs], ["PACS_BUSY", 60_000]);
  }
  const left = (await store()) as { code: string; retryAfterMs: number };
  assert.equal(asked, 5);
  assert.equal(left.code, "PACS_UNREACHABLE");
  assert.ok(left.retryAfterMs > 50_000);
  await assert.rejects(pacs.findStudy("1.2"));
  assert.equal(asked, 6);
});

test("reports that the PACS refuses do not keep the next from it", async () => {
  let asked = 0;
  const refused = { stored: [], failed: [{ failureReason: 0x0122 }] };
  const pacs = guardedPacs(
    pacsOver({
      storeInstances: async () => {
        asked += 1;
        return refused;
      },
      searchForInstances: async () => [],
      searchForStudies: async () => [],
    }),
  );
  for (let turn = 0; turn < 10; turn += 1) {
    await assert.rejects(pacs.store("1.2", "1.2.3", new Uint8Array()), { code: "PACS_REFUSED" });
  }
  assert.equal(asked, 10);
});
