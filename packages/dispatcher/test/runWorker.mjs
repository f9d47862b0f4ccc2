// The processes of tests with several dispatchers: each sends many commands to its own dispatcher, and reports the
// outcomes. Plain JavaScript on the built packages, because Node 20 runs no TypeScript.
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'

/** Runs a process with these aggregates and decisions. `commandOf` makes the command of each number, from 0. */
export const runWorker = async (domain, commandOf) => {
  const [url, schema, count, inFlight, prefix] = process.argv.slice(2)
  const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
  const store = makePostgresStore({ sql, schema })
  const { dispatch, stop } = makeDispatcher({ store, ...domain })

  let next = 0
  const results = []
  const work = async () => {
    while (next < Number(count)) {
      const n = next++
      const context = prefix === undefined ? {} : { commandId: `${prefix}-${n}` }
      results.push(await dispatch(commandOf(n), context)())
    }
  }

  // All workers start together, on a signal.
  process.stdout.write('ready\n')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  await Promise.all(Array.from({ length: Number(inFlight) }, work))
  await stop()
  await store.stop()
  await sql.end()
  process.stdin.destroy()

  const done = results.filter(E.isRight)
  process.stdout.write(
    `${JSON.stringify({
      firsts: done.filter(({ right }) => !right.duplicate).length,
      duplicates: done.filter(({ right }) => right.duplicate).length,
      // Only decisions refuse.
      refused: domain.decisions && results.filter((one) => E.isLeft(one) && typeof one.left === 'string').length,
      failed: results.flatMap((one) => (E.isLeft(one) && typeof one.left !== 'string' ? [one.left] : [])),
    })}\n`,
  )
}
