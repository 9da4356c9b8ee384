import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readPart10, text } from "@redspot/dicom";
import { makeStudy, type StudyOptions } from "@redspot/phantom";
import { toModelInput } from "@redspot/pixels";
import sharp from "sharp";
import { caseId } from "../case-id.ts";
import { type CasesFile, FILES, readInput } from "../work-folder.ts";
import { collectCases } from "./collect-cases.ts";
import { offerOfFolder } from "./folder-source.ts";
import { readLabelFile } from "./label-file.ts";
import { keyedHash, openPatientKey } from "./patient-key.ts";

const root = await mkdtemp(join(tmpdir(), "redspot-collect-"));
after(() => rm(root, { recursive: true }));

const matrix = { rows: 400, columns: 300 };
const phantom = (options: StudyOptions) => makeStudy({ matrix, views: ["lateral"], ...options }).instances[0]!;
const broken = phantom({ seed: 1, fracture: true, date: "20170103" });
const whole = phantom({ seed: 2, fracture: false, date: "20170102" });
const another = phantom({ seed: 3, fracture: false, date: "20170101" });

async function folderOf(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const folder = join(root, name);
  for (const [file, bytes] of Object.entries(files)) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), bytes);
  }
  return folder;
}

async function collect(folder: string, work: string, labelPath?: string): Promise<CasesFile & { fresh: number }> {
  let fresh = 0;
  const labels = labelPath === undefined ? undefined : { path: labelPath, file: await readLabelFile(labelPath) };
  const offer = await offerOfFolder({ folder, ...(labels ? { labels } : {}) });
  const onProgress = (_done: number, _of: number, now: number) => {
    fresh = now;
  };
  return { ...(await collectCases(offer, { work, threads: 2, parallel: 3, onProgress })), fresh };
}

const reasons = ({ excluded }: CasesFile) => excluded.map(({ row, reason }) => [row, reason]);

test("a folder by class: inputs are those of serving, in the order of acquisition, and nobody is named", async () => {
  const folder = await folderOf("plain", {
    "fracture/Mrs Miller.dcm": broken.bytes,
    "no fracture/b.dcm": whole.bytes,
    "no fracture/deeper/c.dcm": another.bytes,
  });
  const work = join(root, "plain-work");
  const { cases, excluded, fresh } = await collect(folder, work);
  assert.deepEqual([excluded, fresh], [[], 3]);
  assert.deepEqual(
    cases.map(({ label, order }) => [label, order]),
    [
      ["no fracture", 0],
      ["no fracture", 1],
      ["fracture", 2],
    ],
  );
  const last = cases[2]!;
  const { pixels } = await toModelInput(readPart10(broken.bytes));
  assert.deepEqual(await readInput(work, last.id), pixels);
  const key = await openPatientKey(work);
  const issuer = text(broken.dataSet, "IssuerOfPatientID") ?? "";
  assert.equal(last.patient, keyedHash(key, "patient", text(broken.dataSet, "PatientID")!, issuer));
  assert.equal(last.id, caseId(pixels, last.patient));
  assert.equal((await stat(join(work, "patient.key"))).mode & 0o777, 0o600);

  const identifying = [
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "StudyInstanceUID",
    "SOPInstanceUID",
    "AccessionNumber",
    "StudyDate",
  ]
    .flatMap((keyword) => text(broken.dataSet, keyword) ?? [])
    .concat("Miller");
  assert.ok(identifying.length > 6);
  for (const file of await readdir(work, { recursive: true })) {
    if ((await stat(join(work, file))).isDirectory()) continue;
    const content = (await readFile(join(work, file))).toString("latin1");
    for (const value of identifying) assert.ok(!content.includes(value) && !file.includes(value), `${file}: ${value}`);
  }
});

test("a second run prepares nothing; a line cut by a kill and an input that is gone are made again", async () => {
  const work = join(root, "plain-work");
  const first = await collect(join(root, "plain"), work);
  assert.equal(first.fresh, 0);
  const journal = await readFile(join(work, "collect.jsonl"), "utf8");
  const lastLine = journal.trimEnd().split("\n").at(-1)!;
  const gone = first.cases.find(({ id }) => !lastLine.includes(id))!;
  await rm(join(work, FILES.inputs, `${gone.id}.f32`));
  await truncate(join(work, "collect.jsonl"), journal.length - 20);
  const second = await collect(join(root, "plain"), work);
  assert.deepEqual([second.cases, second.fresh], [first.cases, 2]);
  assert.equal((await collect(join(root, "plain"), work)).fresh, 0);
});

test("what cannot be used is left out with its reason, and the rest is kept", async () => {
  const bytes = broken.bytes;
  const folder = await folderOf("mixed", {
    "fracture/1-lateral.dcm": bytes,
    "fracture/2-frontal.dcm": phantom({ seed: 4, views: ["pa"] }).bytes,
    "fracture/3-child.dcm": phantom({ seed: 5, exclusion: "open-growth-plates" }).bytes,
    "fracture/4-other.dcm": phantom({ seed: 6, exclusion: "other-body-part" }).bytes,
    "fracture/5-cut.dcm": bytes.subarray(0, bytes.length >> 1),
    "fracture/6-empty.dcm": new Uint8Array(0),
    "fracture/7-notes.txt": Buffer.from("not an image"),
    "fracture/8-again.dcm": bytes,
    "no fracture/9-lateral.dcm": whole.bytes,
    "unsorted/10-lateral.dcm": another.bytes,
  });
  const made = await collect(folder, join(root, "mixed-work"));
  const [cut, ...others] = reasons(made)
    .filter(([, reason]) => reason !== "DUPLICATE")
    .sort((a, b) => Number(a[0] === 5 ? -1 : b[0] === 5 ? 1 : 0));
  assert.ok(["UNREADABLE_INSTANCE", "PIXEL_DATA_TOO_SHORT"].includes(String(cut![1])), String(cut));
  assert.deepEqual(others, [
    [2, "NOT_LATERAL"],
    [3, "OPEN_GROWTH_PLATES"],
    [4, "NOT_A_WRIST"],
    [6, "NOT_AN_IMAGE"],
    [7, "NOT_AN_IMAGE"],
    [10, "NO_LABEL"],
  ]);
  assert.equal(reasons(made).filter(([, reason]) => reason === "DUPLICATE").length, 1);
  assert.equal(made.cases.length, 2);
});

