// TID 4019 Algorithm Identification (PS3.16)
import { Code } from "./codes.ts";
import { type ContentItem, textItem } from "./content-item.ts";

/** Which algorithm, in which version, with which parameters. */
export interface Algorithm {
  readonly name: string;
  readonly version: string;
  readonly parameters: readonly string[];
}

/** Names the algorithm without ambiguity; the template that includes this one says in which relationship. */
export function algorithmIdentification({ name, version, parameters }: Algorithm): ContentItem[] {
  return [
    textItem(Code.AlgorithmName, name),
    textItem(Code.AlgorithmVersion, version),
    ...parameters.map((parameter) => textItem(Code.AlgorithmParameters, parameter)),
  ];
}
