import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { Logger } from '@foldlog/core'
import type { IndexChanges } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { changeIndexes } from './internal/client/changeIndexes.ts'
import { makeRetryingClient } from './internal/client/RetryingClient.ts'
import { makeRowRunner } from './internal/client/StatementRunner.ts'
import { withToken } from './internal/schema/Statements.ts'
import { inSchema, quoteSchema } from './internal/schema/schemaName.ts'
import type { MigrationOptions } from './Migrations.ts'

const changeTo =
  (wanted: boolean) =>
  ({ sql, schema = 'foldlog' }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, IndexChanges> =>
  async () => {
    const quoted = quoteSchema(schema)
    if (E.isLeft(quoted)) return quoted
    const quotedSchema = quoted.right
    // A person reads the answer, and can repeat the call: nothing is sent again.
    const client = makeRetryingClient({ run: makeRowRunner(sql, 30_000), retryTimeout: 0, logger: Logger.silent })
    const calls = inSchema(quotedSchema, `foldlog.inspection_index_changes(${wanted})`)
    const changes = withToken(`unnest(array[''] || array(select statement from ${calls}))`, 0)
    const analyze = inSchema(quotedSchema, 'analyze foldlog.events')
    return changeIndexes(client, { sql, quotedSchema, changes, analyze })
  }

/**
 * Creates the indexes of events by correlation id and by causation id, beside readers and writers, as the owner of the
 * schema. With them `searchLog` finds the events of an id at once; without them it compares event by event, 100,000
 * positions in a call. Every append pays for them: docs/guides/operations.md has the figures. It may take minutes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const createInspectionIndexes: (
  options: MigrationOptions,
) => TE.TaskEither<InvalidInput | StoreUnavailable, IndexChanges> = changeTo(true)

/**
 * Drops the indexes that {@link createInspectionIndexes} has made.
 *
 * @category constructors
 * @since 0.1.0
 */
export const dropInspectionIndexes: (
  options: MigrationOptions,
) => TE.TaskEither<InvalidInput | StoreUnavailable, IndexChanges> = changeTo(false)