test("the same radiograph in both classes is in neither", async () => {
  const folder = await folderOf("both", {
    "fracture/a.dcm": broken.bytes,
    "fracture/b.dcm": whole.bytes,
    "no fracture/c.dcm": whole.bytes,
    "no fracture/d.dcm": another.bytes,
  });
  const made = await collect(folder, join(root, "both-work"));
  assert.deepEqual(reasons(made), [
    [2, "CONTRADICTORY_LABELS"],
    [3, "CONTRADICTORY_LABELS"],
  ]);
});

test("pictures with a label file: by path or name, patients by its column, and a coloured flag is refused", async () => {
  const greys = async (seed: number) => {
    const { pixels, size } = await toModelInput(readPart10(phantom({ seed }).bytes));
    return sharp(
      Uint8Array.from(pixels, (grey) => grey * 255),
      { raw: { width: size, height: size, channels: 1 } },
    );
  };
  const flag = await sharp({ create: { width: 20, height: 20, channels: 3, background: "#e00" } })
    .png()
    .toBuffer();
  const flagged = await (await greys(13)).toColourspace("srgb").png().toBuffer();
  const folder = await folderOf("pictures", {
    "one.jpg": await (await greys(11)).jpeg({ quality: 95 }).toBuffer(),
    "sub/two.png": await (await greys(12)).png().toBuffer(),
    "three.png": await sharp(flagged)
      .composite([{ input: flag, left: 5, top: 5 }])
      .png()
      .toBuffer(),
    "four.jpg": (await (await greys(14)).jpeg().toBuffer()).subarray(0, 900),
    "five.png": await (await greys(15)).png().toBuffer(),
    "labels.csv": Buffer.from(
      "file,label,patient,side,age,sex,plaster\none.jpg,fracture,P1,L,66,F,\ntwo.png,no fracture,P1,R,66,F,\nthree.png,fracture,,,,,\nfour.jpg,fracture,,,,,\nfive.png,fracture,,,,,yes\nsix.png,fracture,,,,,\n",
    ),
  });
  const made = await collect(folder, join(root, "pictures-work"), join(folder, "labels.csv"));
  assert.deepEqual(reasons(made), [
    [4, "COLOUR"],
    [5, "CORRUPT_STREAM"],
    [6, "PLASTER_CAST"],
    [7, "NOT_FOUND"],
  ]);
  const [one, two] = made.cases;
  assert.equal(one!.patient, two!.patient);
  assert.deepEqual([one!.label, one!.side, one!.ageBand, one!.sex, one!.rows], ["fracture", "L", "60-79", "F", 299]);
  assert.deepEqual([two!.label, two!.side], ["no fracture", "R"]);
});

test("struck cases are left out by the next run, without preparing anything again", async () => {
  const work = join(root, "plain-work");
  const before = await collect(join(root, "plain"), work);
  await writeFile(join(work, FILES.struck), `id,reason\n${before.cases[1]!.id},flag still there\n`);
  const after = await collect(join(root, "plain"), work);
  assert.equal(after.fresh, 0);
  assert.deepEqual(
    after.cases.map(({ id }) => id),
    [before.cases[0]!.id, before.cases[2]!.id],
  );
  assert.deepEqual(
    after.excluded.map(({ reason }) => reason),
    ["STRUCK"],
  );
});

test("a full disk in a thread stops it with a code, and once there is room it goes on", async () => {
  const folder = await folderOf("full", { "fracture/a.dcm": broken.bytes, "no fracture/b.dcm": whole.bytes });
  const first = join(root, "full-first");
  const { cases } = await collect(folder, first);
  // The kernel's own full disk, where another run with the same key will write an input.
  const work = join(root, "full-second");
  await mkdir(join(work, FILES.inputs), { recursive: true });
  await copyFile(join(first, "patient.key"), join(work, "patient.key"));
  const ofThreads = Array.from({ length: 200 }, (_, id) => join(work, FILES.inputs, `${cases[1]!.id}.f32.${id}.half`));
  for (const half of ofThreads) await symlink("/dev/full", half);
  await assert.rejects(collect(folder, work), { code: "DISK_FULL", message: /run the same command again/ });
  for (const half of ofThreads) await rm(half, { force: true });
  assert.deepEqual((await collect(folder, work)).cases, cases);
});

test("a folder that is not there, and another key than the first, are told", async () => {
  await assert.rejects(collect(join(root, "missing"), root), { code: "SOURCE_UNREADABLE" });
  const work = join(root, "wrong-key");
  await mkdir(work);
  await writeFile(join(work, "patient.key"), "secret\n");
  await assert.rejects(openPatientKey(work), { code: "WORK_FILE_INVALID" });
});
