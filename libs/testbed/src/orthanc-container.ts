import { readFileSync } from "node:fs";
import { GenericContainer, TestContainers, Wait } from "testcontainers";
import type { OrthancOptions, RunningOrthanc } from "./orthanc.ts";
import { type ForwardTo, orthancConfiguration, pushScript } from "./orthanc-configuration.ts";

/** The image of docker-compose.yml; it enables the plugins that the configuration has a section for. */
const image = "orthancteam/orthanc:26.6.0@sha256:510ef4ce24699104244b00d2b93350a801fc2f1c6b0bfc6a1f15e546bff2d1f4";
const scriptPath = "/etc/orthanc/push-to-redspot.py";

export async function startOrthancContainer(options: OrthancOptions): Promise<RunningOrthanc> {
  const forwardTo = options.forwardTo && (await seenFromContainer(options.forwardTo));
  const aeTitle = options.aeTitle ?? "ORTHANC";
  const configuration = orthancConfiguration({
    folder: "/var/lib/orthanc/db",
    httpPort: 8042,
    dicomPort: 4242,
    aeTitle,
    stableSeconds: options.stableSeconds ?? 1,
    scriptPath,
    remoteAccess: true,
    ...(forwardTo && { forwardTo }),
    ...(options.longestPauseSeconds !== undefined && { longestPauseSeconds: options.longestPauseSeconds }),
  });
  const container = await new GenericContainer(image)
    .withEnvironment({ ORTHANC_WEB_VIEWER_PLUGIN_ENABLED: "true", ...options.environment })
    .withCopyContentToContainer([
      { content: JSON.stringify(configuration), target: "/etc/orthanc/orthanc.json" },
      { content: readFileSync(pushScript, "utf8"), target: scriptPath },
    ])
    .withExposedPorts(8042, 4242)
    .withWaitStrategy(Wait.forHttp("/dicom-web/studies?limit=1", 8042))
    .start();
  const host = container.getHost();
  const url = `http://${host}:${container.getMappedPort(8042)}`;
  return {
    url,
    dicomWebUrl: `${url}/dicom-web`,
    dimse: { host, port: container.getMappedPort(4242), aeTitle },
    hasWebViewer: true,
    async stop() {
      await container.stop();
    },
  };
}

/** Redspot's services run on the host, which has another name inside the container. */
async function seenFromContainer(forwardTo: ForwardTo): Promise<ForwardTo> {
  const url = new URL(forwardTo.url);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) return forwardTo;
  await TestContainers.exposeHostPorts(Number(url.port));
  url.hostname = "host.testcontainers.internal";
  return { ...forwardTo, url: url.href };
}
