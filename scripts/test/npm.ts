import { type Ended, run } from './processes.ts'

/**
 * Runs npm in a directory of its own: the variables that npm sets for its scripts are about this repository, not about
 * that directory.
 */
export const npm = (directory: string, ...parameters: ReadonlyArray<string>): Promise<Ended> =>
  run(directory, 'npm', parameters, { npm_config_local_prefix: directory, INIT_CWD: directory })

/**
 * Installs into a project, the way a user would. Scripts and optional packages are left out: the Postgres servers of
 * all platforms, 60 MB each, none of which is started here.
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
