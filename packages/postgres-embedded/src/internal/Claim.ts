import { randomBytes } from 'node:crypto'
import { readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unless } from './attempt.ts'
import { startOf } from './processes.ts'

/**
 * The name of a file that says "this process is here": `pid-start-nonce`. All is in the name, so there is no moment in which the file
 * exists and cannot be read, and since no name is ever used twice, a dead one can be removed by anybody at any time.
 */
export type Claim = string

const make = (): Claim => `${process.pid}-${startOf(process.pid) ?? '0'}-${randomBytes(4).toString('hex')}`

const pidOf = (claim: Claim): number => Number(claim.split('-')[0])

const alive = (claim: Claim): boolean => {
  const [pid, start] = claim.split('-')
  return startOf(Number(pid)) === start
}

/** Puts a claim into a directory; false when the directory is not there. */
const put = async (directory: string, claim: Claim): Promise<boolean> =>
  unless(
    ['ENOENT'],
    false,
    writeFile(join(directory, claim), '', { flag: 'wx' }).then(() => true),
  )

const remove = (directory: string, claim: Claim): Promise<void> =>
  unless(['ENOENT'], undefined, unlink(join(directory, claim)))

/** The claims of living processes in a directory; those of dead ones are removed. */
const living = async (directory: string): Promise<ReadonlyArray<Claim>> => {
  const claims = await unless(['ENOENT'], [], readdir(directory))
  await Promise.all(claims.filter((claim) => !alive(claim)).map((claim) => remove(directory, claim)))
  return claims.filter(alive)
}

export const Claim = { make, pidOf, put, remove, living } as const
