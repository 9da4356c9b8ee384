import protobuf from "protobufjs/light.js";

/**
 * The messages of ONNX that Redspot writes and reads: names, field numbers and types as in `onnx.proto` (ONNX IR
 * version 7), nothing beyond.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: { id: 1, type: "int64" },
        producerName: { id: 2, type: "string" },
        graph: { id: 7, type: "GraphProto" },
        opsetImport: { id: 8, type: "OperatorSetIdProto", rule: "repeated" },
        metadataProps: { id: 14, type: "StringStringEntryProto", rule: "repeated" },
      },
    },
    OperatorSetIdProto: { fields: { domain: { id: 1, type: "string" }, version: { id: 2, type: "int64" } } },
    StringStringEntryProto: { fields: { key: { id: 1, type: "string" }, value: { id: 2, type: "string" } } },
    GraphProto: {
      fields: {
        node: { id: 1, type: "NodeProto", rule: "repeated" },
        name: { id: 2, type: "string" },
        initializer: { id: 5, type: "TensorProto", rule: "repeated" },
        input: { id: 11, type: "ValueInfoProto", rule: "repeated" },
        output: { id: 12, type: "ValueInfoProto", rule: "repeated" },
      },
    },
    NodeProto: {
      fields: {
        input: { id: 1, type: "string", rule: "repeated" },
        output: { id: 2, type: "string", rule: "repeated" },
        name: { id: 3, type: "string" },
        opType: { id: 4, type: "string" },
        attribute: { id: 5, type: "AttributeProto", rule: "repeated" },
      },
    },
    AttributeProto: {
      fields: {
        name: { id: 1, type: "string" },
        i: { id: 3, type: "int64" },
        ints: { id: 8, type: "int64", rule: "repeated", options: { packed: false } },
        type: { id: 20, type: "int32" },
      },
    },
    TensorProto: {
      fields: {
        dims: { id: 1, type: "int64", rule: "repeated", options: { packed: false } },
        dataType: { id: 2, type: "int32" },
        name: { id: 8, type: "string" },
        rawData: { id: 9, type: "bytes" },
      },
    },
    ValueInfoProto: { fields: { name: { id: 1, type: "string" }, type: { id: 2, type: "TypeProto" } } },
    TypeProto: { fields: { tensorType: { id: 1, type: "TensorTypeProto" } } },
    TensorTypeProto: {
      fields: { elemType: { id: 1, type: "int32" }, shape: { id: 2, type: "TensorShapeProto" } },
    },
    TensorShapeProto: { fields: { dim: { id: 1, type: "DimensionProto", rule: "repeated" } } },
    DimensionProto: { fields: { dimValue: { id: 1, type: "int64" }, dimParam: { id: 2, type: "string" } } },
  },
});

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: { name: string; type: number; i?: number; ints?: number[] }[];
}

export interface TensorProto {
  dims: number[];
  dataType: number;
  name: string;
  rawData: Uint8Array;
}

export interface ValueInfoProto {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } } };
}

export interface ModelProto {
  irVersion?: number;
  producerName?: string;
  graph?: {
    name?: string;
    node?: NodeProto[];
    initializer?: TensorProto[];
    input?: ValueInfoProto[];
    output?: ValueInfoProto[];
  };
  opsetImport?: { domain: string; version: number }[];
  metadataProps?: { key: string; value: string }[];
}

/** TensorProto.DataType. */
export const FLOAT = 1;
export const INT64 = 7;
/** AttributeProto.AttributeType. */
export const INT_ATTRIBUTE = 2;
export const INTS_ATTRIBUTE = 7;

const modelProto = root.lookupType("ModelProto");

/**
 * The bytes of a model, or of a part of one: by the rules of protobuf, the bytes of several parts laid one after the
 * other are the bytes of the whole (repeated fields are joined, embedded messages merged). So a large model can be
 * written tensor by tensor.
 */
export function encodeModel(part: ModelProto): Uint8Array {
  return modelProto.encode(modelProto.fromObject(part)).finish();
}

/** Reads a model; the tensors' data are views into `bytes`. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return modelProto.toObject(modelProto.decode(bytes), { longs: Number }) as ModelProto;
}

/** The model's `metadata_props`, from its first bytes: those up to the graph must be within them. */
export function decodeLeadingMetadata(bytes: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  const entry = root.lookupType("StringStringEntryProto");
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if (field === 7) break;
    if (field === 14) {
      const { key, value } = entry.toObject(entry.decode(reader, reader.uint32()));
      metadata.set(String(key), String(value));
    } else {
      reader.skipType(tag & 7);
    }
  }
  return metadata;
}
