import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { INPUT_SIZE } from "@redspot/model";
import { inputPath, onDisk } from "../work-folder.ts";
import type { Preparation } from "./prepare-image.ts";

const FILE = "collect.jsonl";

/**
 * What has become of each image so far, a line an image under a keyed hash, so that a run that was stopped goes on where
 * it was. A line that a kill cut off is as good as none, and so is one whose input is gone.
 */
export class Journal {
  readonly #work: string;
  readonly #known: Map<string, Preparation>;
  readonly #file: FileHandle;

  private constructor(work: string, known: Map<string, Preparation>, file: FileHandle) {
    this.#work = work;
    this.#known = known;
    this.#file = file;
  }

  static async open(work: string): Promise<Journal> {
    const path = join(work, FILE);
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const known = new Map<string, Preparation>();
    for (const line of text.split("\n")) {
      const entry = parse(line);
      if (entry) known.set(entry.key, entry.preparation);
    }
    const file = await onDisk(() => open(path, "a", 0o600));
    // A cut line must not join the next one.
    if (text !== "" && !text.endsWith("\n")) await onDisk(() => file.appendFile("\n"));
    return new Journal(work, known, file);
  }

  async get(key: string): Promise<Preparation | undefined> {
    const preparation = this.#known.get(key);
    if (!preparation || "reason" in preparation) return preparation;
    const path = inputPath(this.#work, preparation.prepared.id);
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    return size === 4 * INPUT_SIZE ** 2 ? preparation : undefined;
  }

  /** @throws {TrainingError} DISK_FULL */
  async put(key: string, preparation: Preparation): Promise<void> {
    this.#known.set(key, preparation);
    await onDisk(() => this.#file.appendFile(`${JSON.stringify({ key, preparation })}\n`));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function parse(line: string): { key: string; preparation: Preparation } | undefined {
  try {
    return line === "" ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}
