import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  acknowledge,
  certificateAuthority,
  freePort,
  type MllpAnswer,
  type MllpReceiver,
  startMllpReceiver,
  workFolder,
} from "@redspot/testbed";
import { Server } from "node-hl7-server";
import { assertAccepted, readAcknowledgement } from "./acknowledgement.ts";
import { MllpClient, type MllpOptions } from "./mllp.ts";
import { messageOf, setFields } from "./segment.ts";

const folder = workFolder("mllp");
const files = {} as Record<"ca" | "certificate" | "key" | "otherCa", string>;
let tls: { cert: string; key: string; ca: string };

before(async () => {
  const [authority, other] = await Promise.all([certificateAuthority("Hospital"), certificateAuthority("Nobody")]);
  const [receiver, client] = await Promise.all([
    authority.issue({ commonName: "ris", names: [{ type: "ip", value: "127.0.0.1" }] }),
    authority.issue({ commonName: "redspot" }),
  ]);
  tls = { cert: receiver.certificate, key: receiver.key, ca: authority.certificate };
  const keep = (name: keyof typeof files, text: string) => {
    files[name] = join(folder.path, name);
    writeFileSync(files[name], text);
  };
  keep("ca", authority.certificate);
  keep("certificate", client.certificate);
  keep("key", client.key);
  keep("otherCa", other.certificate);
});
after(() => folder.remove());

/** The same message for the same control ID, whenever it is asked for. */
function hello(controlId = "1"): string {
  const message = messageOf({ type: ["ORU", "R01", "ORU_R01"], controlId, processingId: "P" });
  setFields(message.get("MSH"), { 7: "20260329023015" });
  return `${message.toString()}\r`;
}

/** A receiver and a client of it, both gone after `use`. */
async function together(
  answer: (message: string) => MllpAnswer | Promise<MllpAnswer>,
  use: (client: MllpClient, receiver: MllpReceiver) => Promise<void>,
  { secure = false, encoding, ...options }: Partial<MllpOptions> & { secure?: boolean; encoding?: "latin1" } = {},
): Promise<void> {
  const receiver = await startMllpReceiver({ answer, ...(encoding && { encoding }), ...(secure ? { tls } : {}) });
  const client = new MllpClient({
    host: "127.0.0.1",
    port: receiver.port,
    connectWithinMs: 5000,
    answerWithinMs: 5000,
    ...(secure ? { tls: { ca: files.ca, certificate: files.certificate, key: files.key } } : {}),
    ...options,
  });
  try {
    await use(client, receiver);
  } finally {
    await client.close();
    await receiver.close();
  }
}

