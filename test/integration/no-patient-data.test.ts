/**
 * Headers full of invented patient data go through the real services, in every way in which it can go well or badly, with
 * all log lines on and a PACS that answers with what it was sent. None of it may stand in a log line, a metric, a span, an
 * error answer, a file name or in Redis, jobs among it.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { dataSetOf, number, TransferSyntax, tagOf, writeNativeDicomModel, writePart10 } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import { closeStore, connectStore } from "@redspot/queue";
import {
  acknowledge,
  type MllpAnswer,
  type MllpReceiver,
  type RunningRedis,
  type RunningRedspot,
  readReadingList,
  serviceNames,
  startMllpReceiver,
  startRedis,
  startRedspot,
  startTraceCollector,
  type TraceCollector,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { writeCandidate } from "./candidate-package.ts";
import { inventedIn, inventedInstance } from "./invented-patients.ts";

const matrix = { rows: 600, columns: 500 };
const wrist = (seed: number) =>
  inventedInstance(makeStudy({ seed, views: ["lateral"], imageClass: "CR", matrix }), seed);
const good = wrist(31);
const tooShort = wrist(32);
const notDecodable = wrist(33);
const gone = wrist(34);
const frontal = inventedInstance(makeStudy({ seed: 35, exclusion: "ap-view", imageClass: "CR", matrix }), 35);
const instances = [good, tooShort, notDecodable, gone, frontal];
const NAME = "Quillfeather^Bartholomew";

/** Twice the rows that the pixel data has. */
const withTooManyRows = writePart10({
  ...tooShort.dataSet,
  ...dataSetOf({ Rows: 2 * (number(tooShort.dataSet, "Rows") ?? 0) }),
});
/** It says JPEG, and a name comes. */
const withNoJpeg = writePart10(
  {
    ...notDecodable.dataSet,
    [tagOf("PixelData")]: { vr: "OB", Value: [new TextEncoder().encode(`${NAME}${NAME}`).buffer] },
  },
  { transferSyntaxUID: TransferSyntax.JPEGLossless },
);

