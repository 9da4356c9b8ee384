import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { dataSetOf, deriveUid, TransferSyntax, writePart10 } from "@redspot/dicom";
import { startRedis, startService, workFolder } from "@redspot/testbed";
import { Command } from "commander";
import { positive } from "./positive.ts";
import { forgetPeak, peakMegabytes, residentMegabytes } from "./process.ts";
import { rounded } from "./spread.ts";

const { megabytes, instances, clients, nodeOption } = new Command("bench:stow-memory")
  .description(
    "Streams large instances, made on the fly, into the stow service as a process of its own, and samples its resident " +
      "memory. The last line is one JSON object; rss_mb_max is the highest resident set while the bodies stream in, in " +
      "units of 1,000,000 bytes.",
  )
  .option("--megabytes <n>", "size of each instance in 1,000,000 bytes", positive, 500)
  .option("--instances <n>", "instances in one request", positive, 1)
  .option("--clients <n>", "requests at a time", positive, 1)
  .option("--node-option <option...>", "options for the service's Node, for trials", [])
  .parse()
  .opts<{ megabytes: number; instances: number; clients: number; nodeOption: string[] }>();

const CHUNK = Buffer.alloc(64 * 1024, Buffer.from(deriveUid("noise"), "latin1"));
const BOUNDARY = "boundary-of-the-bench";

/** A file whose pixel data, its last element, is said to have so many bytes; they follow. */
function headOf(sopInstanceUID: string, pixelBytes: number): Buffer {
  const file = writePart10(
    dataSetOf({
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
      SOPInstanceUID: sopInstanceUID,
      StudyInstanceUID: deriveUid("stow-memory"),
      SeriesInstanceUID: deriveUid("stow-memory", "series"),
      Modality: "CR",
      PixelData: new Uint8Array(2),
    }),
    { transferSyntaxUID: TransferSyntax.ExplicitVRLittleEndian },
  );
  const head = Buffer.from(file.subarray(0, -2));
  head.writeUInt32LE(pixelBytes, head.byteLength - 4);
  return head;
}

async function send(url: string, client: number): Promise<number | undefined> {
  const outgoing = request(`${url}/studies`, {
    method: "POST",
    headers: {
      "content-type": `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
      accept: "application/dicom+json",
    },
  });
  const answered = once(outgoing, "response");
  const write = async (bytes: Buffer) => {
    if (!outgoing.write(bytes)) await once(outgoing, "drain");
  };
  for (let instance = 0; instance < instances; instance += 1) {
    const pixelBytes = megabytes * 1_000_000;
    await write(Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`));
    await write(headOf(deriveUid("stow-memory", `${client}`, `${instance}`), pixelBytes));
    for (let left = pixelBytes; left > 0; left -= CHUNK.byteLength) {
      await write(left < CHUNK.byteLength ? CHUNK.subarray(0, left) : CHUNK);
    }
  }
  outgoing.end(`\r\n--${BOUNDARY}--\r\n`);
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}

const folder = workFolder("stow-memory");
const redis = await startRedis();
try {
  const { url, program, ready } = await startService("stow", {
    folder: folder.path,
    environment: { REDSPOT_REDIS_URL: redis.url, REDSPOT_SPOOL_DIR: join(folder.path, "spool") },
    nodeOptions: nodeOption,
  });
  try {
    await ready();
    const start = peakMegabytes(program.pid);
    forgetPeak(program.pid);
    const before = residentMegabytes(program.pid);
    const startedAt = performance.now();
    const statuses = await Promise.all(Array.from({ length: clients }, (_, client) => send(url, client)));
    const seconds = (performance.now() - startedAt) / 1000;
    const peak = peakMegabytes(program.pid);
    if (statuses.some((status) => status !== 200)) {
      throw new Error(`stow answered ${statuses.join(", ")}; its last lines:\n${program.tail()}`);
    }
    const mb = (figure: number) => rounded(figure, 1);
    const total = megabytes * instances * clients;
    console.log(`${total} MB in ${seconds.toFixed(1)} s: ${Math.round(total / seconds)} MB/s`);
    console.log(`resident: ${mb(before)} MB before, at most ${mb(peak)} MB meanwhile, ${mb(start)} MB at the start`);
    console.log(
      JSON.stringify({
        rss_mb_max: mb(peak),
        rss_mb_before: mb(before),
        rss_mb_start: mb(start),
        mb_per_second: Math.round(total / seconds),
      }),
    );
  } finally {
    await program.stop();
  }
} finally {
  await redis.stop();
  folder.remove();
}
