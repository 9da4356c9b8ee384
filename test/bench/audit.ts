import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Gathering, messageOf, openAuditDestination, writeAuditMessage } from "@redspot/audit";
import { closeStore, connectStore, deliverAudit, openAuditTrail, readRedisSettings, StudyQueue } from "@redspot/queue";
import { progressOn } from "@redspot/runtime";
import { certificateAuthority, startRedis, startSyslogReceiver, workFolder } from "@redspot/testbed";
import { Command } from "commander";
import { positive } from "./positive.ts";
import { rounded } from "./spread.ts";

const { events: count } = new Command("bench:audit")
  .description(
    "How fast audit events are recorded and delivered, and what one takes in Redis while it waits: a real Redis that syncs " +
      "every change, and a receiver of syslog over TLS on this machine. The last line is one JSON object.",
  )
  .option("--events <n>", "events that are recorded, and then delivered", positive, 10_000)
  .parse()
  .opts<{ events: number }>();

const AT_ONCE = 512;

const folder = workFolder("bench-audit");
const authority = await certificateAuthority("bench");
const [own, arr] = await Promise.all([
  authority.issue({ commonName: "redspot" }),
  authority.issue({ commonName: "arr", names: [{ type: "ip", value: "127.0.0.1" }] }),
]);
const file = (name: string, content: string) => {
  writeFileSync(join(folder.path, name), content);
  return join(folder.path, name);
};
const receiver = await startSyslogReceiver({ cert: arr.certificate, key: arr.key, ca: authority.certificate });
const destination = openAuditDestination(
  { kind: "syslog-tls", host: "127.0.0.1", port: receiver.port },
  {
    ca: file("ca.crt", authority.certificate),
    certificate: file("tls.crt", own.certificate),
    key: file("tls.key", own.key),
  },
);
const redis = await startRedis();
const store = connectStore(redis.url);
const trail = openAuditTrail(store, {
  process: { service: "bench", host: hostname(), pid: process.pid },
  now: () => new Date(),
});
const progress = progressOn(process.stderr);
const usedBytes = async () => (await readRedisSettings(store)).usedBytes;

const bytesBefore = await usedBytes();
const recordStart = performance.now();
for (let first = 0; first < count; first += AT_ONCE) {
  const batch = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, index) =>
    trail.record({ kind: "view", by: "oidc:reader-17", address: "10.20.30.40", study: `2.25.${first + index}` }),
  );
  await Promise.all(batch);
  progress.show("Recorded", first + batch.length, count);
}
const recordSeconds = (performance.now() - recordStart) / 1000;
const bytesPerEvent = (await usedBytes()) - bytesBefore;

const gathering = new Gathering(destination);
const cpuBefore = process.cpuUsage();
const deliverStart = performance.now();
const worker = deliverAudit(
  store,
  (event) => {
    const message = messageOf(event, { auditSourceID: "Redspot" }, { patientID: "4711", patientName: "Doe^Jane" });
    const { host, pid } = event.process;
    const xml = writeAuditMessage(message);
    return gathering.send({ id: event.id, at: message.at, event: message.eventID.meaning, host, pid, xml });
  },
  { concurrency: AT_ONCE, onError: (error) => process.stderr.write(`${error.message}\n`) },
);
const queue = new StudyQueue(store, "audit");
for (let left = count; left > 0; ) {
  const { waiting, active, delayed } = await queue.depth();
  left = waiting + active + delayed;
  progress.show("Delivered", count - left, count);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
progress.end();
const deliverSeconds = (performance.now() - deliverStart) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);

await worker.close();
await queue.close();
await trail.close();
await closeStore(store);
await Promise.all([receiver.close(), redis.stop()]);
folder.remove();
console.log(
  JSON.stringify({
    events: count,
    delivered: receiver.messages.length,
    connections: receiver.connections,
    recorded_per_second: Math.round(count / recordSeconds),
    delivered_per_second: Math.round(count / deliverSeconds),
    cpu_ms_per_message: rounded((user + system) / 1000 / count),
    redis_bytes_per_event: Math.round(bytesPerEvent / count),
    message_bytes: Buffer.byteLength(receiver.messages[0] ?? ""),
  }),
);
