import { type Ended, run } from './processes.ts'

/**
 * Runs npm in a directory of its own: what npm tells the scripts it runs is about this repository, not about that
 * directory.
 */
export const npm = (directory: string, ...parameters: ReadonlyArray<string>): Promise<Ended> =>
  run(directory, 'npm', parameters, { npm_config_local_prefix: directory, INIT_CWD: directory })

/**
 * Installs into a project, the way a user would. Left out are scripts, and what is optional: the Postgres servers of
 * all platforms, 60 MB each,
 * none of which is started here.
 */
export const npmInstall = (directory: string, ...what: ReadonlyArray<string>): Promise<Ended> =>
  npm(
    directory,
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--omit=optional',
    '--ignore-scripts',
    ...what,
  )
