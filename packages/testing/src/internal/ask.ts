import { either as E } from 'fp-ts'
import type { BrokenLaw } from '../Counterexample.ts'
import { differences, told } from './differences.ts'
import { freeze, watch } from './frozen.ts'
import { attempt } from './thrown.ts'

/** What went wrong: a law, of invariants which one, and how. */
export interface Trouble {
  readonly law: BrokenLaw
  readonly invariant?: string
  readonly why: string
}

/** A law that is broken. */
export const trouble = (law: BrokenLaw, why: string): E.Either<Trouble, never> => E.left({ law, why })

/** All differences in one line; an empty one when there are none. */
export const whatDiffers = (expected: unknown, actual: unknown, name: string): string =>
  Array.from(differences(expected, actual, name), told).join('; ')

/** What V8, SpiderMonkey and JavaScriptCore say when frozen objects are written to. */
const isRefusedWrite = (message: string): boolean =>
  /read.?only|not extensible|object that is not|unconfigurable|Cannot (delete|redefine|define) property/i.test(message)

type Call = 'decide' | 'evolve'

const threw: Readonly<Record<Call, BrokenLaw>> = { decide: 'DecideThrew', evolve: 'EvolveThrew' }
const differs: Readonly<Record<Call, BrokenLaw>> = { decide: 'DecideDiffers', evolve: 'EvolveDiffers' }

/** Calls twice with frozen arguments. What is answered is frozen, too: it is the next one's argument. */
export const ask = <A>(call: Call, f: () => A, parameters: Readonly<Record<string, unknown>>): E.Either<Trouble, A> => {
  const watches = Object.entries(parameters).map(([name, value]) => watch(value, name))
  const changes = () => watches.flatMap((changed) => changed())
  const first = attempt(f)
  const [change] = changes()
  if (change !== undefined) return trouble('ArgumentChanged', `${call} changed ${change.path}: ${change.what}`)
  if (E.isLeft(first)) {
    return isRefusedWrite(first.left)
      ? trouble('ArgumentChanged', `${call} tried to change what it was given: ${first.left}`)
      : trouble(threw[call], `${call} threw ${first.left}`)
  }
  freeze(first.right)
  const second = attempt(f)
  if (E.isLeft(second)) return trouble(differs[call], `${call} threw ${second.left} when it was asked the same again`)
  const different = whatDiffers(first.right, second.right, call === 'decide' ? 'decision' : 'state')
  return different === ''
    ? E.right(first.right)
    : trouble(differs[call], `${call} answered otherwise when it was asked the same again: ${different}`)
}
