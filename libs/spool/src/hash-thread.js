// The thread in which what comes in is hashed; hashing.ts is at the other end. JavaScript, because a thread that reads
// TypeScript loads what strips the types, which takes more memory (12 MB) than all that the thread does.
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";

const hashes = new Map();

/** What was asked: `HashRequest` of hashing.ts. */
parentPort.on("message", ({ id, offset, length, digest, drop }) => {
  if (drop) return hashes.delete(id);
  const hash = hashes.get(id) ?? createHash("sha256");
  if (digest) {
    hashes.delete(id);
    return parentPort.postMessage(hash.digest("hex"));
  }
  hash.update(new Uint8Array(workerData, offset, length));
  hashes.set(id, hash);
  return parentPort.postMessage("");
});
