// SPDX-License-Identifier: Apache-2.0
// What requests may say, and what answers look like: for checking the former and describing both in OpenAPI.
import { z } from '@hono/zod-openapi';
import { VARIANTS } from '../experiment/variant.js';
import { EXPERIMENT_ID } from '../storage/keys.js';

const id = z.string().regex(EXPERIMENT_ID, '1 to 200 of A-Z a-z 0-9 . _ - without "." in front or ".." within');

export const IdParam = z.object({
  id: id.openapi({ param: { name: 'id', in: 'path' }, example: 'proc_exp_1760703799' }),
});
export const JobParam = z.object({
  id: z
    .string()
    .max(500)
    .openapi({ param: { name: 'id', in: 'path' }, example: 'proc_exp_1760703799~exact' }),
});

export const VariantQuery = z.object({
  variant: z.enum(VARIANTS).default('video').openapi({
    description: 'video: plays everywhere; exact: H.264 4:4:4 without loss; original: what the experiment compressed.',
  }),
});

export const StreamQuery = VariantQuery.extend({
  download: z.literal('1').optional().openapi({ description: 'Browsers save it, by the name of the experiment.' }),
});

export const AgainstQuery = z.object({
  against: z
    .union([z.literal('original'), id])
    .default('original')
    .openapi({ description: 'original, or an id.' }),
});

export const ListParams = z.object({
  q: z.string().max(200).optional().openapi({ description: 'Part of an id or of what was tried.' }),
  status: z.string().max(100).optional(),
  video: z.enum(['stored', 'missing', 'none']).optional(),
  sort: z
    .enum(['createdAt', 'id', 'status', 'bitrateMbps', 'reductionPercent', 'psnrDb', 'ssim', 'linkExpiresAt'])
    .default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const RegenerateBody = z.object({ force: z.boolean().default(false) });

export const Failure = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      remedy: z.string().optional(),
      pointer: z.string().optional().openapi({ description: "JSON pointer of the document's fault." }),
      tried: z.array(z.string()).optional().openapi({ description: 'Where parameters were looked for.' }),
    }),
  })
  .openapi('Error');

export const Summary = z
  .object({
    id: z.string(),
    timestamp: z.string(),
    createdAt: z.number(),
    status: z.string().optional(),
    approach: z.string().optional(),
    bitrateMbps: z.number().optional(),
    reductionPercent: z.number().optional().openapi({ description: 'Saved against HEVC at 10 Mbps.' }),
    psnrDb: z.number().nullable().optional().openapi({ description: 'null: infinite, of equal frames.' }),
    ssim: z.number().optional(),
    video: z.enum(['stored', 'missing', 'none']),
    linkExpiresAt: z.number().optional().openapi({ description: 'Epoch seconds.' }),
    verified: z.string().optional(),
  })
  .openapi('ExperimentSummary');

export const List = z
  .object({
    experiments: z.array(Summary),
    total: z.number(),
    page: z.number(),
    pages: z.number(),
    statuses: z.array(z.string()),
    readAt: z.number().openapi({ description: 'When the table was read, epoch seconds.' }),
  })
  .openapi('ExperimentList');

const state = z.looseObject({ key: z.string(), bytes: z.number(), readable: z.boolean(), fingerprint: z.string() });

export const Details = Summary.extend({
  others: z.array(z.string()),
  faults: z.array(z.string()),
  metrics: z.record(z.string(), z.union([z.number(), z.string()])),
  document: z.looseObject({}).openapi({ description: 'Its source and what is in it, or why there is none.' }),
  videos: z.object({ video: state.optional(), exact: state.optional() }),
  original: z.string().optional(),
}).openapi('Experiment');

export const JobShape = z
  .object({
    id: z.string(),
    experiment: z.string(),
    kind: z.enum([...VARIANTS, 'quality']),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    ahead: z.number().optional(),
    framesDone: z.number(),
    frames: z.number().optional(),
    framesPerSecond: z.number().optional(),
    etaSeconds: z.number().optional(),
    streamable: z.boolean(),
    outcome: z.string().optional(),
    error: Failure.shape.error.optional(),
    createdAt: z.number(),
    endedAt: z.number().optional(),
    links: z.object({ self: z.string(), events: z.string(), result: z.string(), stream: z.string().optional() }),
  })
  .openapi('Job');

export const LinkShape = z
  .object({
    url: z.string(),
    expiresAt: z.number().openapi({ description: 'Epoch seconds.' }),
    bytes: z.number(),
    frames: z.number().optional(),
    warning: z.string().optional(),
  })
  .openapi('Link');

const series = z.looseObject({ mean: z.number().nullable(), perFrame: z.array(z.number().nullable()) });

export const QualityShape = z
  .object({
    a: z.string(),
    b: z.string(),
    measurement: z.looseObject({ frames: z.number(), psnr: series, ssim: series }),
  })
  .openapi('Quality');
