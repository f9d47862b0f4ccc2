import type { EventStore } from '@foldlog/core'
import { type Dispatcher, makeDispatcher } from '@foldlog/dispatcher'
import { option as O } from 'fp-ts'
import { account } from '../account/Service.ts'
import { latchUnavailable } from './latchUnavailable.ts'

/**
 * A dispatcher for the rows of one run of an import. However that run ends, killed too, and whatever the limit, running it again until one
 * reaches the end gives the same events on every account as a run that nothing disturbs.
 *
 * The rule that holds: **what is stored of a file on an account are its first rows there, in the order of the file, each with what was decided on
 * the state that the rows before it left.** A decision depends on nothing but row, limit and state, so there is only one way to go on from there.
 * An append is the one thing that changes what is stored, so the rule is kept when each append adds the next rows, without a gap:
 *
 * 1. It adds them at an exact version, all or none. So it adds them to the very rows they were decided on, or not at all. That is also true
 *    of a statement that outlives its client: a killed process, or an answer that was lost. It is then late or the first, and never wrong.
 * 2. The mailbox of an account hands over its rows in the order of the file, the next batch after the last has ended. Rows that are stored
 *    already are among the ids of the batch, which the store refuses to write again; the dispatcher takes them out and decides the others anew.
 *    Thus a gap needs a batch that ended in an error, and one after it that did not.
 * 3. A batch that ends because the store was not available is the last one: {@link latchUnavailable}. A batch that loses a race is tried again without end,
 *    which ends, because somebody else has stored rows each time. No other error comes of a row that could be parsed: `PostEntry` is never refused,
 *    each of its events can be encoded and stored, and a stream that cannot be read stays so for the batches behind.
 *
 * Two imports at once of files that differ have no order among each other, and neither has their outcome.
 *
 * @category constructors
 * @since 0.1.0
 */
export const importDispatcher = (store: EventStore): Dispatcher<typeof account> =>
  makeDispatcher({
    store: latchUnavailable(store),
    aggregates: [account],
    // At once, then after 1, 2, 3, 4 and always 5 milliseconds.
    retry: ({ iterNumber }) => O.some(Math.min(iterNumber, 5)),
  })
