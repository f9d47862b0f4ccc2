import { LogPosition, type LogRewound, type LogTail, type OpenAppends } from '@foldlog/core'
import { logRewound } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkRunning, type Log } from './Log.ts'

const verify = (log: Log, logPosition: LogPosition): E.Either<LogRewound, void> => {
  const verified = verifyPosition(log.histories, log.events.length, logPosition)
  const { position, history, id } = logPosition
  if (E.isLeft(verified) || id === undefined || log.events[position - 1]?.id === id) return verified
  return E.left(logRewound(position, history, currentHistory(log.histories), Math.max(0, position - 1)))
}

/** The tail of the log, and the listeners to its growth. */
export const tailOf = (log: Log): LogTail & OpenAppends => ({
  settledPosition: async () =>
    F.pipe(
      checkRunning(log)(),
      E.map(() => log.events.length),
    ),
  // An append in memory ends at once, so no append is ever open.
  openAppends: async () =>
    F.pipe(
      checkRunning(log)(),
      E.map(() => []),
    ),
  history: async () =>
    F.pipe(
      checkRunning(log)(),
      E.map(() => currentHistory(log.histories)),
    ),
  verify: (logPosition) => async () =>
    F.pipe(
      LogPosition.check(logPosition),
      E.chainFirstW(checkRunning(log)),
      E.chainW((checked) => verify(log, checked)),
    ),
  onAppend: (listener) => {
    // A separate function for each call, so that one listener may be added twice and removed once.
    const own = () => listener()
    log.listeners.add(own)
    return () => {
      log.listeners.delete(own)
    }
  },
})
