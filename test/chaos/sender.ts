import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Delivery } from "./load.ts";
import type { SendersLog, SentStudy } from "./senders-log.ts";

export interface SendersOptions {
  /** Addresses of the listeners; a try that failed goes to the next one. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly log: SendersLog;
  /** How many requests are under way at a time. */
  readonly senders: number;
  /** Told of each study before any of it is sent. */
  readonly onSending: (study: SentStudy) => void;
}

/** How long a sender waits for an answer, and how it comes again: the pause doubles up to the longest one. */
const ANSWER_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 4_000;

/**
 * Sends deliveries when their time has come, as a PACS does: several at a time, each again and again until every
 * instance of it has been acknowledged.
 */
export async function sendAll(deliveries: Iterable<Delivery>, options: SendersOptions): Promise<void> {
  const startedAt = performance.now();
  const waiting = Iterator.from(deliveries);
  const one = async (sender: number) => {
    for (const delivery of waiting) {
      const early = delivery.atMs - (performance.now() - startedAt);
      if (early > 0) await pause(early);
      await deliver(delivery, sender, options);
    }
  };
  await Promise.all(Array.from({ length: options.senders }, (_, sender) => one(sender)));
}

async function deliver(
  delivery: Delivery,
  sender: number,
  { urls, token, log, onSending }: SendersOptions,
): Promise<void> {
  const { studyInstanceUID } = delivery;
  const files = new Map(
    delivery.instances.map((instance) => {
      const bytes = instance.template.stamp({ ...instance, studyInstanceUID });
      return [instance.sopInstanceUID, { instance, bytes }];
    }),
  );
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  onSending(
    log.sending(
      studyInstanceUID,
      [...files.values()].map(({ instance, bytes }) => ({ ...instance, sha256: sha256(bytes) })),
    ),
  );
  for (let tries = 0; files.size > 0; tries += 1) {
    if (tries > 0) log.counts.retries += 1;
    log.counts.requests += 1;
    let wait = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
    try {
      const askedAt = Date.now();
      const url = urls[(sender + tries) % urls.length]!;
      const answer = await store(
        `${url}/studies`,
        [...files.values()].map(({ bytes }) => bytes),
        token,
      );
      for (const sopInstanceUID of answer.stored) {
        if (files.delete(sopInstanceUID)) log.acknowledged(studyInstanceUID, sopInstanceUID, askedAt);
      }
      for (const what of answer.refused) log.refused(studyInstanceUID, what);
      wait = Math.max(wait, answer.retryAfterMs);
    } catch (error) {
      log.noAnswer(studyInstanceUID, reasonOf(error));
    }
    if (files.size > 0) await pause(wait);
  }
}

interface Answer {
  readonly stored: readonly string[];
  readonly refused: readonly string[];
  readonly retryAfterMs: number;
}

const BOUNDARY = "a-boundary-of-the-chaos";

/** One Store transaction (PS3.18 10.5); throws where no answer comes that can be understood. */
async function store(url: string, instances: readonly Uint8Array[], token: string): Promise<Answer> {
  const parts = instances.flatMap((bytes) => [
    Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
    bytes,
  ]);
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
      accept: "application/dicom+json",
      authorization: `Bearer ${token}`,
    },
    body: Buffer.concat([...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const text = await response.text();
  const retryAfterMs = 1000 * (Number(response.headers.get("retry-after")) || 0);
  if (![200, 202, 409].includes(response.status)) {
    const refused = [`${response.status} ${codeOf(text)}`];
    return { stored: [], refused, retryAfterMs };
  }
  const body = JSON.parse(text) as DicomJson;
  return {
    stored: items(body, "00081199").map((item) => String(item["00081155"]?.Value?.[0])),
    refused: items(body, "00081198").map((item) => `reason ${Number(item["00081197"]?.Value?.[0]).toString(16)}`),
    retryAfterMs,
  };
}

type DicomJson = { readonly [tag: string]: { readonly Value?: readonly unknown[] } | undefined };

function items(body: DicomJson, tag: string): DicomJson[] {
  return (body[tag]?.Value ?? []) as DicomJson[];
}

function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { code?: unknown }).code ?? "");
  } catch {
    return "";
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
