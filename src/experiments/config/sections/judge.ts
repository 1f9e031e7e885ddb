import { z } from 'zod';
import { option, whole } from '../option.js';

export const judgeSection = z
  .strictObject({
    workers: option(
      whole(1).nullable().default(null),
      'Programs compiled and run at the same time. null: one per core.',
    ),
    cpu_ms: option(whole(1).default(2000), 'CPU time one program may use, milliseconds.'),
    wall_ms: option(whole(1).default(10000), 'Wall time one program may use, milliseconds.'),
    memory_mib: option(
      whole(16).default(512),
      'Resident memory one program may use, MiB (an address-space limit would kill AddressSanitizer itself).',
    ),
    output_kib: option(
      whole(1).default(64),
      'Output kept of one program, KiB; more is output_limit.',
    ),
    isolation: option(
      z.enum(['auto', 'bubblewrap', 'restricted', 'none']).default('auto'),
      'How generated programs are shut in. auto: the best tier that works here. none: not at all, you take the risk.',
    ),
    cache: option(
      z.string().min(1).nullable().default(null),
      'Folder of verdicts already reached, by content. null: none kept.',
    ),
    cache_mib: option(
      whole(1).default(512),
      'Most that folder may hold, MiB; the verdicts not used for longest go first.',
    ),
    batch_size: option(whole(1).default(8), 'Completions of one problem compiled together.'),
    std: option(z.string().min(1).default('c++17'), 'Language standard given to the C++ compiler.'),
    compiler: option(z.string().min(1).default('g++'), 'C++ compiler: g++, clang++, or a path.'),
    flags: option(
      z.array(z.string().min(1)).default([]),
      'Flags for the C++ compiler behind our own, such as -O1.',
    ),
    redis: option(
      z.string().min(1).nullable().default(null),
      "Judge on the workers of this Redis server (`rlsf worker --redis URL`): redis://:password@host:port, rediss:// with TLS. Its password is kept in memory alone, nowhere in a run's folder; RLSF_REDIS_PASSWORD gives it apart. null: on this machine.",
    ),
    redis_ca: option(
      z.string().min(1).nullable().default(null),
      'File of the certificate authority (PEM) of a rediss:// address. null: RLSF_REDIS_CA, else those that Node.js trusts (NODE_EXTRA_CA_CERTS).',
    ),
    redis_toolchain: option(
      z.string().min(1).nullable().default(null),
      'Which workers, where they have several toolchains: a fingerprint of `rlsf workers`. null: the one they all have.',
    ),
    redis_priority: option(
      whole(0).default(0),
      'Whose work comes first there: 1 before 2, 0 before all.',
    ),
  })
  .describe('The toolchain that judges completions.');
