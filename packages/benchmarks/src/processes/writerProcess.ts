import { Foldlog } from '../contestants/foldlog.ts'
import { drive } from '../drive.ts'
import { expectRight } from '../expectRight.ts'
import { answerWith } from './child.ts'

/**
 * What a writer is asked to do: append single events to new streams, whose names begin with `prefix`, so many in flight.
 *
 * @category model
 * @since 0.1.0
 */
export interface Writing {
  readonly url: string
  readonly connections: number
  readonly prefix: string
  readonly inFlight: number
  readonly milliseconds: number
}

/**
 * What it has done.
 *
 * @category model
 * @since 0.1.0
 */
export interface Written {
  readonly calls: number
  readonly milliseconds: number
  readonly latencies: ReadonlyArray<number>
}

let open: Foldlog | undefined

answerWith(async ({ url, connections, prefix, inFlight, milliseconds }: Writing): Promise<Written> => {
  open ??= Foldlog.connect(url, connections)
  const { store } = open
  let id = 0
  return drive(inFlight, milliseconds, () =>
    expectRight(
      store.append({
        stream: Foldlog.stream(`${prefix}.${id++}`),
        expected: 'noStream',
        events: [Foldlog.event(1)],
      }),
    ),
  )
})
