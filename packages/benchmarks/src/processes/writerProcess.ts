import { Foldlog } from '../candidates/foldlog.ts'
import { closedLoop } from '../closedLoop.ts'
import { expectRight } from '../expectRight.ts'
import { respondWith } from './child.ts'

/**
 * The task of a writer: append single events to new streams, whose names begin with `prefix`, with a number in flight.
 *
 * @category model
 * @since 0.1.0
 */
export interface WriterRequest {
  readonly url: string
  readonly connections: number
  readonly prefix: string
  readonly inFlight: number
  readonly milliseconds: number
}

/**
 * The result of the writer.
 *
 * @category model
 * @since 0.1.0
 */
export interface WriterResponse {
  readonly calls: number
  readonly milliseconds: number
  readonly latencies: ReadonlyArray<number>
}

let open: Foldlog | undefined

respondWith(async ({ url, connections, prefix, inFlight, milliseconds }: WriterRequest): Promise<WriterResponse> => {
  open ??= Foldlog.connect(url, connections)
  const { store } = open
  let id = 0
  return closedLoop(inFlight, milliseconds, () =>
    expectRight(
      store.append({
        stream: Foldlog.stream(`${prefix}.${id++}`),
        expected: 'noStream',
        events: [Foldlog.event(1)],
      }),
    ),
  )
})
