import type { LoadedPackage, ModelPresence, ModelProcess } from "@redspot/queue";
import type { OpenModel } from "./open-model.ts";
import type { SpeakingModel } from "./speaking-model.ts";

interface Announced {
  /** By what this process is known. */
  process: string;
  mode: ModelProcess["mode"];
  configured: OpenModel;
  shadow: OpenModel | undefined;
  /** Why there is none though one is configured, by code. */
  shadowRefusedAs?: string | undefined;
}

interface AnnouncerOptions extends Announced {
  presence: Pick<ModelPresence, "say" | "leave">;
  speaking: Pick<SpeakingModel, "look" | "current" | "change">;
  onError: (error: unknown) => void;
}

/** So often a process looks who has the word, also where no study comes, and says what it has. */
const EVERY_MS = 2_000;

/**
 * Keeps saying, until closed, which model packages this process has and which of them speaks: `redspot-admin model` asks
 * nobody else.
 */
export function announceModels({ presence, speaking, onError, ...announced }: AnnouncerOptions): {
  close(): Promise<void>;
} {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const say = async () => {
    try {
      await speaking.look();
      await presence.say(saidOf(announced, speaking));
    } catch (error) {
      onError(error);
    }
    if (!isClosed) timer = setTimeout(() => void say(), EVERY_MS).unref();
  };
  void say();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await presence.leave(announced.process);
    },
  };
}

function saidOf(
  { process, mode, configured, shadow, shadowRefusedAs }: Announced,
  { current, change }: Pick<SpeakingModel, "current" | "change">,
): ModelProcess {
  return {
    process,
    mode,
    packages: [loaded(configured, "configured"), ...(shadow ? [loaded(shadow, "shadow")] : [])],
    ...(shadowRefusedAs === undefined ? {} : { shadowRefusedAs }),
    ...(current === undefined ? {} : { speaks: current.identity.packageHash }),
    change,
  };
}

function loaded({ modelPackage, identity, refusedAs }: OpenModel, role: LoadedPackage["role"]): LoadedPackage {
  const { packageHash, name, version, intendedUse, backboneHash, headHash, calibrationHash } = identity;
  const { part, auc, sensitivity, specificity, finalSetUses } = modelPackage.manifest.evaluation;
  return {
    ...{ packageHash, name, version, intendedUse, role, backboneHash, headHash, calibrationHash },
    ...(modelPackage.signedBy === undefined ? {} : { signedBy: modelPackage.signedBy }),
    ...(refusedAs === undefined ? {} : { refusedAs }),
    evaluation: { part, auc, sensitivity, specificity, ...(finalSetUses === undefined ? {} : { finalSetUses }) },
  };
}
