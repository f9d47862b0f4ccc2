import { createRequire } from 'node:module'
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'

/**
 * The machine of the benchmarks. `memory` is in gigabytes. No field identifies the machine.
 *
 * @category model
 * @since 0.1.0
 */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memory: number
  readonly system: string
}

/**
 * Describes this machine.
 *
 * @category constructors
 * @since 0.1.0
 */
const here = (): Machine => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memory: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()}`,
})

const require = createRequire(import.meta.url)

/** Reads the first `package.json` above the imported file, because some packages do not export theirs. */
const versionOf = (name: string): string => {
  for (const directory of require.resolve.paths(name) ?? []) {
    try {
      // Every package has a version.
      return (require(`${directory}/${name}/package.json`) as { readonly version: string }).version
    } catch {}
  }
  return 'unknown'
}

const compared = [
  '@foldlog/postgres-store',
  '@event-driven-io/emmett-postgresql',
  '@castore/event-storage-adapter-postgres',
  '@rotorsoft/act',
  '@rotorsoft/act-pg',
  '@dcb-es/event-store-postgres',
  'postgres',
] as const

/**
 * The compared versions, by name. `server` is the server's own version text.
 *
 * @category constructors
 * @since 0.1.0
 */
const versions = (server: string): Readonly<Record<string, string>> => ({
  node: process.versions.node,
  server,
  ...Object.fromEntries(compared.map((name) => [name, versionOf(name)])),
})

/**
 * Functions on {@link Machine}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Machine = { here, versions } as const
