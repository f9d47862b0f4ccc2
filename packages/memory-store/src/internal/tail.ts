import { LogPlace, type LogTail } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { currentOf, verifyPlace } from './histories.ts'
import { type Log, running } from './Log.ts'

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
      E.chainW((checked) => verifyPlace(log.histories, log.events.length, checked)),
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
