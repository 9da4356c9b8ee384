import { DicomWebError, errorOfStatus } from "./dicom-web-error.ts";
import { reasonOf } from "./http-request.ts";
import { isBoundary, parseMediaType } from "./media-type.ts";
import { readMultipart } from "./multipart.ts";
import { MultipartError } from "./multipart-error.ts";
import { type OpenAnswer, openAnswer } from "./open-answer.ts";

/** Which instance is wanted, by the path that WADO-RS has for it (PS3.18 10.4.1.1). */
export interface InstancePath {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
}

interface Peer {
  /** Root of its DICOMweb services, without a slash at the end. */
  url: string;
  authorization?: string | undefined;
  /** How long it may be silent, in milliseconds. */
  silenceMs: number;
}

/** As it is stored, whatever its transfer syntax: without the parameter a peer would have to decode it (PS3.18 8.7.3.5.2). */
const AS_STORED = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const AS_THE_PEER_LIKES = 'multipart/related; type="application/dicom"';

/** Statuses by which a peer may say that it does not know `transfer-syntax=*`. */
const MEDIA_TYPE_REFUSED = new Set([400, 406]);

/**
 * One instance's bytes, as they come from a peer by WADO-RS (PS3.18 10.4). An answer in one part, which some peers give,
 * is taken as well. Leaving off early ends the connection. Throws DicomWebError, also in the middle: then what has come
 * is not the instance.
 */
export async function* openInstance(path: InstancePath, peer: Peer): AsyncGenerator<Uint8Array, void, undefined> {
  const what = `retrieving instance ${path.sopInstanceUID}`;
  const silence = new Silence(peer.silenceMs);
  try {
    const answer = await ask(path, peer, silence.signal);
    const { status, headers } = answer;
    if (status < 200 || status > 299) throw errorOfStatus(what, status, headers.get("retry-after"));
    yield* heard(instanceIn(answer, what), silence);
  } catch (error) {
    if (error instanceof DicomWebError) throw error;
    if (silence.signal.aborted) {
      throw new DicomWebError("TIMED_OUT", `${what}: nothing came for ${peer.silenceMs} ms`);
    }
    if (error instanceof MultipartError) throw new DicomWebError("BAD_RESPONSE", `${what}: ${error.message}`);
    throw new DicomWebError("UNREACHABLE", `${what}: no connection (${reasonOf(error)})`);
  } finally {
    silence.end();
  }
}

async function ask(path: InstancePath, { url, authorization }: Peer, signal: AbortSignal): Promise<OpenAnswer> {
  const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = path;
  const address = `${url}/studies/${studyInstanceUID}/series/${seriesInstanceUID}/instances/${sopInstanceUID}`;
  const get = (accept: string) =>
    openAnswer(address, {
      headers: {
        Accept: accept,
        // Pixels gain little by it, and a peer that compresses them takes ten times as long.
        "Accept-Encoding": "identity",
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      signal,
    });
  const answer = await get(AS_STORED);
  if (!MEDIA_TYPE_REFUSED.has(answer.status)) return answer;
  answer.close();
  return get(AS_THE_PEER_LIKES);
}

async function* instanceIn(
  { status, headers, body }: OpenAnswer,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const type = parseMediaType(headers.get("content-type") ?? undefined);
  if (type?.essence === "application/dicom") {
    yield* body;
    return;
  }
  const boundary = type?.parameters.get("boundary");
  if (type?.essence !== "multipart/related" || boundary === undefined || !isBoundary(boundary, { longest: 200 })) {
    throw new DicomWebError("BAD_RESPONSE", `${what}: the peer's answer is no instance`, status);
  }
  let parts = 0;
  for await (const part of readMultipart(body, boundary, { maxParts: 1, trustLengths: true })) {
    parts += 1;
    yield* part.body;
  }
  if (parts === 0) throw new DicomWebError("BAD_RESPONSE", `${what}: the peer's answer is empty`, status);
}

async function* heard(chunks: AsyncGenerator<Uint8Array>, silence: Silence): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    // However long whoever reads takes over it: that is no silence of the peer.
    silence.stop();
    yield chunk;
    silence.start();
  }
}

/** Aborts its signal when it has lasted too long. */
class Silence {
  readonly #mostMs: number;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
    this.start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#controller.abort(), this.#mostMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Ends a connection that is still open, too. */
  end(): void {
    this.stop();
    this.#controller.abort();
  }
}
