import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runNode } from './processes.ts'
import { root } from './root.ts'

/** Only what is read of npm's answer to `npm pack`. */
export interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

/** The output of `npm run release -- --into` and {@link packInto} in a directory. */
export const packedIn = (directory: string): ReadonlyArray<Packed> =>
  JSON.parse(readFileSync(join(directory, 'packed.json'), 'utf8'))

/** Builds and packs the public packages as npm would publish them. */
export const packInto = async (directory: string): Promise<ReadonlyArray<Packed>> => {
  const { code, out, err } = await runNode(root, ['scripts/release/pack.mjs', directory])
  if (code !== 0) throw new Error(`${out}\n${err}`)
  return packedIn(directory)
}
