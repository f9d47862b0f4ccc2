import { either as E } from 'fp-ts'
import type { BrokenLaw } from '../Counterexample.ts'
import { deepFreeze, detectChanges } from './deepFreeze.ts'
import { describeDifference, differences } from './differences.ts'
import { tryCatch } from './tryCatch.ts'
import { wrongResult } from './wrongResult.ts'

/** A violation: the law, the name of the invariant, and a description. */
export interface Violation {
  readonly law: BrokenLaw
  readonly invariant?: string
  readonly why: string
}

/** A law that is broken. */
export const violation = (law: BrokenLaw, why: string): E.Either<Violation, never> => E.left({ law, why })

/** All differences in one line; an empty one when there are none. */
export const describeDifferences = (expected: unknown, actual: unknown, name: string): string =>
  Array.from(differences(expected, actual, name), describeDifference).join('; ')

/** The messages of V8, SpiderMonkey and JavaScriptCore about a write to a frozen object. */
const isRejectedWrite = (message: string): boolean =>
  /read.?only|not extensible|object that is not|unconfigurable|Cannot (delete|redefine|define) property/i.test(message)

type DomainFunction = 'decide' | 'evolve'

const threw: Readonly<Record<DomainFunction, BrokenLaw>> = { decide: 'DecideThrew', evolve: 'EvolveThrew' }
const differs: Readonly<Record<DomainFunction, BrokenLaw>> = { decide: 'DecideDiffers', evolve: 'EvolveDiffers' }

/** Calls twice with frozen arguments. What is answered is frozen, too: it is the next one's argument. */
export const checkPurity = <A>(
  call: DomainFunction,
  f: () => A,
  parameters: Readonly<Record<string, unknown>>,
): E.Either<Violation, A> => {
  const watches = Object.entries(parameters).map(([name, value]) => detectChanges(value, name))
  const changes = () => watches.flatMap((changed) => changed())
  const first = tryCatch(f)
  const [change] = changes()
  if (change !== undefined) return violation('ArgumentChanged', `${call} changed ${change.path}: ${change.what}`)
  if (E.isLeft(first)) {
    return isRejectedWrite(first.left)
      ? violation('ArgumentChanged', `${call} tried to change what it was given: ${first.left}`)
      : violation(threw[call], `${call} threw ${first.left}`)
  }
  const wrong = wrongResult(call, first.right)
  if (wrong !== undefined) return violation('WrongResult', wrong)
  deepFreeze(first.right)
  const second = tryCatch(f)
  if (E.isLeft(second)) return violation(differs[call], `${call} threw ${second.left} when it was asked the same again`)
  const different = describeDifferences(first.right, second.right, call === 'decide' ? 'decision' : 'state')
  return different === ''
    ? E.right(first.right)
    : violation(differs[call], `${call} answered otherwise when it was asked the same again: ${different}`)
}
