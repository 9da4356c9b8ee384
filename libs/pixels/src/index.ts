export { DECODABLE_TRANSFER_SYNTAXES } from "./decode/decode.ts";
export type { VoiChoice } from "./grey/voi.ts";
export {
  INPUT_SIZE,
  type ModelInput,
  type ModelInputFacts,
  PREPROCESSING_VERSION,
  toModelInput,
} from "./model-input.ts";
export { PixelError, type PixelErrorCode } from "./pixel-error.ts";
export { type InputScaling, toThreeChannels } from "./three-channels.ts";
