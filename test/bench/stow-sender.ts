// A process that sends: started by stow.ts, so that who sends does not slow down who receives.
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { InstanceMaker } from "./stow-instance.ts";

/** What a sender is asked to do: so many requests on each of its connections, which stay open between turns. */
export interface Turn {
  url: string;
  template: string;
  connections: number;
  requests: number;
  instances: number;
}

/** What it took, by the clock that all processes share, in milliseconds. */
export interface TurnResult {
  startedAt: number;
  endedAt: number;
  bytes: number;
  latencies: number[];
  /** Processor time of the sending process, in milliseconds. */
  cpuMs: number;
  failure?: string;
}

const BOUNDARY = "boundary-of-the-bench";
const PART = Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`);
const CLOSE = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

const agent = new Agent({ keepAlive: true });
const makers = new Map<string, InstanceMaker>();

function makerOf(template: string): InstanceMaker {
  const maker = makers.get(template) ?? new InstanceMaker(template);
  makers.set(template, maker);
  return maker;
}

async function send(url: string, heads: readonly Buffer[], maker: InstanceMaker): Promise<void> {
  const length = heads.length * (PART.byteLength + maker.bytes) + CLOSE.byteLength;
  const outgoing = request(url, {
    agent,
    method: "POST",
    headers: {
      "content-type": `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
      accept: "application/dicom+json",
      "content-length": length,
    },
  });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  for (const head of heads) {
    outgoing.cork();
    outgoing.write(PART);
    outgoing.write(head);
    const drained = outgoing.write(maker.pixels);
    outgoing.uncork();
    if (!drained) await once(outgoing, "drain");
  }
  outgoing.end(CLOSE);
  const [response] = await answered;
  const body = await text(response);
  const stored = (JSON.parse(body) as Record<string, { Value?: unknown[] }>)["00081199"]?.Value?.length ?? 0;
  if (response.statusCode !== 200 || stored !== heads.length) {
    throw new Error(
      `${url} answered ${response.statusCode}, ${stored} of ${heads.length} stored: ${body.slice(0, 500)}`,
    );
  }
}

async function take({ url, template, connections, requests, instances }: Turn): Promise<TurnResult> {
  const maker = makerOf(template);
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.timeOrigin + performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let count = 0; count < requests; count += 1) {
        const start = performance.now();
        await send(url, maker.study(instances), maker);
        latencies.push(performance.now() - start);
      }
    }),
  );
  const endedAt = performance.timeOrigin + performance.now();
  const bytes = connections * requests * instances * maker.bytes;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { startedAt, endedAt, bytes, latencies, cpuMs: (user + system) / 1000 };
}

process.on("message", async (turn: Turn) => {
  try {
    process.send?.(await take(turn));
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
});
process.on("disconnect", () => process.exit());
