import * as t from 'io-ts'

/** Stored form of a timer: its process, and its name within it. */
export const TimerData = t.strict({ process: t.string, timer: t.string })
