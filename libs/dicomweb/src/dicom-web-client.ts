import type { DataSet } from "@redspot/dicom";
import dicomwebClient from "dicomweb-client";
import { DicomWebError, errorOfStatus } from "./dicom-web-error.ts";
import { HttpRequest } from "./http-request.ts";
import { type InstancePath, openInstance } from "./open-instance.ts";
import { parseDicomJson, parseStoreResponse, type StoreOutcomes } from "./store-response.ts";

export interface DicomWebClientOptions {
  /** Root of the peer's DICOMweb services, such as http://pacs:8042/dicom-web. */
  url: string;
  /** Value of the Authorization header, such as "Bearer TOKEN". */
  authorization?: string;
  /** After how many milliseconds a call without an answer fails. */
  timeoutMs?: number;
  /** Where what asks stands in its trace: sent along as W3C Trace Context has it, where there is one. */
  traceparent?: () => string | undefined;
}

/** Attribute matching by keyword or tag, and `limit`, `offset`, `includefield`, `fuzzymatching` (PS3.18 8.3.4). */
export type SearchParameters = Readonly<Record<string, string | number>>;

/** Hands the request on to a method of dicomweb-client, whose types expect the one of a browser. */
type Call = (request: { instance: HttpRequest }) => unknown;

/** A DICOMweb peer, over dicomweb-client. Every method throws DicomWebError. */
export class DicomWebClient {
  readonly #client: InstanceType<typeof dicomwebClient.api.DICOMwebClient>;
  readonly #url: string;
  readonly #authorization: string | undefined;
  readonly #timeoutMs: number;
  readonly #traceparent: () => string | undefined;

  constructor({ url, authorization, timeoutMs = 60_000, traceparent = () => undefined }: DicomWebClientOptions) {
    this.#url = url.replace(/\/+$/, "");
    this.#authorization = authorization;
    this.#client = new dicomwebClient.api.DICOMwebClient({
      url: this.#url,
      singlepart: "",
      // Otherwise it prints requests and answers, patient data and all.
      verbose: false,
      ...(authorization === undefined ? {} : { headers: { Authorization: authorization } }),
    });
    this.#timeoutMs = timeoutMs;
    this.#traceparent = traceparent;
  }

  /**
   * The Store transaction (PS3.18 10.5): instances as DICOM files, in one request. The answer's body is what counts:
   * after 200 and 202 there may be failures and warnings in it, and after 400, 409 and 503 it tells the reasons.
   * Throws only where no body tells what became of the instances.
   */
  async storeInstances(instances: readonly Uint8Array[]): Promise<StoreOutcomes> {
    const body = await this.#call(
      `storing ${instances.length} instance(s)`,
      (request) => this.#client.storeInstances({ datasets: instances.map(ownBuffer), request: request as never }),
      { headers: { Accept: "application/dicom+json" }, answersWithReasons: true },
    );
    return parseStoreResponse(typeof body === "string" ? body : "");
  }

  /** The Search transaction for studies (PS3.18 10.6): matching studies as data sets of their attributes. */
  async searchForStudies(parameters: SearchParameters = {}): Promise<DataSet[]> {
    const found = await this.#call("searching for studies", (request) =>
      this.#client.searchForStudies({ ...query(parameters), request } as never),
    );
    return searchResults(found);
  }

  /** The Search transaction for the series of a study (PS3.18 10.6). */
  async searchForSeries(studyInstanceUID: string, parameters: SearchParameters = {}): Promise<DataSet[]> {
    const found = await this.#call("searching for series", (request) =>
      this.#client.searchForSeries({ studyInstanceUID, ...query(parameters), request } as never),
    );
    return searchResults(found);
  }

  /** The Search transaction for instances (PS3.18 10.6), within a study where one is given. */
  async searchForInstances(
    parameters: SearchParameters = {},
    within: { studyInstanceUID?: string; seriesInstanceUID?: string } = {},
  ): Promise<DataSet[]> {
    const found = await this.#call("searching for instances", (request) =>
      this.#client.searchForInstances({ ...within, ...query(parameters), request } as never),
    );
    return searchResults(found);
  }

  /** The Retrieve transaction for one instance (PS3.18 10.4): a DICOM file, in the transfer syntax that it has. */
  async retrieveInstance(uids: InstancePath): Promise<Uint8Array> {
    const instance = await this.#call(`retrieving instance ${uids.sopInstanceUID}`, (request) =>
      this.#client.retrieveInstance({ ...uids, request } as never),
    );
    if (!(instance instanceof ArrayBuffer) || !hasPrefix(instance)) {
      throw new DicomWebError("BAD_RESPONSE", `the peer's answer holds no instance ${uids.sopInstanceUID}`);
    }
    return new Uint8Array(instance);
  }

  /**
   * The Retrieve transaction for one instance (PS3.18 10.4), as its bytes come in, in the transfer syntax that it has: no
   * more of it is in memory than one chunk. dicomweb-client would hold all of it. `timeoutMs` is then how long the peer
   * may be silent.
   */
  openInstance(uids: InstancePath): AsyncGenerator<Uint8Array, void, undefined> {
    return openInstance(uids, { url: this.#url, authorization: this.#authorization, silenceMs: this.#timeoutMs });
  }

  async #call(
    what: string,
    call: Call,
    { headers, answersWithReasons = false }: { headers?: Record<string, string>; answersWithReasons?: boolean } = {},
  ): Promise<unknown> {
    const traceparent = this.#traceparent();
    const instance = new HttpRequest({
      timeoutMs: this.#timeoutMs,
      headers: { ...headers, ...(traceparent === undefined ? {} : { traceparent }) },
    });
    try {
      // Where dicomweb-client stumbles over an answer, the promise that it gave never settles.
      return await Promise.race([call({ instance }), instance.handlerFailed]);
    } catch {
      // dicomweb-client's error carries the request and the whole answer: neither may reach a log.
      const { failure, status, response } = instance;
      if (failure?.kind === "timed out") {
        throw new DicomWebError("TIMED_OUT", `${what}: no answer within ${this.#timeoutMs} ms`);
      }
      if (failure !== undefined) throw new DicomWebError("UNREACHABLE", `${what}: no connection (${failure.why})`);
      if (status >= 200 && status < 300) {
        throw new DicomWebError("BAD_RESPONSE", `${what}: the peer's answer cannot be read`, status);
      }
      if (answersWithReasons && typeof response === "string" && isStoreResponse(response)) return response;
      throw errorOfStatus(what, status, instance.getResponseHeader("retry-after"));
    }
  }
}

/** A body with reasons, as opposed to an error page. */
function isStoreResponse(body: string): boolean {
  try {
    return parseStoreResponse(body).failed.length > 0;
  } catch {
    return false;
  }
}

function query(parameters: SearchParameters): { queryParams?: SearchParameters } {
  return Object.keys(parameters).length === 0 ? {} : { queryParams: parameters };
}

/** No match may come as 204 without a body, which dicomweb-client gives as an empty array. */
function searchResults(found: unknown): DataSet[] {
  return typeof found === "string" ? parseDicomJson(found) : [];
}

/** The "DICM" of a DICOM file (PS3.10 7.1). */
function hasPrefix(file: ArrayBuffer): boolean {
  return file.byteLength > 132 && Buffer.from(file, 128, 4).toString("latin1") === "DICM";
}

function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return (whole ? bytes.buffer : Uint8Array.from(bytes).buffer) as ArrayBuffer;
}
