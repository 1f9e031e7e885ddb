import { usageError } from '../../errors.js';
import { nearest } from '../nearest.js';
import { runSetup } from '../prepare-native.js';
import type { Command } from './command.js';

const profiles = ['tour', 'test', 'all'];

export const setupCommand: Command = {
  name: 'setup',
  summary: 'install and build what is missing: tour, test or all',
  arguments: [{ name: 'profile', summary: 'tour (the default), test or all', required: false }],
  options: [{ flags: '--no-system', summary: 'never call apt-get' }],
  async run(input) {
    const profile = input.arguments['profile'] ?? 'tour';
    if (!profiles.includes(profile))
      throw usageError(
        `rlsf setup: expected tour, test or all, got '${profile}'. Did you mean '${nearest(profile, profiles)}'?`,
      );
    const system = input.options['system'] === false ? ['--no-system'] : [];
    const exitCode = await runSetup([profile, ...system], 'stdout');
    return { value: { profile, exitCode }, lines: [], exitCode };
  },
};
