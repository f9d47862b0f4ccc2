import { store as useStore } from '@rotorsoft/act'
import { PostgresStore } from '@rotorsoft/act-pg'
import type { StoreContent } from '../candidates/fillStore.ts'
import { closedLoop, type LoopResult } from '../closedLoop.ts'
import { actAccount } from '../domain/actAccount.ts'
import { eventType, payload } from '../domain/payload.ts'
import { type NextStream, Streams } from '../domain/streams.ts'
import { respondWith } from './child.ts'

/**
 * The options of a store of `@rotorsoft/act`, and whether accounts keep snapshots. `max` is the size of its pool.
 *
 * @category model
 * @since 0.1.0
 */
export interface ActSettings {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly max: number
  readonly snapshots: boolean
}

/**
 * The calls of a turn. `append`: appends of a number of events to new streams. `command`: deposits on new streams, five
 * on each, or on a number of old streams in turn. `load`: loads of old streams in turn.
 *
 * @category model
 * @since 0.1.0
 */
export type ActTask =
  | { readonly of: 'append'; readonly events: number }
  | { readonly of: 'command'; readonly streams?: number }
  | { readonly of: 'load'; readonly streams: number }

/**
 * The request to the process.
 *
 * @category model
 * @since 0.1.0
 */
export type ActRequest =
  | { readonly of: 'open'; readonly settings: ActSettings }
  | { readonly of: 'fill'; readonly content: StoreContent }
  | { readonly of: 'turn'; readonly task: ActTask; readonly inFlight: number; readonly milliseconds: number }

/**
 * The calls of a turn, and the sum of the balances that were loaded.
 *
 * @category model
 * @since 0.1.0
 */
export interface ActResponse {
  readonly result?: LoopResult
  readonly balances?: number
}

const actor = { id: 'benchmark', name: 'benchmark' }

const meta = { correlation: 'benchmark', causation: {} }

/** The version of a stream without events. */
const noStream = -1

const deposits = (events: number) => Array.from({ length: events }, () => ({ name: eventType, data: payload(1) }))

type Opened = ReturnType<typeof actAccount> & { readonly store: PostgresStore }

let opened: Opened | undefined
let appended = 0
let short: NextStream | undefined

const open = async ({ snapshots, ...config }: ActSettings): Promise<ActResponse> => {
  const store = new PostgresStore(config)
  useStore(store)
  await store.seed()
  opened = { ...actAccount(snapshots), store }
  return {}
}

const fill = async ({ store }: Opened, { streams, events }: StoreContent): Promise<ActResponse> => {
  for (let id = 0; id < streams; id++) await store.commit(`account-${id}`, deposits(events), meta, noStream)
  return {}
}

const runTurn = async (
  { store, app, account }: Opened,
  { task, inFlight, milliseconds }: Extract<ActRequest, { readonly of: 'turn' }>,
): Promise<ActResponse> => {
  if (task.of === 'append') {
    const call = () => store.commit(`account-${appended++}`, deposits(task.events), meta, noStream)
    return { result: await closedLoop(inFlight, milliseconds, call) }
  }
  if (task.of === 'command') {
    short ??= task.streams === undefined ? Streams.short() : Streams.round(task.streams)
    const next = short
    const call = (lane: number) => app.do('Deposit', { stream: `account-${next(lane)}`, actor }, payload(1))
    return { result: await closedLoop(inFlight, milliseconds, call) }
  }
  const next = Streams.round(task.streams)
  let balances = 0
  const result = await closedLoop(inFlight, milliseconds, async (lane) => {
    balances += (await app.load(account, `account-${next(lane)}`)).state.balance
  })
  return { result, balances }
}

respondWith(async (request: ActRequest): Promise<ActResponse> => {
  if (request.of === 'open') return open(request.settings)
  if (opened === undefined) throw new Error('the store is not open')
  return request.of === 'fill' ? fill(opened, request.content) : runTurn(opened, request)
})
