/**
 * Holds the Helm chart to its schema of values, to Kubernetes' types, to the services' own variables and to the
 * Dockerfile. It renders the chart and reads the objects; that they run is seen where a cluster is.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { kubernetesMistakes } from "../helm/kubernetes-mistakes.ts";
import { chart, readValues, type Values, valueFiles, valuesWith } from "../helm/redspot-chart.ts";
import { buildRenderer, canRender, type KubernetesObject, objectsIn } from "../helm/render-chart.ts";
import { secretsOf, serviceNames, variablesOf } from "./service-variables.ts";

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

interface Probe {
  httpGet: { path: string; port: string; scheme?: string };
}

interface Container {
  name: string;
  image: string;
  env: Variable[];
  ports: Array<{ name: string; containerPort: number }>;
  securityContext: unknown;
  resources: { limits: Record<string, unknown>; requests: Record<string, unknown> };
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  volumeMounts: Array<{ name: string; mountPath: string; readOnly?: boolean }>;
}

interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  securityContext: Record<string, unknown>;
  containers: Container[];
  volumes: Array<{
    name: string;
    persistentVolumeClaim?: { claimName: string };
    emptyDir?: object;
    secret?: { secretName: string };
  }>;
  nodeSelector?: Record<string, string>;
  tolerations?: Array<{ key: string }>;
  runtimeClassName?: string;
}

interface Deployment extends KubernetesObject {
  spec: {
    replicas: number;
    strategy?: unknown;
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
  };
}

const root = join(import.meta.dirname, "..", "..");
const text = (...path: string[]) => readFileSync(join(...path), "utf8");
const schema = JSON.parse(text(chart, "values.schema.json"));
const { cpu = "", gpu = "", tls = "" } = valueFiles;

describe("the Helm chart's values", () => {
  const isValid = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

  for (const [name, file] of Object.entries(valueFiles)) {
    test(`ci/${name}-values.yaml is what the schema allows`, () => {
      assert.ok(isValid(valuesWith(readValues(file))), JSON.stringify(isValid.errors));
    });
  }

  test("values.yaml itself is what the schema allows", () => {
    assert.ok(isValid(valuesWith({})), JSON.stringify(isValid.errors));
  });

  const refused: Array<[string, Values]> = [
    ["an unknown value", { inferrence: { device: "cuda" } }],
    ["an unknown value of a service", { stow: { replica: 2 } }],
    ["an unknown device", { inference: { device: "gpu" } }],
    ["an unknown mode", { inference: { mode: "research" } }],
    ["less than one GPU", { inference: { cuda: { gpus: 0 } } }],
    ["a port that is no number", { worklist: { service: { port: "http" } } }],
    ["replicas that are no number", { worklist: { replicas: "two" } }],
    ["a variable that the service does not know", { stow: { env: { REDSPOT_SETTLE_SECOND: 3 } } }],
    ["a variable of another service", { worklist: { env: { REDSPOT_BATCH_SIZE: 3 } } }],
    ["a token among the variables", { worklist: { env: { REDSPOT_PACS_TOKEN: "0123456789abcdef" } } }],
    ["tokens among the variables", { stow: { env: { REDSPOT_TOKENS: "0123456789abcdef" } } }],
    ["a password in the address of Redis", { redis: { url: "redis://:secret@redis.example.org:6379" } }],
    ["a password in the address of the PACS", { pacs: { url: "https://user:secret@pacs.example.org/" } }],
    ["a secret's value", { existingSecret: { tokens: "0123456789abcdef" } }],
    ["an issuer in clear", { oidc: { issuer: "http://login.example.org" } }],
    ["an algorithm without a private key", { oidc: { algorithms: ["HS256"] } }],
    ["a client without a scope", { tls: { clients: ["pacs.example.org"] } }],
    ["a client with a scope that is none", { tls: { clients: ["pacs.example.org=write"] } }],
    ["a proxy by its name", { trustedProxies: ["ingress.example.org"] }],
    ["a size without a unit that Kubernetes knows", { spool: { size: "100 GB" } }],
    ["a digest that is none", { image: { digests: { stow: "sha256:0123" } } }],
    ["a spool on an object store", { spool: { s3: { bucket: "wrists" } } }],
    ["a password of Redis", { redis: { password: "0123456789abcdef" } }],
    [
      "a password in the address of Prometheus",
      { inference: { autoscaling: { queue: { prometheusAddress: "http://a:b@c" } } } },
    ],
    ["scaling by the queue of what takes nothing from it", { stow: { autoscaling: { by: "queue" } } }],
    ["scaling by nothing that is known", { inference: { autoscaling: { by: "gpu" } } }],
    ["an autoscaler that may have no pods at the most", { worklist: { autoscaling: { maxReplicas: 0 } } }],
    ["a budget that keeps nodes from being emptied", { stow: { maxUnavailable: 0 } }],
    ["a peer that selects nothing", { networkPolicy: { senders: [{}] } }],
    ["a peer by its name", { networkPolicy: { senders: ["pacs.example.org"] } }],
    ["a policy under which no name can be looked up", { networkPolicy: { dns: [] } }],
    ["a host with a scheme", { ingress: { stow: { host: "https://stow.example.org" } } }],
    ["a Gateway without a name", { gateway: { parentRefs: [{ namespace: "gateways" }] } }],
    ["an interval without a unit", { serviceMonitor: { interval: "30" } }],
    [
      "runbooks at an address that would run into theirs",
      { prometheusRule: { runbookBase: "https://wiki.example.org" } },
    ],
    [
      "spreading that is no must and no wish",
      { topologySpread: [{ topologyKey: "zone", maxSkew: 1, whenUnsatisfiable: "Maybe" }] },
    ],
    ["a secret variable by its value", { worklist: { secretEnv: { REDSPOT_X: "0123456789abcdef" } } }],
    ["a secret that the chart sets itself", { stow: { secretEnv: { REDSPOT_TOKENS: { name: "a", key: "b" } } } }],
    [
      "files of Secrets over the certificate",
      { stow: { secretFiles: [{ name: "a", mountPath: "/var/run/redspot/tls" }] } },
    ],
    ["files of Secrets where something else is", { stow: { secretFiles: [{ name: "a", mountPath: "/etc" }] } }],
  ];
  for (const [what, values] of refused) {
    test(`${what} is refused`, () => assert.equal(isValid(valuesWith(values)), false));
  }

  test("Helm's own reader of schemas takes its patterns: Go's regular expressions look neither ahead nor back", () => {
    assert.doesNotMatch(text(chart, "values.schema.json"), /\(\?[=!<]|\\\\[1-9]/);
  });

  for (const name of serviceNames) {
    test(`${name}.env takes every variable of the service but secrets and those that the chart sets`, () => {
      const setByChart =
        /_(REDIS_URL|REDIS_PREFIX|SPOOL_DIR|CACHE_DIR|HOST|PORT|TOKENS|OIDC_\w+|TLS_\w+|TRUSTED_PROXIES|DEVICE|MODE|MODEL_PACKAGE|SHADOW_PACKAGE)$/;
      const secrets = secretsOf(name);
      const others = variablesOf(name).filter(
        (variable) => !setByChart.test(variable) && !/_PACS_/.test(variable) && !secrets.includes(variable),
      );
      assert.deepEqual(Object.keys(schema.properties[name].properties.env.properties).sort(), others.sort());
    });
  }
});

describe("the Helm chart", {
  skip: canRender() ? false : "rendering it needs Go and sprig (golang-go, golang-github-masterminds-sprig-dev)",
}, () => {
  let folder: string;
  let render: ReturnType<typeof buildRenderer>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "redspot-helm-"));
    render = buildRenderer(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The chart's objects with the least values and others over them. */
  function objectsWith(values: Values, release = "redspot"): KubernetesObject[] {
    const file = join(folder, "values.json");
    writeFileSync(file, JSON.stringify(values));
    return objectsIn(render(chart, { release, values: [cpu, file] }));
  }
  const deploymentOf = (objects: KubernetesObject[], service: string) => {
    const isIt = ({ kind, metadata }: KubernetesObject) =>
      kind === "Deployment" && metadata.name.endsWith(`-${service}`);
    const found = objects.filter(isIt) as Deployment[];
    assert.equal(found.length, 1, `one Deployment of ${service}`);
    const pod = found[0]!.spec.template.spec;
    assert.equal(pod.containers.length, 1);
    return { deployment: found[0]!, pod, container: pod.containers[0]! };
  };
  const named = (objects: KubernetesObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();

  test("makes three Deployments and their budgets, two Services, a claim and an account", () => {
    assert.deepEqual(named(objectsIn(render(chart, { values: [cpu] }))), [
      "Deployment redspot-inference",
      "Deployment redspot-stow",
      "Deployment redspot-worklist",
      "PersistentVolumeClaim redspot-spool",
      "PodDisruptionBudget redspot-inference",
      "PodDisruptionBudget redspot-stow",
      "PodDisruptionBudget redspot-worklist",
      "Service redspot-stow",
      "Service redspot-worklist",
      "ServiceAccount redspot",
    ]);
    // With a claim and an account of one's own.
    assert.deepEqual(
      objectsIn(render(chart, { values: [gpu] })).filter(({ kind }) => /Claim|Account/.test(kind)),
      [],
    );
  });

  test("makes what Kubernetes takes, whatever the release is called", () => {
    const objects = [
      ...Object.values(valueFiles).map((file) => objectsIn(render(chart, { values: [file] }))),
      // Helm allows names of up to 53 characters, also of digits alone.
      objectsWith({ spool: { storageClassName: "nfs" } }, "7"),
      objectsWith({}, "a-release-whose-name-is-as-long-as-helm-lets-it-be-53"),
    ].flat();
    assert.deepEqual(kubernetesMistakes(objects), []);
    for (const { metadata } of objects) {
      assert.match(metadata.name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      for (const label of Object.values(metadata.labels ?? {})) {
        assert.equal(typeof label, "string");
        assert.match(label, /^\w([\w.-]{0,61}\w)?$/);
      }
    }
  });

  test("Kubernetes' types find what is wrong", () => {
    const planted = objectsWith({}).find(({ kind }) => kind === "Deployment") as Deployment;
    const [container] = planted.spec.template.spec.containers as [Container];
    container.securityContext = { readOnlyRootFileSystem: true };
    assert.match(kubernetesMistakes([planted]).join("\n"), /readOnlyRootFileSystem/);
    container.securityContext = {};
    container.ports[0]!.containerPort = 80.5;
    assert.match(kubernetesMistakes([planted]).join("\n"), /containerPort must be integer/);
  });

  for (const values of [cpu, gpu]) {
    const variant = values === cpu ? "on CPUs" : "on GPUs";
    for (const name of serviceNames) {
      test(`${name} ${variant} runs locked down, as the Dockerfile means it to`, () => {
        const { pod, container } = deploymentOf(objectsIn(render(chart, { values: [values] })), name);
        assert.equal(pod.automountServiceAccountToken, false);
        assert.equal(pod.enableServiceLinks, false);
        const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext;
        assert.deepEqual({ runAsNonRoot, runAsUser }, { runAsNonRoot: true, runAsUser: 1000 });
        assert.deepEqual(seccompProfile, { type: "RuntimeDefault" });
        assert.deepEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });

        // What the image says of itself, the chart says too.
        const image = text(root, "Dockerfile");
        for (const { name, value } of container.env.filter(({ name }) =>
          /_(HOST|PORT|SPOOL_DIR|CACHE_DIR)$/.test(name),
        )) {
          assert.ok(image.includes(`${name}=${value}`), `${name}=${value}`);
        }
        const variable = (wanted: string) => container.env.find(({ name }) => name === wanted)?.value;
        assert.deepEqual(container.ports, [
          { name: "http", containerPort: Number(variable("REDSPOT_PORT")) },
          { name: "metrics", containerPort: Number(variable("REDSPOT_ADMIN_PORT")) },
        ]);
        assert.deepEqual(container.startupProbe.httpGet, { path: "/health/live", port: "http" });
        assert.deepEqual(container.livenessProbe.httpGet, { path: "/health/live", port: "http" });
        assert.deepEqual(container.readinessProbe.httpGet, { path: "/health/ready", port: "http" });
        assert.ok(container.resources.requests.memory && container.resources.limits.memory);

        // Wherever it writes, a volume is.
        const mounted = Object.fromEntries(container.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
        assert.deepEqual(Object.keys(mounted).sort(), pod.volumes.map((volume) => volume.name).sort());
        assert.equal(mounted.tmp, "/tmp");
        assert.equal(mounted.spool, variable("REDSPOT_SPOOL_DIR"));
        assert.equal(mounted.cache, variable("REDSPOT_CACHE_DIR"));
        assert.equal(mounted.model, variable("REDSPOT_MODEL_PACKAGE"));
        assert.equal(mounted.shadow, variable("REDSPOT_SHADOW_PACKAGE"));
      });

      test(`${name} ${variant} is given variables that it knows, and no secret`, () => {
        const { container } = deploymentOf(objectsIn(render(chart, { values: [values] })), name);
        const known = variablesOf(name);
        const names = container.env.map((variable) => variable.name);
        for (const variable of names) assert.ok(known.includes(variable), variable);
        assert.equal(new Set(names).size, names.length, "each once");
        const fromSecret = container.env.filter((variable) => variable.valueFrom);
        assert.deepEqual(
          fromSecret.map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef.name, valueFrom?.secretKeyRef.key]),
          (values === cpu
            ? ["REDSPOT_REDIS_URL", "REDSPOT_TOKENS"]
            : ["REDSPOT_TOKENS", ...(name === "stow" ? [] : ["REDSPOT_PACS_TOKEN"])]
          ).map((secret) => [secret, "redspot-secrets", secret]),
        );
        for (const { name, value } of container.env) {
          if (/TOKEN/.test(name)) assert.equal(value, undefined, name);
          else if (value !== undefined) assert.equal(typeof value, "string", name);
        }
      });
    }

    test(`${variant}, the Services and Deployments find their pods, and no others`, () => {
      const objects = objectsIn(render(chart, { values: [values] }));
      const deployments = serviceNames.map((name) => deploymentOf(objects, name).deployment);
      const found = (selector: Record<string, string>) =>
        deployments.filter(({ spec }) =>
          Object.entries(selector).every(([label, value]) => spec.template.metadata.labels[label] === value),
        );
      for (const deployment of deployments) {
        assert.deepEqual(found(deployment.spec.selector.matchLabels), [deployment]);
      }
      for (const service of objects.filter(({ kind }) => kind === "Service")) {
        const { selector, ports } = (service as KubernetesObject & { spec: { selector: never; ports: unknown[] } })
          .spec;
        assert.deepEqual(
          found(selector).map(({ metadata }) => metadata.name),
          [service.metadata.name],
        );
        assert.equal(ports.length, 1);
        assert.equal((ports[0] as { targetPort: string }).targetPort, "http");
      }
    });
  }

  test("inference runs on CPUs, or on GPUs with the image, the limit and the place for them", () => {
    const onCpu = deploymentOf(objectsIn(render(chart, { values: [cpu] })), "inference");
    assert.equal(onCpu.container.image, "registry.example.org/redspot/inference:0.1.0");
    assert.deepEqual(onCpu.container.resources.limits, { cpu: "4", memory: "4Gi" });
    assert.equal(onCpu.deployment.spec.strategy, undefined);
    for (const absent of ["nodeSelector", "tolerations", "runtimeClassName"]) assert.ok(!(absent in onCpu.pod), absent);

    const objects = objectsIn(render(chart, { values: [gpu] }));
    const onGpu = deploymentOf(objects, "inference");
    const variable = (name: string) => onGpu.container.env.find((one) => one.name === name)?.value;
    assert.equal(onGpu.container.image, "registry.example.org:5000/redspot/inference:0.1.0-rc.1-gpu");
    assert.equal(variable("REDSPOT_DEVICE"), "cuda");
    assert.equal(variable("REDSPOT_MODE"), "clinical");
    assert.equal(variable("REDSPOT_BATCH_SIZE"), "64");
    assert.deepEqual(onGpu.container.resources.limits, { cpu: "4", memory: "4Gi", "nvidia.com/gpu": 1 });
    assert.deepEqual(onGpu.pod.nodeSelector, { "kubernetes.io/arch": "amd64", "nvidia.com/gpu.present": "true" });
    assert.deepEqual(
      onGpu.pod.tolerations?.map(({ key }) => key),
      ["example.org/radiology", "nvidia.com/gpu"],
    );
    assert.equal(onGpu.pod.runtimeClassName, "nvidia");
    assert.equal(onGpu.container.volumeMounts.find(({ name }) => name === "model")?.readOnly, true);
    // The others stay where they are.
    for (const name of ["stow", "worklist"]) {
      const { container, pod } = deploymentOf(objects, name);
      assert.equal(container.image, `registry.example.org:5000/redspot/${name}:0.1.0-rc.1`);
      assert.equal(container.resources.limits["nvidia.com/gpu"], undefined);
      assert.equal(pod.tolerations, undefined);
    }
  });

  test("the services share one spool, which outlives the release", () => {
    for (const [values, claim] of [
      [cpu, "redspot-spool"],
      [gpu, "wrist-images"],
    ] as const) {
      const objects = objectsIn(render(chart, { values: [values] }));
      for (const name of serviceNames) {
        const { volumes } = deploymentOf(objects, name).pod;
        assert.equal(volumes.find((one) => one.name === "spool")?.persistentVolumeClaim?.claimName, claim);
      }
    }
    const spool = objectsWith({}, "wrists").find(({ kind }) => kind === "PersistentVolumeClaim");
    assert.equal(spool?.metadata.name, "wrists-redspot-spool");
    assert.equal(spool?.metadata.annotations?.["helm.sh/resource-policy"], "keep");
    assert.deepEqual((spool as unknown as { spec: { accessModes: string[] } }).spec.accessModes, ["ReadWriteMany"]);
  });

  for (const name of serviceNames) {
    test(`${name} does TLS itself where a Secret has its certificate, and knows callers by more than static tokens`, () => {
      const objects = objectsIn(render(chart, { values: [tls] }));
      const { container, pod } = deploymentOf(objects, name);
      const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
      const { mountPath, readOnly } = container.volumeMounts.find((one) => one.name === "tls") ?? {};
      assert.deepEqual(
        Object.entries(given).filter(([name]) => /_(TLS|OIDC|TRUSTED|TOKENS)/.test(name)),
        Object.entries({
          REDSPOT_OIDC_ISSUER: "https://login.example.org/realms/hospital",
          REDSPOT_OIDC_AUDIENCE: "redspot",
          REDSPOT_OIDC_SCOPE_CLAIM: "realm_access.roles",
          REDSPOT_OIDC_SCOPES: "radiologists=read,it-operations=read+admin",
          REDSPOT_OIDC_ALGORITHMS: "RS256",
          REDSPOT_TLS_CERTIFICATE: `${mountPath}/tls.crt`,
          REDSPOT_TLS_KEY: `${mountPath}/tls.key`,
          REDSPOT_TLS_CLIENT_CA: `${mountPath}/ca.crt`,
          REDSPOT_TLS_CLIENTS: "pacs.example.org=store",
          REDSPOT_TRUSTED_PROXIES: "10.0.0.0/8,fd00::1",
        }),
      );
      for (const variable of Object.keys(given)) assert.ok(variablesOf(name).includes(variable), variable);
      assert.equal(readOnly, true);
      assert.equal(pod.volumes.find((one) => one.name === "tls")?.secret?.secretName, "redspot-tls");
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        assert.equal(probe.httpGet.scheme, "HTTPS");
      }
    });
  }

  test("an issuer without an audience is not installed, and says so", () => {
    assert.throws(() => objectsWith({ oidc: { issuer: "https://login.example.org" } }), /oidc\.audience is empty/);
  });

  for (const [value, without] of [
    ["image.registry", { image: { registry: "" } }],
    ["existingSecret.name", { existingSecret: { name: "" } }],
    ["pacs.url", { pacs: { url: "" } }],
  ] as const) {
    test(`without ${value} it is not installed, and says so`, () => {
      assert.throws(() => objectsWith(without), new RegExp(`${value.replace(".", "\\.")} is empty`));
    });
  }

  test("the notes name what was installed, and that the demonstration is not for patients", () => {
    const notes = render(chart, { release: "wrists", notes: true, values: [cpu] });
    for (const name of serviceNames) assert.match(notes, new RegExp(`^  wrists-redspot-${name} `, "m"));
    assert.match(notes, /http:\/\/wrists-redspot-stow\.radiology\.svc:80\/studies/);
    assert.match(notes, /NOT FOR CLINICAL USE/);
    assert.doesNotMatch(render(chart, { notes: true, values: [gpu] }), /NOT FOR CLINICAL USE/);
  });
});

test("the chart is of the release that the repository is", () => {
  const { appVersion, version } = parse(text(chart, "Chart.yaml"));
  assert.equal(appVersion, JSON.parse(text(root, "package.json")).version);
  assert.match(version, /^\d+\.\d+\.\d+$/);
});
