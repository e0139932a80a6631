// SPDX-License-Identifier: Apache-2.0
// Options of every command that works on experiments.
import { type Command, Option } from 'commander';
import type { StoreOptions } from '../experiment/stores.js';
import type { VideoSettings } from '../render/fingerprint.js';
import { PRESETS } from '../render/settings.js';
import { DOCUMENT_TEMPLATES } from '../storage/keys.js';
import { parseNumber } from './format.js';

export interface StoreFlags {
  table?: string;
  bucket?: string;
  region?: string;
  template?: string[];
  keyAttribute?: string[];
}

export interface VideoFlags {
  crf?: string;
  preset?: string;
  chroma?: string;
}

export function withStoreOptions(command: Command): Command {
  return command
    .addOption(new Option('--table <name>', 'DynamoDB table of the experiments').env('FRAMEKILN_TABLE'))
    .addOption(new Option('--bucket <name>', 'S3 bucket of parameters and videos').env('FRAMEKILN_BUCKET'))
    .addOption(new Option('--region <name>', 'default: as AWS_REGION or the profile says').env('FRAMEKILN_REGION'));
}

export function withDocumentOptions(command: Command): Command {
  const templates = DOCUMENT_TEMPLATES.join(', ');
  return command
    .option('--template <key...>', `keys of stored documents, with {experiment_id}; default: ${templates}`)
    .option('--key-attribute <name...>', "attributes that hold a document's key; default: parameters_s3_key");
}

export function withVideoOptions(command: Command): Command {
  return command
    .addOption(new Option('--crf <n>', 'quality, like that of x264: 1 (best) to 51; default 23').env('FRAMEKILN_CRF'))
    .addOption(
      new Option('--preset <name>', `x264 preset, ${PRESETS[0]} to ${PRESETS.at(-1)}; default veryfast`).env(
        'FRAMEKILN_PRESET',
      ),
    )
    .option('--chroma <420|444>', '420 (the default) plays everywhere; 444 keeps the colours, for Chromium and tools');
}

export function storeOptions({ table, bucket, region, template, keyAttribute }: StoreFlags): StoreOptions {
  return { table, bucket, region, templates: template, keyAttributes: keyAttribute };
}

export function videoSettings({ crf, preset, chroma }: VideoFlags): VideoSettings {
  return {
    crf: parseNumber(crf, '--crf'),
    preset: preset as VideoSettings['preset'],
    chroma: chroma as VideoSettings['chroma'],
  };
}
