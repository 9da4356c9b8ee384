import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataSetOf, deriveUid, TransferSyntax, writePart10 } from "@redspot/dicom";
import { ALLOCATOR, freePort, startProgram, startRedis, waitUntil, workFolder } from "@redspot/testbed";
import { Command } from "commander";
import { positive } from "./positive.ts";

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

function sizes(pid: number): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]);
  return { rss: kibibytes("VmRSS") * 1024, peak: kibibytes("VmHWM") * 1024 };
}

async function send(port: number, client: number): Promise<number | undefined> {
  const outgoing = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/studies",
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
  const port = await freePort();
  const service = await startProgram({
    name: "services/stow",
    command: process.execPath,
    args: [...nodeOption, fileURLToPath(new URL("../../services/stow/src/main.ts", import.meta.url))],
    env: {
      ...ALLOCATOR,
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: join(folder.path, "spool"),
      REDSPOT_PORT: `${port}`,
      REDSPOT_ADMIN_PORT: "0",
    },
    logFile: join(folder.path, "stow.log"),
  });
  try {
    const url = `http://127.0.0.1:${port}/health/ready`;
    await waitUntil(async () => (await fetch(url)).ok, { what: "stow is ready", programs: [service] });
    const started = sizes(service.pid);
    // From here on the kernel keeps the peak anew (proc(5), clear_refs).
    writeFileSync(`/proc/${service.pid}/clear_refs`, "5");
    const idle = sizes(service.pid).rss;
    const startedAt = performance.now();
    const statuses = await Promise.all(Array.from({ length: clients }, (_, client) => send(port, client)));
    const seconds = (performance.now() - startedAt) / 1000;
    const { peak } = sizes(service.pid);
    if (statuses.some((status) => status !== 200)) {
      throw new Error(`stow answered ${statuses.join(", ")}; its last lines:\n${service.tail()}`);
    }
    const mb = (bytes: number) => Math.round(bytes / 100_000) / 10;
    const total = megabytes * instances * clients;
    console.log(`${total} MB in ${seconds.toFixed(1)} s: ${Math.round(total / seconds)} MB/s`);
    console.log(
      `resident: ${mb(idle)} MB before, at most ${mb(peak)} MB meanwhile, ${mb(started.peak)} MB at the start`,
    );
    console.log(
      JSON.stringify({
        rss_mb_max: mb(peak),
        rss_mb_before: mb(idle),
        rss_mb_start: mb(started.peak),
        mb_per_second: Math.round(total / seconds),
      }),
    );
  } finally {
    await service.stop();
  }
} finally {
  await redis.stop();
  folder.remove();
}
