import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A span as OTLP has it in JSON, as far as tests look into it, with the service that told of it. */
export interface CollectedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number; message?: string };
}

/** How a collector answers: it takes the batch, says nothing, or refuses with this body. */
export type CollectorAnswer = "takes" | "silence" | { refuses: string };

export interface TraceCollector {
  /** Where batches go. */
  readonly url: string;
  /** Everything that was sent, as it came, whatever was answered. */
  readonly bodies: string[];
  /** The spans of what was taken. */
  readonly spans: CollectedSpan[];
  answer: CollectorAnswer;
  close(): Promise<void>;
}

interface ExportRequest {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<CollectedSpan, "service">[] }[];
  }[];
}

/** A collector of traces by OTLP over HTTP in JSON, on loopback, that behaves as a test wants it to. */
export async function startTraceCollector(answer: CollectorAnswer = "takes"): Promise<TraceCollector> {
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => "");
    collector.bodies.push(body);
    const { answer } = collector;
    if (answer === "silence") return;
    if (answer === "takes") {
      collector.spans.push(...spansOf(JSON.parse(body) as ExportRequest));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    } else response.writeHead(400, { "content-type": "text/plain" }).end(answer.refuses);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const collector: TraceCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    bodies: [],
    spans: [],
    answer,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return collector;
}

function spansOf({ resourceSpans }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}
