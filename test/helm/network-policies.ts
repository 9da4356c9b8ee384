import { BlockList, isIPv6 } from "node:net";
import type { KubernetesObject } from "./render-chart.ts";

interface Peer {
  ipBlock?: { cidr: string };
  namespaceSelector?: { matchLabels: Record<string, string> };
  podSelector?: { matchLabels: Record<string, string> };
}

interface Rule {
  ports?: { port: string | number; protocol: string }[];
  from?: Peer[];
  to?: Peer[];
}

interface NetworkPolicy extends KubernetesObject {
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    policyTypes: ("Ingress" | "Egress")[];
    ingress?: Rule[];
    egress?: Rule[];
  };
}

/** One end of a connection: a pod by its labels and namespace, or an address outside the cluster. */
export type End = { labels: Record<string, string>; namespace?: string } | { address: string };

/** Where the policies themselves are. */
const OWN_NAMESPACE = "radiology";

/**
 * Whether the policies let a pod be reached (Ingress), or reach something (Egress), by the rules of Kubernetes: a pod that no
 * policy selects is open; one that some select is open to what any of them allows.
 */
export function allows(
  objects: readonly KubernetesObject[],
  direction: "Ingress" | "Egress",
  pod: { labels: Record<string, string> },
  other: End,
  port: string | number,
): boolean {
  const policies = (objects.filter(({ kind }) => kind === "NetworkPolicy") as NetworkPolicy[]).filter(
    ({ spec }) => spec.policyTypes.includes(direction) && has(pod.labels, spec.podSelector.matchLabels),
  );
  if (policies.length === 0) return true;
  return policies.some(({ spec }) => {
    const rules = (direction === "Ingress" ? spec.ingress : spec.egress) ?? [];
    return rules.some((rule) => {
      const peers = direction === "Ingress" ? rule.from : rule.to;
      return (
        (rule.ports?.some((one) => String(one.port) === String(port)) ?? true) &&
        (peers?.some((peer) => isPeer(peer, other)) ?? true)
      );
    });
  });
}

const has = (labels: Record<string, string>, wanted: Record<string, string>) =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

function isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, other: End): boolean {
  if ("address" in other) return ipBlock !== undefined && lies(other.address, ipBlock.cidr);
  const { namespace = OWN_NAMESPACE, labels } = other;
  const isThere =
    namespaceSelector === undefined
      ? namespace === OWN_NAMESPACE
      : has({ "kubernetes.io/metadata.name": namespace }, namespaceSelector.matchLabels);
  return ipBlock === undefined && isThere && has(labels, podSelector?.matchLabels ?? {});
}

function lies(address: string, cidr: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(bits), isIPv6(network) ? "ipv6" : "ipv4");
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
