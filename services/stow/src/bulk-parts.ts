import { type MediaType, type Part, parseMediaType } from "@redspot/dicomweb";
import type { Spool, WaitingBulkData } from "@redspot/spool";
import { UNCOMPRESSED } from "./bulk-media-type.ts";
import { InstanceFailure } from "./failures.ts";

/** What a part of bulk data has to be. */
interface BulkRules {
  maxInstanceBytes: number;
  /** Every part says its media type. */
  strict: boolean;
}

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

const FRAME = /^(.*)\/frames\/(\d+)$/;

/** The bulk data parts of a request, by where the metadata says they are: its BulkDataURI is their Content-Location. */
export class BulkParts {
  readonly #parts: BulkPart[] = [];
  readonly #byLocation = new Map<string, BulkPart[]>();
  /** Parts that are single frames, by what comes before "/frames/" and the frame's number. */
  readonly #framesOf = new Map<string, { number: number; part: BulkPart }[]>();
  /** Which instance a part belongs to: the first that asked for it. */
  readonly #owners = new Map<BulkPart, object>();

  /** Takes a part to disk. Throws InstanceFailure, SpoolError, and what the part's body throws; the part is gone then. */
  async take(part: Part, spool: Spool, { strict, maxInstanceBytes: most }: BulkRules): Promise<void> {
    const location = part.headers.get("content-location");
    const mediaType = parseMediaType(part.headers.get("content-type") ?? (strict ? undefined : UNCOMPRESSED));
    if (location === undefined || mediaType === undefined) {
      throw new InstanceFailure(
        "WRONG_PART_TYPE",
        "the part is no metadata, and has no Content-Location as bulk data has",
      );
    }
    const data = await spool.receiveBulkData();
    try {
      for await (const chunk of part.body) {
        if (data.byteLength + chunk.byteLength > most) {
          throw new InstanceFailure("INSTANCE_TOO_LARGE", `bulk data of more than ${most} bytes`);
        }
        await data.write(chunk);
      }
      await data.close();
    } catch (error) {
      await data.remove();
      throw error;
    }
    this.#add({ location: absolute(location), mediaType, data });
  }

  #add(part: BulkPart): void {
    this.#parts.push(part);
    listIn(this.#byLocation, part.location).push(part);
    const [, before, number] = FRAME.exec(part.location) ?? [];
    if (before !== undefined) listIn(this.#framesOf, before).push({ number: Number(number), part });
  }

  /**
   * The parts at a URI, one for each frame where there are several: they have that location in common, or go on with
   * "/frames/" and a number (PS3.18 10.4.1.1.6). None of a URI that no part has, for nothing is ever fetched from
   * elsewhere; and none that another instance has: a small request could else be made to fill the disk.
   */
  claim(uri: string, owner: object): BulkPart[] {
    const location = absolute(uri);
    const parts = this.#byLocation.get(location) ?? this.#inOrder(location);
    if (parts.some((part) => (this.#owners.get(part) ?? owner) !== owner)) return [];
    for (const part of parts) this.#owners.set(part, owner);
    return parts;
  }

  #inOrder(location: string): BulkPart[] {
    const frames = this.#framesOf.get(location) ?? [];
    return frames.sort((one, other) => one.number - other.number).map(({ part }) => part);
  }

  /** How many parts no instance has asked for. */
  get unclaimed(): number {
    return this.#parts.length - this.#owners.size;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#parts.map(({ data }) => data.remove()));
  }
}

function listIn<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
