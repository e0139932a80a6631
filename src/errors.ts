// SPDX-License-Identifier: Apache-2.0

/** Why a GPU or its encoder cannot be had, or was lost. */
export const GPU_CODES = [
  'LIB_MISSING',
  'NO_GPU',
  'NO_SUCH_DEVICE',
  'DRIVER_TOO_OLD',
  'MODULE_REFUSED',
  'GPU_OUT_OF_MEMORY',
  'GPU_WRONG',
  'DEVICE_LOST',
  'CODEC_UNAVAILABLE',
  'NO_NVENC_UNIT',
  'SESSION_LIMIT',
  'NVENC_REFUSED',
  'SESSION_LOST',
] as const;
export type GpuCode = (typeof GPU_CODES)[number];

/** What went wrong, as a stable word. Only the command line and HTTP turn it into exit codes and statuses. */
export type ErrorCode =
  | 'INVALID_DOCUMENT'
  | 'INVALID_SETTING'
  | 'INPUT_UNREADABLE'
  | 'OUTPUT_UNWRITABLE'
  | 'ADDON_MISSING'
  | 'ADDON_BROKEN'
  | 'PACKAGE_MISSING'
  | 'INVALID_ARGUMENT'
  | 'ENCODER_UNAVAILABLE'
  | 'ENCODE_FAILED'
  | 'MUX_FAILED'
  | 'RENDER_FAILED'
  | 'IO'
  | 'OUT_OF_MEMORY'
  | 'CANCELLED'
  | 'CLOSED'
  | 'NO_CREDENTIALS'
  | 'NO_REGION'
  | 'ACCESS_DENIED'
  | 'BUCKET_NOT_FOUND'
  | 'TABLE_NOT_FOUND'
  | 'TABLE_SCHEMA'
  | 'STORE_UNREACHABLE'
  | 'STORE_FAILED'
  | 'OBJECT_ARCHIVED'
  | 'OBJECT_CHANGED'
  | 'RECORD_CHANGED'
  | 'RECORD_TOO_LARGE'
  | 'EXPERIMENT_NOT_FOUND'
  | 'INVALID_ID'
  | 'INVALID_VIDEO'
  | 'NO_VIDEO'
  | 'KEY_TAKEN'
  | 'NOT_COMPARABLE'
  | 'NO_ORIGINAL'
  | 'NO_PARAMETERS'
  | 'BUSY'
  | GpuCode
  | 'UNEXPECTED';

export interface ErrorFields {
  /** JSON pointer into the document, such as `/parameters/17/complexity`. */
  pointer?: string;
  /** The setting's name. */
  setting?: string;
  expected?: string;
  received?: string;
  /** The GPU that it happened on, such as `cuda:0`. */
  device?: string;
  /** What the user can do about it. */
  remedy?: string;
  cause?: unknown;
}

/** Every error that framekiln throws on purpose. */
export class FramekilnError extends Error {
  override readonly name = 'FramekilnError';
  readonly code: ErrorCode;
  readonly pointer: string | undefined;
  readonly setting: string | undefined;
  readonly expected: string | undefined;
  readonly received: string | undefined;
  readonly device: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.pointer = fields.pointer;
    this.setting = fields.setting;
    this.expected = fields.expected;
    this.received = fields.received;
    this.device = fields.device;
    this.remedy = fields.remedy;
  }
}

/** An error as plain data, for another thread: structured clone keeps no fields of an Error's own. */
export type ErrorData = { code: ErrorCode; message: string } & Omit<ErrorFields, 'cause'>;

/** What can be told of an error in another thread. */
export function toData(error: unknown): ErrorData {
  const { code = 'RENDER_FAILED', message = String(error) } = error as Partial<ErrorData>;
  return { code, message, ...textFields(error) };
}

/** The error again: from another thread's data, or a native error, which is a plain Error with a code. */
export function fromNative(cause: unknown): FramekilnError {
  const { code, message, ...fields } = toData(cause);
  return new FramekilnError(code, message, { ...fields, cause });
}

function textFields(error: unknown): Omit<ErrorFields, 'cause'> {
  const { pointer, setting, expected, received, device, remedy } = error as ErrorFields;
  return {
    ...(pointer !== undefined && { pointer }),
    ...(setting !== undefined && { setting }),
    ...(expected !== undefined && { expected }),
    ...(received !== undefined && { received }),
    ...(device !== undefined && { device }),
    ...(remedy !== undefined && { remedy }),
  };
}

/** The one wording for a bad value: "Expected X for NAME but received Y". */
export function expected(what: string, name: string, value: unknown): string {
  return `Expected ${what} for ${name} but received ${describe(value)}`;
}

/** Throws the one error for a bad setting: what was expected, its name, what came, and perhaps a remedy. */
export function refuseSetting(what: string, setting: string, value: unknown, remedy?: string): never {
  const fields = { setting, expected: what, received: describe(value), ...(remedy !== undefined && { remedy }) };
  throw new FramekilnError('INVALID_SETTING', expected(what, setting, value), fields);
}

/** A short, safe rendering of an untrusted value. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') {
    // JSON leaves the control characters above ASCII as they are.
    const text = JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    return text.replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  }
  if (Array.isArray(value))
    return value.length <= 4 && value.every((v) => typeof v === 'number')
      ? `[${value.join(', ')}]`
      : `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
