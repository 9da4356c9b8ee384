import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownVariables } from "./unknown-variables.ts";

const setting = (name: string, isSecret: boolean) => ({ name, about: "", isRequired: false, isSecret, needs: [] });
const settings = [setting("REDSPOT_PORT", false), setting("REDSPOT_TOKENS", true)];

test("what nothing reads is told, with what was probably meant; other programs' variables are theirs", () => {
  const names = ["PATH", "REDSPOT_PORT", "REDSPOT_TOKENS_FILE", "REDSPOT_PROT", "REDSPOT_PORT_FILE"];
  assert.deepEqual(unknownVariables(names, settings), [
    { name: "REDSPOT_PROT", meant: "REDSPOT_PORT" },
    { name: "REDSPOT_PORT_FILE", meant: "REDSPOT_PORT" },
  ]);
});
