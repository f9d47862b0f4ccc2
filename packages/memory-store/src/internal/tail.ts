import { LogPlace, type LogRewound, type LogTail, logRewound } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { currentOf, verifyPlace } from './histories.ts'
import { type Log, running } from './Log.ts'

const verify = (log: Log, place: LogPlace): E.Either<LogRewound, void> => {
  const verified = verifyPlace(log.histories, log.events.length, place)
  const { position, history, id } = place
  if (E.isLeft(verified) || id === undefined || log.events[position - 1]?.id === id) return verified
  return E.left(logRewound(position, history, currentOf(log.histories), Math.max(0, position - 1)))
}

/** The end of the log, and who wants to hear that it grew. */
export const tailOf = (log: Log): LogTail => ({
  head: async () =>
    F.pipe(
      running(log)(),
      E.map(() => log.events.length),
    ),
  history: async () =>
    F.pipe(
      running(log)(),
      E.map(() => currentOf(log.histories)),
    ),
  verify: (place) => async () =>
    F.pipe(
      LogPlace.check(place),
      E.chainFirstW(running(log)),
      E.chainW((checked) => verify(log, checked)),
    ),
  onAppend: (listener) => {
    // A listener of its own for each call, so that one function may listen twice and stop once.
    const own = () => listener()
    log.listeners.add(own)
    return () => {
      log.listeners.delete(own)
    }
  },
})
