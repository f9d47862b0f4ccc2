import type { Fault } from '../Fault.ts'

/**
 * The server crashes, and a standby for which every commit has waited replaces it: no acknowledged append is lost, and
 * there is no alarm.
 *
 * @category faults
 * @since 0.1.0
 */
export const failovers: ReadonlyArray<Fault> = [
  {
    kind: 'failed over to a synchronous standby',
    share: 3,
    inject: async ({ cluster }) => (await cluster?.failOver()) === true,
  },
]

/**
 * The log goes back: the server is replaced by a standby that lags, or by a backup. Handlers stop, and are recovered.
 *
 * @category faults
 * @since 0.1.0
 */
export const rewinds: ReadonlyArray<Fault> = (['standby', 'backup', 'archive'] as const).map((how) => ({
  kind: `log went back (${how})`,
  share: 1,
  inject: async ({ rewinder, random, hold }) => {
    const milliseconds = random.int(200, 3_000)
    return (await rewinder?.run(how, () => hold(milliseconds))) === true
  },
}))
