import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { certificateAuthority, startMllpReceiver, workFolder } from "@redspot/testbed";
import { hl7Check } from "./hl7-check.ts";

const folder = workFolder("hl7-check");
after(() => folder.remove());

test("a receiver by TLS is tried with both certificates, and what does not fit is told", async () => {
  const [authority, other] = await Promise.all([certificateAuthority("hospital"), certificateAuthority("other")]);
  const inThreeMonths = new Date(Date.now() + 90 * 24 * 3_600_000);
  const [ris, own, endsSoon, others] = await Promise.all([
    authority.issue({ commonName: "ris", names: [{ type: "ip", value: "127.0.0.1" }] }),
    authority.issue({ commonName: "redspot", notAfter: inThreeMonths }),
    authority.issue({ commonName: "redspot" }),
    other.issue({ commonName: "redspot", notAfter: inThreeMonths }),
  ]);
  const file = (name: string, content: string) => {
    writeFileSync(join(folder.path, name), content);
    return join(folder.path, name);
  };
  const pair = (name: string, { certificate, key }: { certificate: string; key: string }) => ({
    certificate: file(`${name}.crt`, certificate),
    key: file(`${name}.key`, key),
  });
  const ca = file("ca.crt", authority.certificate);
  const receiver = await startMllpReceiver({
    answer: () => "silence",
    tls: { cert: ris.certificate, key: ris.key, ca: authority.certificate },
  });
  const seen = (tls: object) =>
    hl7Check(
      { host: "127.0.0.1", port: receiver.port, tls, connectWithinMs: 5_000, answerWithinMs: 5_000 },
      () => new Date(),
    ).look();
  try {
    assert.equal((await seen({ ca, ...pair("own", own) })).state, "fine");
    const soon = await seen({ ca, ...pair("soon", endsSoon) });
    assert.deepEqual([soon.state, soon.found.slice(0, 22)], ["doubtful", "Redspot's certificate:"]);
    // With TLS 1.3 the receiver says no to these when the handshake is over for the client.
    for (const tls of [{ ca }, { ca, ...pair("others", others) }]) {
      const { state, found, advice } = await seen(tls);
      assert.equal(state, "wrong");
      assert.match(found, /no TLS connection that both accept/);
      assert.match(advice ?? "", /whom it accepts/);
    }
    assert.equal((await seen({ ca: file("other.crt", other.certificate), ...pair("own", own) })).state, "wrong");
    assert.match((await seen({ ca, ...pair("own", own), key: join(folder.path, "none") })).found, /cannot be read/);
    assert.deepEqual(receiver.messages, []);
  } finally {
    await receiver.close();
  }
});