describe("invented patient data", () => {
  const folder = workFolder("no-patient-data");
  const token = "a-token-of-nobody";
  /** Everything that was answered, with what it was an answer to. */
  const answers: { to: string; text: string }[] = [];
  let redis: RunningRedis;
  let redspot: RunningRedspot;
  let pacs: Server;
  let served: Set<string>;
  let ris: MllpReceiver;
  let collector: TraceCollector;
  let metrics = "";
  let dump = "";

  before(async () => {
    served = new Set();
    pacs = createServer();
    pacs.listen(0, "127.0.0.1");
    const asked = { stored: 0, searched: 0 };
    pacs.on("request", async (request, response) => {
      const sent = (await buffer(request)).toString("utf8");
      const ways = Object.entries(hostileAnswers);
      // Each try is answered in another way than the one before.
      const turn = request.method === "POST" ? asked.stored++ : asked.searched++;
      const [way, answer] = ways[turn % ways.length]!;
      if (request.method === "POST") served.add(way);
      const told = answer(sent);
      if (told === undefined) request.socket.destroy();
      else
        response
          .writeHead(told.status, NAME, { "content-type": told.type, "x-patient": "Quillfeather" })
          .end(told.body);
    });
    ris = await startMllpReceiver({
      answer: (message) => {
        const ways = hostileAcknowledgements(message);
        return ways[(ris.messages.length - 1) % ways.length]!;
      },
    });
    collector = await startTraceCollector({ refuses: `${NAME} Wexborough Lane` });
    redis = await startRedis();
    await writeCandidate(join(folder.path, "candidate"), { higher: 1 });
    redspot = await startRedspot({
      redisUrl: redis.url,
      pacsUrl: `http://127.0.0.1:${(pacs.address() as AddressInfo).port}`,
      folder: folder.path,
      token,
      // Long enough that an instance can be taken out of the spool before it is analysed.
      settleSeconds: 3,
      environment: {
        REDSPOT_LOG_LEVEL: "trace",
        REDSPOT_MAX_INSTANCE_MIB: "1",
        REDSPOT_SHADOW_PACKAGE: join(folder.path, "candidate"),
        REDSPOT_HL7_URL: `mllp://127.0.0.1:${ris.port}`,
        REDSPOT_TRACES_URL: collector.url,
        REDSPOT_AUDIT_TO: `file://${join(folder.path, "audit.jsonl")}`,
      },
    });
    for (const name of serviceNames) await redspot.ready(name, 180);
    await sendAll();
    await waitUntil(
      async () => {
        const lines = await readReadingList(redspot.services.worklist.url, token);
        return (
          instances.every(({ studyInstanceUID }) =>
            lines.some((line) => line.studyInstanceUID === studyInstanceUID && line.report.state === "failed"),
          ) &&
          served.size === Object.keys(hostileAnswers).length &&
          logOf("worklist").includes("HL7_REFUSED")
        );
      },
      { what: "every study has been reported in vain, in every way", timeoutSeconds: 120, programs: programs() },
    );
    await askWorklist();
    metrics = (await Promise.all(serviceNames.map(metricsOf))).join("\n");
    dump = await dumpOfRedis();
    await redis.stop();
    await store("Redis is away", [part(wrist(36).bytes)]);
    await ask("the list without Redis", redspot.services.worklist.url, "/reading-list");
  });

  after(async () => {
    // Without Redis they cannot end in order.
    for (const program of redspot ? programs() : []) program.kill("SIGKILL");
    await redspot?.stop();
    await redis?.stop();
    pacs?.close();
    await ris?.close();
    await collector?.close();
    folder.remove();
  });

  const programs = () => Object.values(redspot.services).map(({ program }) => program);

  test("what is searched for is there: in the spool, where it belongs", () => {
    const file = readFileSync(spooled(good.studyInstanceUID, good.sopInstanceUID), "utf8");
    const found = new Set(inventedIn(file).map((one) => one.split(":")[0]));
    assert.ok(found.size >= 8, [...found].join());
    assert.deepEqual(inventedIn("a study of nobody at 10:15"), []);
    assert.equal(inventedIn("%C5%BB%C3%B3%C5%82kiewska").length, 1);
    assert.equal(inventedIn("\\u5c71\\u7530").length, 1);
  });

  test("everything went wrong that was to go wrong", async () => {
    const log = logOf("stow") + logOf("inference") + logOf("worklist");
    for (const code of [
      "NOT_PART_10 TRUNCATED MALFORMED MISSING_UID TRANSFER_SYNTAX CONFLICT STUDY_MISMATCH BAD_METADATA BAD_BODY".split(
        " ",
      ),
      "INSTANCE_TOO_LARGE BAD_STUDY_UID NOT_ACCEPTABLE UNSUPPORTED_MEDIA_TYPE UNAUTHORIZED LEDGER_AWAY".split(" "),
      "PACS_UNREACHABLE PACS_BUSY PACS_UNCLEAR PACS_REFUSED".split(" "),
      "HL7_FAILED HL7_REFUSED HL7_UNCLEAR HL7_UNREACHABLE".split(" "),
    ].flat()) {
      assert.ok(log.includes(`"${code}"`), `${code} is in a log`);
    }
    for (const reason of ["PIXEL_DATA_TOO_SHORT", "CORRUPT_STREAM", "INSTANCE_REMOVED", "NOT_LATERAL"]) {
      assert.match(metrics, new RegExp(`redspot_not_analysed_total\\{reason="${reason}"\\} [1-9]`), reason);
    }
    assert.match(dump, /queue:triage/);
  });

  for (const name of serviceNames) {
    test(`is in no log line of ${name}`, () => {
      const log = logOf(name);
      assert.ok(log.split("\n").length > 3);
      assert.deepEqual(inventedIn(log), []);
    });
  }

  test("is in no metric", () => {
    assert.match(metrics, /redspot_store_failures_total/);
    assert.deepEqual(inventedIn(metrics), []);
  });

  test("is in no span, nor is a UID", () => {
    const told = collector.bodies.join("\n");
    for (const what of ['"store"', '"triage"', '"report"', '"pacs.store"', '"hl7.send"', "PACS_REFUSED", "CONFLICT"]) {
      assert.ok(told.includes(what), `${what} was told`);
    }
    assert.deepEqual(inventedIn(told), []);
    for (const { studyInstanceUID } of instances) assert.ok(!told.includes(studyInstanceUID));
  });

  test("is in no error answer", () => {
    assert.ok(answers.length > 25);
    for (const { to, text: answer } of answers) assert.deepEqual(inventedIn(answer), [], to);
  });

  test("is nowhere in Redis, jobs among it; in the audit trail, where it belongs, it is", () => {
    assert.match(dump, /queue:audit:receive|queue:audit:analyse/);
    assert.deepEqual(inventedIn(dump), []);
    assert.ok(inventedIn(readFileSync(join(folder.path, "audit.jsonl"), "utf8")).length > 0);
  });

  test("is in no file name", () => {
    const names = readdirSync(folder.path, { recursive: true, encoding: "utf8" });
    assert.ok(names.length > 10);
    assert.deepEqual(inventedIn(names.join("\n")), []);
  });

  /** The ways in which this PACS answers, each with what it was sent or a header like it. */
  const hostileAnswers: Record<string, (sent: string) => { status: number; type: string; body: string } | undefined> = {
    "breaks off": () => undefined,
    "an error page": (sent) => ({ status: 500, type: "text/html", body: `<h1>${NAME}</h1><pre>${sent}</pre>` }),
    "no answer of the standard": (sent) => ({
      status: 200,
      type: "application/dicom+json",
      body: `{"${NAME}": ${sent}`,
    }),
    "another answer": () => ({
      status: 200,
      type: "application/dicom+json",
      body: JSON.stringify({ ...good.dataSet, [tagOf("PixelData")]: { vr: "OW" } }),
    }),
    "a refusal": (sent) => ({
      status: 409,
      type: "application/dicom+json",
      body: JSON.stringify({
        ...dataSetOf({
          FailedSOPSequence: [
            {
              ...dataSetOf({ ReferencedSOPClassUID: "1.2.840.10008.5.1.4.1.1.88.34", FailureReason: 0xa900 }),
              ...dataSetOf({
                ErrorComment: `${NAME} 19470313`,
                PatientName: NAME,
                PatientComments: sent.slice(0, 200),
              }),
            },
          ],
        }),
      }),
    }),
  };

  /** The ways in which a receiver of HL7 messages does not accept one, with what it was sent. */
  const hostileAcknowledgements = (message: string): MllpAnswer[] => [
    acknowledge(message, "AE", { error: "207", text: NAME }),
    `MSH|^~\\&|${NAME}\rMSA|${NAME}|${NAME}\r${message}`,
    "reset",
    acknowledge(message, "AR", { error: NAME, text: message.split("\r")[2] ?? "" }),
  ];

  function spooled(study: string, instance: string): string {
    const root = join(folder.path, "spool");
    const file = readdirSync(root, { recursive: true, encoding: "utf8" }).find(
      (name) => name.includes(study) && name.endsWith(`${instance}.dcm`),
    );
    assert.ok(file, `${instance} is in the spool`);
    return join(root, file);
  }

  const logOf = (name: (typeof serviceNames)[number]) => readFileSync(redspot.services[name].program.logFile, "utf8");

  async function metricsOf(name: (typeof serviceNames)[number]): Promise<string> {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${redspot.services[name].adminUrl}/metrics`, { headers })).text();
  }

  async function dumpOfRedis(): Promise<string> {
    const store = connectStore(redis.url);
    const { redis: client } = store;
    const looking = Promise.all(
      (await client.keys("*")).map(async (key) => {
        const kind = await client.type(key);
        if (kind === "string") return [key, await client.get(key)];
        if (kind === "hash") return [key, await client.hgetall(key)];
        if (kind === "list") return [key, await client.lrange(key, 0, -1)];
        if (kind === "set") return [key, await client.smembers(key)];
        if (kind === "zset") return [key, await client.zrange(key, "0", "-1", "WITHSCORES")];
        if (kind === "stream") return [key, await client.xrange(key, "-", "+")];
        // Its time was over meanwhile: what was in it is in none any more.
        if (kind === "none") return [key];
        throw new Error(`a ${kind} that nobody looks into`);
      }),
    );
    await looking.catch(() => {});
    await closeStore(store);
    return (await looking).map((one) => JSON.stringify(one)).join("\n");
  }

  async function ask(to: string, base: string, path: string, init: RequestInit = {}): Promise<void> {
    const response = await fetch(`${base}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
    });
    answers.push({ to, text: `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}` });
  }

  async function store(
    to: string,
    parts: Uint8Array[],
    {
      path = "/studies",
      type = "application/dicom",
      headers = {} as Record<string, string>,
      boundary = "b0undary",
    } = {},
  ): Promise<void> {
    await ask(to, redspot.services.stow.url, path, {
      method: "POST",
      headers: { "content-type": `multipart/related; type="${type}"; boundary=${boundary}`, ...headers },
      body: Buffer.concat([...parts, Buffer.from("\r\n--b0undary--\r\n")]),
    });
  }

  function part(bytes: Uint8Array | string, header = "Content-Type: application/dicom"): Uint8Array {
    return Buffer.concat([Buffer.from(`\r\n--b0undary\r\n${header}\r\n\r\n`), Buffer.from(bytes as never)]);
  }

  async function sendAll(): Promise<void> {
    await store("what is good", [part(good.bytes)]);
    await store("what cannot be analysed", [
      part(withTooManyRows),
      part(withNoJpeg),
      part(gone.bytes),
      part(frontal.bytes),
    ]);
    rmSync(spooled(gone.studyInstanceUID, gone.sopInstanceUID));

    const { bytes } = wrist(37);
    const wrong = Buffer.from(bytes);
    // The length of the first element of the data set, out of all proportion.
    wrong.writeUInt16LE(0xfffe, wrong.indexOf(Buffer.from([0x08, 0x00, 0x05, 0x00])) + 6);
    await store("no DICOM file", [part(`${NAME} ${"Wexborough Lane ".repeat(20)}`)]);
    await store("a file cut off", [part(bytes.subarray(0, 5000))]);
    await store("a file cut off within a body cut off", [part(bytes.subarray(0, 2000)), part(bytes.subarray(0, 300))]);
    await store("elements that lie", [part(wrong)]);
    const other = { ...good.dataSet, ...dataSetOf({ PatientName: "Yamada^Tarou" }) };
    await store("other content under the same UID", [part(writePart10(other))]);
    await store("another study's path", [part(wrist(38).bytes)], { path: `/studies/${good.studyInstanceUID}` });
    await store("a name as UID", [part(writePart10({ ...good.dataSet, ...dataSetOf({ StudyInstanceUID: NAME }) }))]);
    await store("a name as SOP class", [part(writePart10({ ...good.dataSet, ...dataSetOf({ SOPClassUID: NAME }) }))]);
    const unheardOf = Buffer.from(bytes);
    unheardOf.write("1.2.840.10008.1.2.7\0", unheardOf.indexOf("1.2.840.10008.1.2.1\0"), "latin1");
    await store("a transfer syntax that nobody knows", [part(unheardOf)]);
    const large = makeStudy({ seed: 39, views: ["lateral"], imageClass: "CR", matrix: { rows: 1000, columns: 900 } });
    await store("too large", [part(inventedInstance(large, 39).bytes)]);
    await store("a name in a part's header", [
      part(
        bytes.subarray(0, 900),
        `Content-Disposition: form-data; filename="${NAME}.dcm"\r\nContent-Type: text/Quillfeather`,
      ),
    ]);
    await store("a part's header without end", [part("", `X-Patient: ${NAME.repeat(2000)}`)]);
    await store("a boundary that does not occur", [part(bytes)], { boundary: "Quillfeather" });
    await store("another media type", [], { type: `application/${NAME}` });
    await store("an Accept that nobody has", [part(bytes)], { headers: { accept: "application/Quillfeather" } });
    await store("a name in the path", [part(bytes)], { path: `/studies/${encodeURIComponent(NAME)}` });
    await store("a name as token", [part(bytes)], { headers: { authorization: "Bearer Quillfeather" } });

    const json = { ...good.dataSet, [tagOf("PixelData")]: { vr: "OW", BulkDataURI: `http://x/${NAME}` } };
    const metadata = { type: "application/dicom+json" };
    const head = "Content-Type: application/dicom+json";
    await store("metadata whose bulk data is missing", [part(JSON.stringify([json]), head)], metadata);
    await store("metadata that is none", [part(`[{"00100010": {"vr": "PN", "Value": ["${NAME}"}]`, head)], metadata);
    for (const [tag, vr, value] of [
      ["00100010", "Quillfeather", "x"],
      ["00100010", "US", NAME],
      ["Quillfeather", "PN", NAME],
      ["00280010", "US", NAME],
      ["00101030", "DS", NAME],
    ]) {
      const broken = { ...json, [tag!]: { vr, Value: [value] } };
      await store(`metadata with ${tag} ${vr}`, [part(JSON.stringify([broken]), head)], metadata);
    }
    const xml = writeNativeDicomModel(dataSetOf({ PatientName: NAME, SOPInstanceUID: "1.2" }));
    const xmlHead = "Content-Type: application/dicom+xml";
    for (const document of [xml, xml.replace("</", `<${NAME}></`), xml.replace('vr="PN"', 'vr="Quillfeather"')]) {
      await store("metadata in XML", [part(document, xmlHead)], { type: "application/dicom+xml" });
    }

    const stow = redspot.services.stow.url;
    for (const path of ["/Quillfeather", "/studies?PatientName=Quillfeather", "/studies/1.2/series/Quillfeather"]) {
      for (const method of ["GET", "POST", "DELETE"]) await ask(`${method} ${path}`, stow, path, { method });
    }
    await askRaw(`POST /${NAME} HTTP/1.1\r\nHost: x\r\n${NAME}\r\n\r\n`);
    await askRaw(`POST /studies HTTP/1.1\r\nHost: x\r\nContent-Length: Quillfeather\r\n\r\n`);
  }

  /** No HTTP that a client would send. */
  async function askRaw(request: string): Promise<void> {
    const socket = connect(Number(new URL(redspot.services.stow.url).port), "127.0.0.1");
    socket.write(request);
    answers.push({ to: "no HTTP", text: await text(socket) });
  }

  async function askWorklist(): Promise<void> {
    const { url } = redspot.services.worklist;
    const json = { "content-type": "application/json" };
    for (const path of [
      "/studies/Quillfeather",
      "/reading-list?offset=Quillfeather",
      "/reading-list?state=Quillfeather",
      "/patients?study=Quillfeather",
      `/studies/${good.studyInstanceUID}/instances/Quillfeather/preview`,
      `/studies/${good.studyInstanceUID}/history`,
      `/studies/${good.studyInstanceUID}`,
      "/reading-list",
      "/workitems?PatientName=Quillfeather",
      "/workitems/Quillfeather",
      `/${NAME}`,
    ]) {
      await ask(path, url, path);
    }
    const verdict = `/studies/${good.studyInstanceUID}/verdict`;
    await ask("a verdict that is none", url, verdict, {
      method: "POST",
      headers: json,
      body: `{"verdict": "${NAME}"}`,
    });
    await ask("no JSON", url, verdict, { method: "POST", headers: json, body: `{${NAME}` });
    await ask("a session", url, "/session", { method: "POST", headers: json, body: `{"token": "${NAME}"}` });
    // Its answer is a name, for who may read; what the PACS answers here is none.
    await fetch(`${url}/patients?study=${good.studyInstanceUID}`, { headers: { authorization: `Bearer ${token}` } });
    for (const name of serviceNames) await ask("no metrics", redspot.services[name].adminUrl, `/${NAME}`);
  }
});
