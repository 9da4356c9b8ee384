/**
 * Drift, planted in images: phantoms of one seed, once as they are and once each as a change in the department would have
 * them, go through decoding, preprocessing, network and calibration as studies do, and the watch looks at what comes out.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { tagOf, writePart10 } from "@redspot/dicom";
import { ensurePackageBackbone, loadModelPackage, openEngine } from "@redspot/model";
import { makeStudy, type PhantomInstance, planStudies } from "@redspot/phantom";
import type { WatchNote } from "@redspot/queue";
import { outcomeAt } from "@redspot/triage";
import { Batcher } from "./batcher.ts";
import { expectationOfPackage, type WatchFigures, watchFigures } from "./model-watch.ts";
import { prepareInstance } from "./prepare-instance.ts";

/** The fewest of which the watch says anything; half with a fracture, as in the package's evaluation. */
const STUDIES = 50;

const cacheDir = fileURLToPath(new URL("../../../.cache", import.meta.url));
const pack = await loadModelPackage(fileURLToPath(new URL("../models/demo", import.meta.url)));
const { cutOff, inconclusiveBand } = pack.manifest;
const answer = { cutOff: cutOff.value, inconclusiveBand };

let phantoms: PhantomInstance[];
let engine: Awaited<ReturnType<typeof openEngine>>;
let score: (instance: Uint8Array) => Promise<WatchNote>;

before(async () => {
  const plan = planStudies({
    ...{ count: STUDIES, seed: 4711, fractureShare: 0.5, exclusionShare: 0, exclusions: [], oddityShare: 0 },
    matrix: { rows: 1200, columns: 800 },
  });
  phantoms = plan.map((one) => makeStudy({ ...one, views: ["lateral"] }).instances[0]!);
  const { path, inputScaling } = await ensurePackageBackbone(pack.manifest, { cacheDir });
  const { head, calibrate } = pack;
  engine = await openEngine({ engine: "onnxruntime", device: "cpu", threads: 2, backbonePath: path, head });
  const batcher = new Batcher({ lanes: 1, batchSize: 4 });
  score = async (instance) => {
    const preparation = await prepareInstance(instance);
    const origin = { manufacturer: "other", site: "other" };
    if ("reason" in preparation) return { outcome: "not-analysed", ...origin };
    const { logit } = await batcher.score(preparation.prepared.input, { engine, inputScaling, head, calibrate });
    return { logit, outcome: outcomeAt(calibrate(logit), answer), ...origin };
  };
});
after(() => engine.close());

/** What the watch says of the phantoms after a change to each. */
async function watched(change: (phantom: PhantomInstance) => Uint8Array): Promise<Required<WatchFigures>["scores"]> {
  const notes: WatchNote[] = [];
  for (const phantom of phantoms) notes.push(await score(change(phantom)));
  const { scores, notAnalysed } = watchFigures(notes, expectationOfPackage(pack, answer));
  assert.equal(notAnalysed, 0);
  return scores!;
}

/** Whether RedspotScoresDrift would fire. */
const isDrift = ({ psi, ks }: Required<WatchFigures>["scores"]) => psi.value > psi.limit || ks.value > ks.limit;

/** The image with other stored values. */
function withPixels({ dataSet }: PhantomInstance, pixels: Uint16Array): Uint8Array {
  return writePart10({ ...dataSet, [tagOf("PixelData")]: { vr: "OW", Value: [new Uint8Array(pixels.buffer)] } });
}

/** Stored value by brightness between 0, black, and 1, white; and the other way round. */
function greysOf({ image: { bitsStored, photometric } }: PhantomInstance) {
  const most = 2 ** bitsStored - 1;
  const turned = (share: number) => (photometric === "MONOCHROME1" ? 1 - share : share);
  return {
    brightness: (stored: number) => turned(stored / most),
    stored: (brightness: number) => Math.round(most * turned(brightness)),
  };
}

test("phantoms like those of the evaluation raise nothing", async () => {
  const figures = await watched(({ bytes }) => bytes);
  assert.ok(!isDrift(figures), JSON.stringify(figures));
  assert.ok(figures.flagged.low < figures.flagged.value && figures.flagged.value < figures.flagged.high);
});

test("a new detector, whose values rise steeply only where little gets through, is seen", async () => {
  const figures = await watched((phantom) => {
    const { brightness, stored } = greysOf(phantom);
    return withPixels(
      phantom,
      phantom.image.pixels.map((value) => stored(brightness(value) ** 4)),
    );
  });
  assert.ok(isDrift(figures), JSON.stringify(figures));
});

test("a window that somebody has narrowed for good is seen", async () => {
  const figures = await watched((phantom) => {
    const range = 2 ** phantom.image.bitsStored;
    const center = phantom.image.photometric === "MONOCHROME1" ? 0.4 : 0.6;
    return writePart10({
      ...phantom.dataSet,
      [tagOf("WindowCenter")]: { vr: "DS", Value: [Math.round(center * range)] },
      [tagOf("WindowWidth")]: { vr: "DS", Value: [Math.round(0.4 * range)] },
    });
  });
  assert.ok(isDrift(figures), JSON.stringify(figures));
});

test("a ring that lies over the wrist in every image, as of a new positioning aid, is seen", async () => {
  const figures = await watched((phantom) => {
    const { rows, columns } = phantom.image;
    const white = greysOf(phantom).stored(1);
    const pixels = phantom.image.pixels.slice();
    for (let at = 0; at < pixels.length; at++) {
      const [x, y] = [(at % columns) / columns - 0.5, (Math.floor(at / columns) - 0.6 * rows) / columns];
      const distance = Math.hypot(x, y);
      if (distance > 0.07 && distance < 0.12) pixels[at] = white;
    }
    return withPixels(phantom, pixels);
  });
  assert.ok(isDrift(figures), JSON.stringify(figures));
});
