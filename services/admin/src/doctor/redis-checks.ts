import type { RedisSettings } from "@redspot/queue";
import { type Check, doubtful, fine, wrong } from "./check.ts";

/** From when on clocks differ by more than settling and time-outs bear. */
const MOST_SKEW_MS = 2_000;
/** Of its memory. */
const MOST_USED = 0.8;

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Redis as Redspot needs it: durable, never throwing anything away, with a clock that is right. */
export function redisChecks(read: () => Promise<RedisSettings>, now: () => Date): Check[] {
  return [
    {
      about: "Redis throws nothing away when its memory is full",
      async look() {
        const { evictionPolicy } = await read();
        if (evictionPolicy === "noeviction") return fine("maxmemory-policy is noeviction");
        return wrong(`maxmemory-policy is ${evictionPolicy}`, "Set maxmemory-policy noeviction: jobs would vanish.");
      },
    },
    {
      about: "Redis keeps what it is told over a power cut",
      async look() {
        const { appendsToFile, syncs, couldWrite } = await read();
        if (!appendsToFile) return wrong("appendonly is no", "Set appendonly yes: a restart would forget studies.");
        if (!couldWrite) {
          return wrong(
            "the last write to the append-only file failed",
            "See the disk of Redis: it refuses all changes.",
          );
        }
        if (syncs === "always") return fine("append-only file, every change on disk");
        if (syncs === "no") return wrong("appendfsync is no", "Set appendfsync always, or everysec at the least.");
        if (syncs === undefined) return fine("append-only file; how often it is synced, this Redis does not tell");
        return fine(
          `append-only file, appendfsync ${syncs}: a power cut loses a second, which reconciling brings back`,
        );
      },
    },
    {
      about: "Redis is of a version that Redspot knows",
      async look() {
        const { version } = await read();
        const major = Number(version.split(".")[0]);
        if (major >= 7) return fine(`version ${version}`);
        if (major >= 6) return doubtful(`version ${version}`, "Take Redis 7 or Valkey, with which Redspot is tested.");
        return wrong(`version ${version}`, "Take Redis 7 or Valkey: the queue needs commands that this one has not.");
      },
    },
    {
      about: "Redis has memory left",
      async look() {
        const { usedBytes, maxBytes, version } = await read();
        if (maxBytes === 0) return fine(`${megabytes(usedBytes)} used, no limit (version ${version})`);
        const found = `${megabytes(usedBytes)} of ${megabytes(maxBytes)} used`;
        if (usedBytes < MOST_USED * maxBytes) return fine(found);
        return doubtful(found, "Give Redis more memory: when it is full, nothing is stored any more.");
      },
    },
    {
      about: "Redis' clock and this machine's agree",
      async look() {
        const { clock } = await read();
        const skew = Math.round(now().getTime() - clock);
        if (Math.abs(skew) <= MOST_SKEW_MS) return fine(`${Math.abs(skew)} ms apart`);
        return doubtful(`${Math.abs(skew)} ms apart`, "Have both follow the same time service (NTP).");
      },
    },
  ];
}
