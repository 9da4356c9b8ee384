import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { labelOf, readLabelFile } from "./label-file.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-labels-"));
after(() => rm(folder, { recursive: true }));
const path = join(folder, "labels.csv");

async function read(text: string) {
  await writeFile(path, text);
  return readLabelFile(path);
}
const reasons = ({ excluded }: Awaited<ReturnType<typeof read>>) => excluded.map(({ row, reason }) => [row, reason]);

test("a table as a spreadsheet saves it: byte order mark, semicolons, headings in any spelling", async () => {
  const { rows, count } = await read(
    "\ufeffAccession Number;Label;Laterality;Fracture-Type;Patient age\r\nA1;Fracture;left;Colles;71\r\nA2;no fracture;R;;\r\n",
  );
  assert.equal(count, 2);
  assert.deepEqual(rows, [
    {
      row: 2,
      kind: "accession",
      key: "A1",
      label: "fracture",
      side: "L",
      subtype: "Colles",
      patient: null,
      age: 71,
      sex: null,
    },
    {
      row: 3,
      kind: "accession",
      key: "A2",
      label: "no fracture",
      side: "R",
      subtype: null,
      patient: null,
      age: null,
      sex: null,
    },
  ]);
});

test("words for a label, and words that are none", () => {
  for (const word of ["fracture", "Fracture", "1", "yes", "positive", "FX"])
    assert.equal(labelOf(word), "fracture", word);
  for (const word of ["no fracture", "no_fracture", "0", "normal", "Negative"])
    assert.equal(labelOf(word), "no fracture", word);
  for (const word of ["", "?", "abnormal", "possible fracture", "2"]) assert.equal(labelOf(word), undefined, word);
});

test("the paper's criteria, and rows without label or name, are left out by their row", async () => {
  const file = await read(
    `study,label,plaster,other_fracture,inconclusive,age,view
1.2.1,fracture,yes,,,,
1.2.2,fracture,,x,,,
1.2.3,fracture,no,,1,,
1.2.4,doubtful,,,,,
1.2.5,fracture,,,,12,
1.2.6,fracture,,,,40,PA
,fracture,,,,,
1.2.8,fracture,no,0,,40,lateral
`,
  );
  assert.deepEqual(reasons(file), [
    [2, "PLASTER_CAST"],
    [3, "OTHER_FRACTURE"],
    [4, "INCONCLUSIVE_PROJECTION"],
    [5, "NO_LABEL"],
    [6, "OPEN_GROWTH_PLATES"],
    [7, "NOT_LATERAL"],
    [8, "NOT_FOUND"],
  ]);
  assert.deepEqual(
    file.rows.map(({ key }) => key),
    ["1.2.8"],
  );
  assert.ok(file.leftOut.has("study 1.2.1"));
});

test("a study in the file twice counts once; labelled both ways, not at all; two wrists are two", async () => {
  const file = await read("accession,label,side\nA,1,\nA,1,\nB,1,\nB,0,\nC,1,L\nC,0,R\n");
  assert.deepEqual(
    file.rows.map(({ row }) => row),
    [2, 6, 7],
  );
  assert.deepEqual(reasons(file), [
    [3, "LISTED_TWICE"],
    [4, "CONTRADICTORY_LABELS"],
    [5, "CONTRADICTORY_LABELS"],
  ]);
});

test("what is no label file is refused, and nothing of it is quoted", async () => {
  const refused = (text: string, message: RegExp) =>
    assert.rejects(read(text), (error: Error & { code: string }) => {
      assert.equal(error.code, "LABELS_INVALID");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /Miller/);
      return true;
    });
  await refused("name,result\nMiller,fracture\n", /first line .* "label"/);
  await refused("", /first line/);
  await refused('study,label\n"Miller,1\n', /quotation mark/);
  await assert.rejects(readLabelFile(join(folder, "missing.csv")), { code: "LABELS_INVALID", message: /ENOENT/ });
});
