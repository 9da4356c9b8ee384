import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort, requireFreePort } from "./free-port.ts";

test("a free port can be listened on, and is then no longer free", async () => {
  const port = await freePort();
  await requireFreePort(port, "test");
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  await assert.rejects(requireFreePort(port, "the page"), {
    code: "PORT_IN_USE",
    message: new RegExp(`Port ${port} \\(the page\\) is in use`),
  });
  server.close();
  await once(server, "close");
});
