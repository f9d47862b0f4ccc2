import { OptionKind, UserCode } from '@foldlog/core/store'
import { caseTable } from './cases.ts'

/** What a process becomes, and what it does: a state of `undefined` with the reaction `End` when it has not begun. */
export interface AnyStep {
  readonly state: unknown
  readonly do: ReadonlyArray<unknown>
}

type AnyInput =
  | { readonly _tag: 'EventHappened'; readonly event: { readonly event: { readonly type: string } } }
  | { readonly _tag: 'TimerFired'; readonly timer: string }
  | { readonly _tag: 'CommandRejected'; readonly command: { readonly type: string } }

type Case = (...input: ReadonlyArray<never>) => unknown

export type AnyCases = { readonly [name: string]: Case | undefined }

/** The cases of a process manager, without their types. `rejected` may be one function for all commands. */
export interface CasesOfProcess {
  readonly begin: AnyCases
  readonly on?: AnyCases | undefined
  readonly timers?: AnyCases | undefined
  readonly rejected?: AnyCases | Case | undefined
}

/** A case, with its place for messages: `on.Opened`. */
interface NamedCase {
  readonly name: string
  readonly run: (...input: ReadonlyArray<unknown>) => unknown
}

const tableOf = (part: string, cases: AnyCases): ReadonlyMap<string, NamedCase> =>
  new Map(
    Array.from(caseTable(part, OptionKind.pure, cases), ([name, run]) => [
      name,
      // The inputs of a case are those of its name: `step` gives it no others.
      { name: `${part}.${name}`, run: run as NamedCase['run'] },
    ]),
  )

const end = { _tag: 'End' }

const notBegun: AnyStep = { state: undefined, do: [end] }

const nothing: ReadonlyArray<never> = []

/** The step that a case has returned: reactions alone, or a state with them. */
const stepAfter = (name: string, before: unknown, answer: unknown): AnyStep => {
  if (Array.isArray(answer)) return { state: before, do: answer }
  const { state, do: reactions = nothing } = Object(answer)
  if (state === undefined) {
    const why = UserCode.wrongResult(name, 'a list of reactions, or { state, do }', answer).why
    throw new Error(why)
  }
  return { state: UserCode.plain(name, state), do: UserCode.plain(name, reactions) }
}

/** A process that does not begin has no state, so it ends with its reactions. */
const stepFromNothing = (name: string, answer: unknown): AnyStep =>
  Array.isArray(answer) ? { state: undefined, do: [...answer, end] } : stepAfter(name, undefined, answer)

const missing = (part: string, name: string): never => {
  throw new Error(`${part} has no case ${JSON.stringify(name)}: add one, then retry what is parked`)
}

/**
 * One function for all cases. An event without a case changes nothing. A timer or a rejection without a case throws:
 * the process has requested it, so it must not be lost, and a retry after the correction handles it.
 */
export const stepByType = ({ begin, on, timers, rejected }: CasesOfProcess) => {
  const begins = tableOf('begin', begin)
  const events = tableOf('on', on ?? {})
  const due = tableOf('timers', timers ?? {})
  const rejections = typeof rejected === 'function' ? undefined : tableOf('rejected', rejected ?? {})
  const anyRejection = typeof rejected === 'function' ? (rejected as NamedCase['run']) : undefined // See `tableOf`.

  return (state: unknown, input: AnyInput): AnyStep => {
    if (input._tag === 'EventHappened') {
      const { type } = input.event.event
      if (state === undefined) {
        const one = begins.get(type)
        return one === undefined ? notBegun : stepFromNothing(one.name, one.run(input.event))
      }
      const one = events.get(type)
      return one === undefined ? { state, do: nothing } : stepAfter(one.name, state, one.run(state, input.event))
    }
    if (state === undefined) return notBegun
    if (input._tag === 'TimerFired') {
      const one = due.get(input.timer) ?? missing('timers', input.timer)
      return stepAfter(one.name, state, one.run(state, input))
    }
    if (anyRejection !== undefined) return stepAfter('rejected', state, anyRejection(state, input))
    const one = rejections?.get(input.command.type) ?? missing('rejected', input.command.type)
    return stepAfter(one.name, state, one.run(state, input))
  }
}
