import type { InvalidInput } from '@foldlog/core'
import { OptionKind, rejectInput, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

const { having, optional, problemsOf, record, text } = OptionKind

const ofLog = having('a store with a log, such as that of makeMemoryStore', ['readLog', 'findEvents', 'onAppend'])
const filter = optional(record)

const readerKinds = { store: ofLog, filter }

const pullKinds = {
  store: having('a store of events and handlers, such as that of makeMemoryStore', ['readLog', 'register', 'commit']),
  name: text,
  filter,
}

/** What is wrong with the options of a subscription, as a JavaScript caller may pass them. */
export const readerProblem = (kind: 'subscribe' | 'pull', options: unknown): InvalidInput | undefined => {
  const whole = problemsOf(undefined, { options: record }, { options })
  return (whole.length > 0 ? whole : problemsOf(undefined, kind === 'pull' ? pullKinds : readerKinds, options))[0]
}

/** A signal that fires with the first of these, or the problem of one that is no signal. */
export const linkedSignal = (signals: ReadonlyArray<AbortSignal>): E.Either<InvalidInput, AbortSignal> => {
  const linked = UserCode.run('signal', () => AbortSignal.any([...signals]))
  return E.isLeft(linked) ? rejectInput('signal', `must be an AbortSignal: ${linked.left.why}`) : linked
}
