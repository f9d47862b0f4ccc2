import type {
  DocumentKind,
  HandlerDocument,
  HandlerRef,
  HandlerStore,
  InvalidInput,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'

/** What a partition finds that somebody worked on before, in the order of keys. `stops` are those of the whole generation. */
export interface Inherited {
  readonly stops: ReadonlyArray<HandlerDocument>
  readonly parked: ReadonlyArray<HandlerDocument>
  readonly ahead: ReadonlyArray<HandlerDocument>
  readonly commands: ReadonlyArray<HandlerDocument>
}

type Asked<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/**
 * What partitions inherit that are begun. A takeover begins many at once: what is asked for in the same turn of the event loop is read together, so that sixty-four
 * cost as many statements as one, and heartbeats do not wait behind them.
 *
 * It is asked for under a lease, and read after that: whatever earlier holders have committed is there, and nothing more of theirs can come.
 */
export interface Inheritance {
  readonly of: (partition: number) => Asked<Inherited>
}

export interface InheritanceOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'listDocuments'>
  /** Whether the handler sends commands. */
  readonly sends: boolean
}

type Settle = (inherited: E.Either<InvalidInput | StoreUnavailable, Inherited>) => void

export const makeInheritance = ({ ref, store, sends }: InheritanceOptions): Inheritance => {
  const { name, generation } = ref
  let asking: Map<number, Array<Settle>> | undefined

  const all = async (
    kind: DocumentKind,
    partitions?: ReadonlyArray<number>,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<HandlerDocument>>> => {
    const found: Array<HandlerDocument> = []
    for (let after: string | undefined; ; ) {
      const page = await ask(
        store.listDocuments({
          name,
          generation,
          kind,
          ...(partitions === undefined ? undefined : { partitions }),
          ...(after === undefined ? undefined : { after }),
        }),
      )
      if (E.isLeft(page)) return page
      found.push(...page.right.documents)
      after = page.right.documents.at(-1)?.key
      if (page.right.end) return E.right(found)
    }
  }

  const read = async (partitions: ReadonlyArray<number>): Asked<(partition: number) => Inherited> => {
    // All of them belong to partitions, and are looked for by these; but of the stops those of others count too.
    const none = E.right<never, ReadonlyArray<HandlerDocument>>([])
    const [stops, parked, ahead, commands] = await Promise.all([
      all('stop'),
      all('parked', partitions),
      all('ahead', partitions),
      sends ? all('command', partitions) : none,
    ])
    if (E.isLeft(stops)) return stops
    if (E.isLeft(parked)) return parked
    if (E.isLeft(ahead)) return ahead
    if (E.isLeft(commands)) return commands
    const by = (documents: ReadonlyArray<HandlerDocument>) => {
      const own = new Map<number, Array<HandlerDocument>>()
      for (const document of documents) {
        const known = own.get(document.partition)
        if (known === undefined) own.set(document.partition, [document])
        else known.push(document)
      }
      return (partition: number): ReadonlyArray<HandlerDocument> => own.get(partition) ?? []
    }
    const [parkedOf, aheadOf, commandsOf] = [by(parked.right), by(ahead.right), by(commands.right)]
    return E.right((partition) => ({
      stops: stops.right,
      parked: parkedOf(partition),
      ahead: aheadOf(partition),
      commands: commandsOf(partition),
    }))
  }

  const readAll = async (): Promise<void> => {
    // Who asks from now on is not served by this read: it may be under way when they get their leases.
    const asked = asking ?? new Map<number, Array<Settle>>()
    asking = undefined
    const answer = await read([...asked.keys()])
    for (const [partition, waiting] of asked) {
      for (const settle of waiting) settle(E.isLeft(answer) ? answer : E.right(answer.right(partition)))
    }
  }

  return {
    of: (partition) =>
      new Promise((settle) => {
        if (asking === undefined) {
          asking = new Map()
          setImmediate(() => void readAll())
        }
        const waiting = asking.get(partition)
        if (waiting === undefined) asking.set(partition, [settle])
        else waiting.push(settle)
      }),
  }
}
