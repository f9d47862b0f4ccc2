import { makePostgresStore } from '@foldlog/postgres-store'
import { JsonLines } from '../JsonLines.ts'
import { now } from '../now.ts'
import type { ReadPage } from '../Observations.ts'
import { Random } from '../Random.ts'
import { pause } from '../timers.ts'
import type { ReaderConfig } from '../WorkerConfig.ts'
import type { CommandChannel } from './CommandChannel.ts'
import { connect } from './connect.ts'
import { logSource } from './logSource.ts'
import { naiveSource } from './naiveSource.ts'
import { pageOf } from './pageOf.ts'
import { streamsSource } from './streamsSource.ts'

/**
 * Continues reading from the place of its predecessor, and records the events, until the command to finish has arrived
 * and it has seen everything.
 *
 * @category roles
 * @since 0.1.0
 */
export const reader = async (assignment: ReaderConfig, inbox: CommandChannel, ready: () => void): Promise<void> => {
  const { scope, seed, name, incarnation, schema } = assignment
  const pages = JsonLines.open<ReadPage>(assignment.file)
  const random = Random.from(seed, `${name} ${incarnation}`)
  const sql = connect(assignment)
  const store = makePostgresStore({ sql, schema, retryTimeout: 1_500, statementTimeout: 3_000 })
  const source =
    scope.of === 'streams'
      ? streamsSource(store, scope.streams, pages.before)
      : assignment.naive
        ? naiveSource(sql, schema, pages.before)
        : logSource(store, scope, pages.before)

  ready()
  for (;;) {
    // Requested before the page is read, so that the page is newer.
    const finish = inbox.finish()
    const read = await source.next(random.chance(0.5) ? random.int(1, 20) : random.int(20, 500))
    const isTold = read !== undefined && 'rewound' in read
    if (isTold) pages.write({ at: now(), events: [], rewound: read.rewound })
    const isEmpty = read === undefined || isTold || read.events.length === 0
    if (!isEmpty) pages.write(pageOf(read))
    // Without an answer it is not known whether the place is still valid.
    if (finish !== undefined && read !== undefined && source.reached(finish)) break
    if (isEmpty) await pause(random.int(1, 30))
  }
  await store.stop()
  await sql.end({ timeout: 1 })
  pages.close()
}
