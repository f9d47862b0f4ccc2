import type { EventStore } from '@foldlog/core'
import { type Dispatcher, makeDispatcher } from '@foldlog/dispatcher'
import { option as O } from 'fp-ts'
import { account } from '../account/Service.ts'
import { latchUnavailable } from './latchUnavailable.ts'

/**
 * A dispatcher for the rows of one run of an import. A run may end in any way, even killed, and with any limit:
 * repeating it until a run reaches the end of the file gives the same events on every account as one undisturbed run.
 *
 * The invariant: **the stored rows of a file on an account are its first rows there, in the order of the file, each
 * with the decision on the state that the rows before it left.** A decision depends only on row, limit and state, so
 * there is only one way to continue. Only an append changes what is stored, so the invariant holds when each append
 * adds the next rows, without a gap:
 *
 * 1. An append adds rows at an exact version, all or none. So it adds them to the very rows on which they were decided,
 *    or not at all. That is also true of a statement that outlives its client, a killed process or one that lost the
 *    answer: the statement is then late or the first, and never wrong.
 * 2. The mailbox of an account passes on its rows in the order of the file, each batch after the end of the last one.
 *    Rows that are stored already are among the ids of the batch, which the store rejects; the dispatcher removes them
 *    and decides the others again. So a gap needs a batch that ended in an error, and a later one that did not.
 * 3. A batch that ends because the store was not available is the last one: {@link latchUnavailable}. A batch that
 *    loses a race is retried without a bound, and still ends, because another writer has stored rows each time. A row
 *    that could be parsed causes no other error: `PostEntry` is never rejected, each of its events can be encoded and
 *    stored, and a stream that cannot be read remains so for later batches.
 *
 * Two simultaneous imports of files that differ have no order among each other, and no defined result.
 *
 * @category constructors
 * @since 0.1.0
 */
export const importDispatcher = (store: EventStore): Dispatcher<typeof account> =>
  makeDispatcher({
    store: latchUnavailable(store),
    aggregates: [account],
    // The first retry is immediate, the next follow after 1, 2, 3, 4, and then always 5 milliseconds.
    retry: ({ iterNumber }) => O.some(Math.min(iterNumber, 5)),
  })
