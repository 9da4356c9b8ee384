import { connect, type Socket } from "node:net";

export type Reply = string | number | null | Reply[];

/** Reads Redis as itself, not through what is under test: commands and answers of RESP2 (redis.io/docs/reference/protocol-spec). */
export class RedisReader {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  readonly #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#buffer = this.#buffer.byteLength === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#answer();
    });
    socket.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error("Redis closed the connection"));
    });
  }

  static open(port: number): Promise<RedisReader> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(new RedisReader(socket)));
      socket.on("error", reject);
    });
  }

  command(...words: (string | number)[]): Promise<Reply> {
    const parts = words.map((word) => Buffer.from(String(word)));
    const frame = [`*${parts.length}\r\n`, ...parts.flatMap((part) => [`$${part.byteLength}\r\n`, part, "\r\n"])];
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) throw new Error("Redis has closed the connection");
      this.#waiting.push({ resolve, reject });
      this.#socket.write(Buffer.concat(frame.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece))));
    });
  }

  async strings(...words: (string | number)[]): Promise<string[]> {
    return (await this.command(...words)) as string[];
  }

  async hash(key: string): Promise<Record<string, string>> {
    const flat = await this.strings("HGETALL", key);
    return Object.fromEntries(flat.flatMap((value, at) => (at % 2 === 0 ? [[value, flat[at + 1]!]] : [])));
  }

  /** All keys that match, without holding Redis up. */
  async keys(pattern: string): Promise<string[]> {
    const found = new Set<string>();
    for (let cursor = "0"; ; ) {
      const [next, keys] = (await this.command("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)) as [string, string[]];
      for (const key of keys) found.add(key);
      cursor = next;
      if (cursor === "0") return [...found];
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(): void {
    for (;;) {
      const parsed = parse(this.#buffer, 0);
      if (parsed === undefined) return;
      this.#buffer = this.#buffer.subarray(parsed.end);
      const waiting = this.#waiting.shift();
      if (parsed.reply instanceof Error) waiting?.reject(parsed.reply);
      else waiting?.resolve(parsed.reply);
    }
  }
}

/** One reply from a place on; undefined while it has not come whole. */
function parse(bytes: Buffer, at: number): { reply: Reply | Error; end: number } | undefined {
  const lineEnd = bytes.indexOf("\r\n", at);
  if (lineEnd === -1) return undefined;
  const line = bytes.toString("utf8", at + 1, lineEnd);
  const begin = lineEnd + 2;
  switch (String.fromCharCode(bytes[at]!)) {
    case "+":
      return { reply: line, end: begin };
    case "-":
      return { reply: new Error(line), end: begin };
    case ":":
      return { reply: Number(line), end: begin };
    case "$": {
      if (line === "-1") return { reply: null, end: begin };
      const end = begin + Number(line);
      return bytes.byteLength < end + 2 ? undefined : { reply: bytes.toString("utf8", begin, end), end: end + 2 };
    }
    case "*": {
      if (line === "-1") return { reply: null, end: begin };
      const replies: Reply[] = [];
      let end = begin;
      for (let count = Number(line); count > 0; count -= 1) {
        const one = parse(bytes, end);
        if (one === undefined) return undefined;
        if (one.reply instanceof Error) throw one.reply;
        replies.push(one.reply);
        end = one.end;
      }
      return { reply: replies, end };
    }
    default:
      throw new Error(`Redis answered ${JSON.stringify(line)}`);
  }
}
