import { type MediaType, type Part, parseMediaType } from "@redspot/dicomweb";
import type { Spool, WaitingBulkData } from "@redspot/spool";
import { InstanceFailure } from "./failures.ts";

/** A part of bulk data, on disk. */
export interface BulkPart {
  /** Its Content-Location, made absolute. */
  location: string;
  mediaType: MediaType;
  data: WaitingBulkData;
}

/** Relative locations and URIs mean the same place if they are relative to the same place, whichever that is. */
const BASE = "http://redspot.invalid/studies/";

function absolute(uri: string): string {
  return URL.canParse(uri, BASE) ? new URL(uri, BASE).href : uri;
}

/** The bulk data parts of a request, by where the metadata says they are: its BulkDataURI is their Content-Location. */
export class BulkParts {
  readonly #parts: BulkPart[] = [];
  readonly #claimed = new Set<BulkPart>();

  /** Takes a part to disk. Throws InstanceFailure, SpoolError, and what the part's body throws; the part is gone then. */
  async take(part: Part, spool: Spool, mostBytes: number): Promise<void> {
    const location = part.headers.get("content-location");
    const mediaType = parseMediaType(part.headers.get("content-type") ?? "application/octet-stream");
    if (location === undefined || mediaType === undefined) {
      throw new InstanceFailure(
        "WRONG_PART_TYPE",
        "the part is no metadata, and has no Content-Location as bulk data has",
      );
    }
    const data = await spool.receiveBulkData();
    try {
      for await (const chunk of part.body) {
        if (data.byteLength + chunk.byteLength > mostBytes) {
          throw new InstanceFailure("INSTANCE_TOO_LARGE", `bulk data of more than ${mostBytes} bytes`);
        }
        await data.write(chunk);
      }
      await data.close();
    } catch (error) {
      await data.remove();
      throw error;
    }
    this.#parts.push({ location: absolute(location), mediaType, data });
  }

  /**
   * The parts at a URI, one for each frame where there are several: they have that location in common, or go on with
   * "/frames/" and a number (PS3.18 10.4.1.1.6). None of a URI that no part has; nothing is ever fetched from elsewhere.
   */
  find(uri: string): BulkPart[] {
    const location = absolute(uri);
    const same = this.#parts.filter((part) => part.location === location);
    const found = same.length > 0 ? same : this.#framesOf(location);
    for (const part of found) this.#claimed.add(part);
    return found;
  }

  #framesOf(location: string): BulkPart[] {
    const frames = this.#parts.flatMap((part) => {
      const [, number] = part.location.startsWith(location)
        ? (/^\/frames\/(\d+)$/.exec(part.location.slice(location.length)) ?? [])
        : [];
      return number === undefined ? [] : [{ number: Number(number), part }];
    });
    return frames.sort((one, other) => one.number - other.number).map(({ part }) => part);
  }

  /** How many parts no instance has asked for. */
  get unclaimed(): number {
    return this.#parts.length - this.#claimed.size;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#parts.map(({ data }) => data.remove()));
  }
}
