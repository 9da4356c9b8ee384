import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type BlockSizes, Blocks } from "./blocks.ts";
import { BulkFile } from "./bulk-file.ts";
import { Comparison } from "./comparison.ts";
import { create, readWhole, takesDirectWrites } from "./direct-io.ts";
import { DurableFolders, makeFolder } from "./durable.ts";
import { IncomingFile, type Place } from "./incoming-file.ts";
import { INSTANCE, Layout } from "./layout.ts";
import { removeLeftovers, TemporaryNames } from "./leftovers.ts";
import type { ReadMemory } from "./read-memory.ts";
import { type FreeBytes, Room } from "./room.ts";
import type { IncomingInstance, InstanceFacts, Spool, SpooledStudy, StudiesWatch, WaitingBulkData } from "./spool.ts";
import { onFileSystem, SpoolError, systemCode } from "./spool-error.ts";
import { studyFolders } from "./study-folders.ts";

export interface FileSpoolOptions {
  /**
   * False acknowledges an instance that a power cut can still take: for trials, never where patients are waited for.
   */
  durable?: boolean;
  /**
   * False leaves it to whoever makes something durable in a study's folder next to make all names in it so: for what can
   * be had again until then. Contents are on disk before they have a name, as ever.
   */
  durableNames?: boolean;
  /** The memory that what comes in is gathered in; twelve blocks of 1 MiB unless given. */
  blocks?: BlockSizes;
  /** So many bytes of the file system are left free: an instance that comes when there are fewer is refused. */
  reserveBytes?: number;
  /** How many bytes the file system still takes; asked of it unless given. */
  freeBytes?: FreeBytes;
  now?: number;
}

/** A spool on a POSIX file system, which several processes, on several machines, may share. */
export class FileSpool implements Spool {
  readonly #layout: Layout;
  readonly #durable: boolean;
  readonly #room: Room;
  readonly #blocks: BlockSizes | undefined;
  readonly #names = new TemporaryNames();
  readonly #folders: DurableFolders;
  /** Made when the first instance comes: most who open a spool only read. */
  #place: Promise<Place> | undefined;

  private constructor(
    layout: Layout,
    room: Room,
    { durable = true, durableNames = durable, blocks }: FileSpoolOptions,
  ) {
    this.#layout = layout;
    this.#durable = durable;
    this.#room = room;
    this.#blocks = blocks;
    this.#folders = new DurableFolders(layout.root, durableNames);
  }

  /** Opens the spool below a folder, which is made where it is missing, and removes what dead processes left half done. */
  static async open(root: string, options: FileSpoolOptions = {}): Promise<FileSpool> {
    const { reserveBytes = 0, freeBytes, now = Date.now() } = options;
    const layout = new Layout(resolve(root));
    await onFileSystem(`opening the spool at ${layout.root}`, async () => {
      await makeFolder(layout.tmp);
      await removeLeftovers(layout.tmp, now);
    });
    return new FileSpool(layout, new Room(layout.root, reserveBytes, freeBytes), options);
  }