describe("MLLP", () => {
  test("by TLS with both sides' certificates, message after message on one connection", () =>
    together(
      (message) => acknowledge(message),
      async (client, receiver) => {
        const answers = await Promise.all(["1", "2", "3"].map((id) => client.exchange(hello(id), readAcknowledgement)));
        assert.deepEqual(
          answers.map(({ controlId }) => controlId),
          ["1", "2", "3"],
        );
        assert.deepEqual(receiver.messages, ["1", "2", "3"].map(hello));
        assert.equal(receiver.connections, 1);
      },
      { secure: true },
    ));

  test("in ISO 8859-1 each character is one byte, of message and answer", () =>
    together(
      (message) => Buffer.from(`\v${acknowledge(message, "AA", { text: "für Müller" })}\x1c\r`, "latin1"),
      async (client, receiver) => {
        const message = `${hello("1")}PID|1||P1^^^^PI||Müller^Óscar\r`;
        const answer = await client.exchange(message, (text) => text);
        assert.deepEqual(receiver.messages, [message]);
        assert.match(answer, /MSA\|AA\|1\|für Müller/);
      },
      { characterSet: "8859/1", encoding: "latin1" },
    ));

  test("a receiver of another authority gets nothing, and one that wants a certificate is not sent to without", async () => {
    const withoutOwn = () => ({ ca: files.ca });
    for (const given of [() => ({ ...files, ca: files.otherCa }), withoutOwn]) {
      await together(
        (message) => acknowledge(message),
        async (client, receiver) => {
          await assert.rejects(client.exchange(hello(), readAcknowledgement), {
            name: "Hl7Error",
            code: /UNTRUSTED|UNREACHABLE/,
          });
          assert.deepEqual(receiver.messages, []);
        },
        { secure: true, tls: given() },
      );
    }
    await together(
      (message) => acknowledge(message),
      (client) =>
        assert.rejects(client.exchange(hello(), readAcknowledgement), { code: "UNTRUSTED", message: /ENOENT/ }),
      { secure: true, tls: { ca: join(folder.path, "none") } },
    );
  });

  test("TLS is not asked of a receiver that has none, nor done without where it is wanted", () =>
    together(
      (message) => acknowledge(message),
      (client) =>
        assert.rejects(client.exchange(hello(), readAcknowledgement), { code: /UNTRUSTED|UNREACHABLE|TIMED_OUT/ }),
      { tls: {}, connectWithinMs: 300 },
    ));

  test("a receiver that is away, resets or says nothing is told apart from one that answers nonsense", async () => {
    const client = new MllpClient({
      host: "127.0.0.1",
      port: await freePort(),
      connectWithinMs: 5000,
      answerWithinMs: 5000,
    });
    await assert.rejects(client.exchange(hello(), readAcknowledgement), {
      code: "UNREACHABLE",
      message: /ECONNREFUSED/,
    });
    await client.close();
    for (const [answer, code] of [
      ["reset", "UNREACHABLE"],
      ["silence", "TIMED_OUT"],
      [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "UNCLEAR"],
      [Buffer.concat([Buffer.from("\v"), Buffer.alloc(70_000, 65)]), "UNCLEAR"],
      [Buffer.from("\vMSH|half an answer"), "TIMED_OUT"],
    ] as const) {
      await together(
        () => answer,
        (one) => assert.rejects(one.exchange(hello(), readAcknowledgement), { code }),
        { answerWithinMs: 200 },
      );
    }
  });

  test("an answer that comes in pieces is one answer", () =>
    together(
      () => "silence",
      async (client, receiver) => {
        const exchange = client.exchange(hello(), readAcknowledgement);
        const whole = Buffer.from(`\v${acknowledge(hello())}\x1c\r`);
        while (receiver.messages.length === 0) await new Promise(setImmediate);
        for (const byte of whole) {
          receiver.say(Buffer.from([byte]));
          await new Promise(setImmediate);
        }
        assert.equal((await exchange).code, "AA");
      },
    ));

  test("what comes late is not taken for the answer to another message", async () => {
    const late = Promise.withResolvers<MllpAnswer>();
    await together(
      (message) => (message === hello("1") ? late.promise : acknowledge(message)),
      async (client, receiver) => {
        await assert.rejects(client.exchange(hello("1"), readAcknowledgement), { code: "TIMED_OUT" });
        const second = client.exchange(hello("2"), readAcknowledgement);
        late.resolve(acknowledge(hello("1")));
        assert.equal((await second).controlId, "2");
        assert.equal(receiver.connections, 2);
      },
      { answerWithinMs: 200 },
    );
  });

  test("a connection that brought the answer to another message is not used again, one that brought a no is", () =>
    together(
      (message) => (message === hello("2") ? acknowledge(hello("9")) : acknowledge(message, "AR")),
      async (client, receiver) => {
        const accept = (id: string) =>
          client.exchange(hello(id), (text) => assertAccepted(readAcknowledgement(text), id));
        await assert.rejects(accept("1"), { code: "REFUSED" });
        await assert.rejects(accept("2"), { code: "UNCLEAR" });
        assert.equal(receiver.connections, 1);
        await assert.rejects(accept("3"), { code: "REFUSED" });
        assert.equal(receiver.connections, 2);
      },
    ));

  test("a receiver that closes after each message is sent the next on another connection", () =>
    together(
      (message) => ({ thenClose: acknowledge(message) }),
      async (client, receiver) => {
        for (const id of ["1", "2", "3", "4", "5"]) {
          assert.equal((await client.exchange(hello(id), readAcknowledgement)).controlId, id);
        }
        assert.equal(new Set(receiver.messages).size, 5);
        assert.equal(receiver.connections, 5);
      },
    ));

  test("a connection that is not used is given up", () =>
    together(
      (message) => acknowledge(message),
      async (client, receiver) => {
        await client.exchange(hello("1"), readAcknowledgement);
        while (receiver.open > 0) await new Promise(setImmediate);
        await client.exchange(hello("2"), readAcknowledgement);
        assert.equal(receiver.connections, 2);
      },
      { idleMs: 10 },
    ));

  test("the server of another library understands it, and is understood", async () => {
    const server = new Server({
      bindAddress: "127.0.0.1",
      tls: { ...tls, requestCert: true, rejectUnauthorized: true },
    });
    const port = await freePort();
    const seen: string[] = [];
    const inbound = server.createInbound({ port }, (request, response) => {
      seen.push(request.getMessage().get("MSH.10").toString());
      void response.sendResponse("AA");
    });
    // Its release 2.5.0 answers a second message on a connection with the first one's control ID: a connection for each.
    const clients = ["77", "78"].map((id) => {
      const { ca, certificate, key } = files;
      const within = { connectWithinMs: 5000, answerWithinMs: 5000 };
      return { id, client: new MllpClient({ host: "127.0.0.1", port, ...within, tls: { ca, certificate, key } }) };
    });
    try {
      for (const { id, client } of clients) assertAccepted(await client.exchange(hello(id), readAcknowledgement), id);
      assert.deepEqual(seen, ["77", "78"]);
    } finally {
      await Promise.all(clients.map(({ client }) => client.close()));
      await inbound.close();
    }
  });
});
