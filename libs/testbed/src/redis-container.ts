import { GenericContainer, Wait } from "testcontainers";
import type { RunningRedis } from "./redis.ts";

/** The image of docker-compose.yml. */
const image = "redis:7.4.11-alpine@sha256:858f009f9709ce576febc734aa78b8f6d624b82571f9ddb6bda4377c833b3499";

export async function startRedisContainer(settings: readonly string[]): Promise<RunningRedis> {
  const container = await new GenericContainer(image)
    .withCommand(["redis-server", "--save", "", ...settings])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    async stop() {
      await container.stop();
    },
  };
}