  /** How many bytes can come in before the reserve of the file system is touched. */
  async room(): Promise<number> {
    return onFileSystem("looking for space", () => this.#room.bytes());
  }

  async receive(): Promise<IncomingInstance> {
    return onFileSystem("opening a temporary file", async () => {
      await this.#room.mustBeLeft();
      const place = await this.#incoming();
      const path = this.#newPath();
      return new IncomingFile(await create(path, place.direct), path, place);
    });
  }

  #incoming(): Promise<Place> {
    this.#place ??= this.#makePlace().catch((error: unknown) => {
      this.#place = undefined;
      throw error;
    });
    return this.#place;
  }

  async #makePlace(): Promise<Place> {
    const layout = this.#layout;
    const durable = this.#durable;
    const blocks = new Blocks(this.#blocks);
    const block = await blocks.take();
    const direct = await takesDirectWrites(this.#newPath(), block);
    blocks.release(block);
    const folders = this.#folders;
    return { layout, folders, durable, direct, blocks, room: this.#room, comparison: new Comparison(direct) };
  }

  #newPath(): string {
    return join(this.#layout.tmp, this.#names.next());
  }

  async receiveBulkData(): Promise<WaitingBulkData> {
    return onFileSystem("opening a temporary file", async () => {
      await this.#room.mustBeLeft();
      const path = this.#newPath();
      return new BulkFile(await open(path, "wx", 0o640), path, this.#room);
    });
  }

  /** The file of an instance, whether it is there or not. */
  pathOf(studyInstanceUID: string, sopInstanceUID: string): string {
    return this.#layout.instanceFile(studyInstanceUID, sopInstanceUID);
  }

  async read(studyInstanceUID: string, sopInstanceUID: string, memory?: ReadMemory): Promise<Uint8Array> {
    const path = this.pathOf(studyInstanceUID, sopInstanceUID);
    const what = `instance ${sopInstanceUID}`;
    return memory === undefined ? readOr(path, what) : orNotFound(what, () => readWhole(path, memory));
  }

  async list(studyInstanceUID: string): Promise<string[]> {
    const folder = this.#layout.studyFolder(studyInstanceUID);
    const names = await onFileSystem(`listing study ${studyInstanceUID}`, async () => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (systemCode(error) === "ENOENT") return [];
        throw error;
      }
    });
    return names.flatMap((name) => (name.endsWith(INSTANCE) ? [name.slice(0, -INSTANCE.length)] : [])).sort();
  }

  async factsOf(studyInstanceUID: string, sopInstanceUID: string): Promise<InstanceFacts> {
    const path = this.pathOf(studyInstanceUID, sopInstanceUID);
    // Written once and linked, never changed: the file's time is that of its arrival.
    const { mtime, size } = await orNotFound(`instance ${sopInstanceUID}`, () => stat(path));
    return { arrivedAt: mtime, bytes: size };
  }

  async putRecord(studyInstanceUID: string, name: string, bytes: Uint8Array): Promise<Uint8Array> {
    const target = this.#layout.recordFile(studyInstanceUID, name);
    return this.#putFirst(target, bytes, `recording ${name} of study ${studyInstanceUID}`);
  }

  async readRecord(studyInstanceUID: string, name: string): Promise<Uint8Array | undefined> {
    return readIfThere(this.#layout.recordFile(studyInstanceUID, name), name);
  }

  /** Records something about the installation, as `putRecord` does about a study: the first of a name stays. */
  async putNotice(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#putFirst(this.#layout.installationFile(name), bytes, `recording ${name}`);
  }

  async readNotice(name: string): Promise<Uint8Array | undefined> {
    return readIfThere(this.#layout.installationFile(name), name);
  }

  async #putFirst(target: string, bytes: Uint8Array, what: string): Promise<Uint8Array> {
    const put = bytes.byteLength === 0 ? this.#createEmpty(target) : this.#linkFirst(target, bytes);
    const isFirst = await onFileSystem(what, () => put);
    await onFileSystem(what, () => this.#folders.sync(dirname(target)));
    return isFirst ? bytes : readOr(target, what);
  }

  /** A file without content is whole as soon as it has its name. */
  async #createEmpty(target: string): Promise<boolean> {
    await this.#folders.make(dirname(target));
    return orFalseWhereTaken(async () => (await open(target, "wx", 0o640)).close());
  }

  async #linkFirst(target: string, bytes: Uint8Array): Promise<boolean> {
    const path = this.#newPath();
    try {
      await writeFile(path, bytes, { flag: "wx", mode: 0o640, flush: this.#durable });
      await this.#folders.make(dirname(target));
      return await orFalseWhereTaken(() => link(path, target));
    } finally {
      await unlink(path).catch(() => {});
    }
  }

  studies(watch: StudiesWatch = {}): AsyncGenerator<SpooledStudy> {
    return studyFolders(this.#layout, watch);
  }

  async remove(studyInstanceUID: string, sopInstanceUID: string): Promise<void> {
    await onFileSystem(`removing instance ${sopInstanceUID}`, async () => {
      // The preview first: an instance that is gone is not looked for again, and its preview would stay for ever.
      await rm(this.#layout.previewFile(studyInstanceUID, sopInstanceUID), { force: true });
      await rm(this.pathOf(studyInstanceUID, sopInstanceUID), { force: true });
    });
  }

  async countFiles(studyInstanceUID: string): Promise<number> {
    const counts = await Promise.all(this.#foldersOf(studyInstanceUID).map(filesIn));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async removeStudy(studyInstanceUID: string): Promise<number> {
    const files = await this.countFiles(studyInstanceUID);
    await onFileSystem(`removing study ${studyInstanceUID}`, async () => {
      for (const folder of this.#foldersOf(studyInstanceUID)) await rm(folder, { recursive: true, force: true });
    });
    return files;
  }

  async removeRecords(studyInstanceUID: string, names: readonly string[]): Promise<void> {
    await onFileSystem(`removing records of study ${studyInstanceUID}`, async () => {
      for (const name of names) await rm(this.#layout.recordFile(studyInstanceUID, name), { force: true });
      // Whatever else there is, or is just coming, keeps the folder.
      await rmdir(this.#layout.studyFolder(studyInstanceUID)).catch(() => {});
    });
  }

  /** Previews first: a study that is gone is not looked for again, and they would stay for ever. */
  #foldersOf(studyInstanceUID: string): string[] {
    return [this.#layout.previewFolder(studyInstanceUID), this.#layout.studyFolder(studyInstanceUID)];
  }

  async putPreview(studyInstanceUID: string, sopInstanceUID: string, bytes: Uint8Array): Promise<void> {
    const target = this.#layout.previewFile(studyInstanceUID, sopInstanceUID);
    // A preview can be made again: it is put in place whole, but nobody waits until it is durable.
    const path = this.#newPath();
    await onFileSystem(`keeping a preview of instance ${sopInstanceUID}`, async () => {
      try {
        await writeFile(path, bytes, { flag: "wx", mode: 0o640 });
        await mkdir(dirname(target), { recursive: true });
        await rename(path, target);
      } catch (error) {
        await unlink(path).catch(() => {});
        throw error;
      }
    });
  }

  async readPreview(studyInstanceUID: string, sopInstanceUID: string): Promise<Uint8Array> {
    return readOr(this.#layout.previewFile(studyInstanceUID, sopInstanceUID), `preview of instance ${sopInstanceUID}`);
  }
}

/** True where a name could be taken, false where another has it. */
async function orFalseWhereTaken(take: () => Promise<void>): Promise<boolean> {
  try {
    await take();
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readIfThere(path: string, what: string): Promise<Uint8Array | undefined> {
  try {
    return await readOr(path, what);
  } catch (error) {
    if (error instanceof SpoolError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

function readOr(path: string, what: string): Promise<Uint8Array> {
  return orNotFound(what, async () => {
    const bytes = await readFile(path);
    // Small files come as a part of Node's shared buffer; who is given the bytes may want their ArrayBuffer.
    return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
  });
}

function orNotFound<T>(what: string, read: () => Promise<T>): Promise<T> {
  return onFileSystem(`reading ${what}`, async () => {
    try {
      return await read();
    } catch (error) {
      if (systemCode(error) === "ENOENT") throw new SpoolError("NOT_FOUND", `the spool has no ${what}`);
      throw error;
    }
  });
}

function filesIn(folder: string): Promise<number> {
  return onFileSystem("looking through the spool", async () => {
    try {
      return (await readdir(folder)).length;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return 0;
      throw error;
    }
  });
}
