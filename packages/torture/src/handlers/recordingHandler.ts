import { makeHandlerTransactions } from '@foldlog/postgres-store'
import { FailurePolicy, TransactionalHandler } from '@foldlog/subscriptions'
import { taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { pause } from '../timers.ts'
import { type RepeatOptions, repeatTransactions } from '../worker/repeatCommits.ts'
import { sources } from './sources.ts'

/**
 * The table of {@link recordingHandler}. It has no unique index, so that a repeated write is visible. `place` is the
 * order of writing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notesTable = (schema: string): string =>
  `create table "${schema}".torture_notes (place bigserial, stream text not null, version bigint not null, position bigint not null)`

/**
 * The destination of records. With a client `beside`, that client writes them beside the transaction of the handler:
 * then a worker that has lost its partition still writes, and work that is rolled back stays written. The checker must
 * detect that. With `repeat`, its transactions are sent again on purpose.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecordingHandlerOptions {
  readonly sql: postgres.Sql
  readonly schema: string
  readonly partitions: number
  readonly timeout: number
  readonly unfenced: postgres.Sql | undefined
  readonly repeat?: RepeatOptions | undefined
}

/**
 * Writes a row for each event, in one transaction with its checkpoint.
 *
 * @category handlers
 * @since 0.1.0
 */
export const recordingHandler = ({ sql, schema, partitions, timeout, unfenced, repeat }: RecordingHandlerOptions) => {
  const transactions = makeHandlerTransactions({ sql, schema, timeout })
  return TransactionalHandler.make({
    name: 'noting',
    from: sources,
    partitions,
    transactions: repeat === undefined ? transactions : repeatTransactions(transactions, repeat),
    // Only a faulty server rejects a row, and an event that is parked for that would be a missing effect.
    onFailure: FailurePolicy.park,
    handle: (transaction, events) =>
      TE.tryCatch(
        async () => {
          const rows = events.map(({ stream, version, position }) => ({ stream, version, position }))
          const into = unfenced ?? transaction
          await into.unsafe(
            `insert into "${schema}".torture_notes (stream, version, position)
             select stream, version, position
             from rows from (jsonb_to_recordset($1::text::jsonb) as (stream text, version bigint, position bigint))
             with ordinality as note (stream, version, position, place) order by place`,
            [JSON.stringify(rows)],
          )
          // Long enough for faults between the rows and the checkpoint.
          if (unfenced !== undefined) await pause(200)
        },
        (cause) => ({ _tag: 'NotesRefused', why: String(cause) }),
      ),
  })
}
