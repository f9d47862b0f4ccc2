import { inspect } from 'node:util'
import {
  CommandCodec,
  type CommandOf,
  describeError,
  EventCodec,
  EventId,
  type FoldlogError,
  StreamName,
  type ValidationProblem,
} from '@foldlog/core'
import { Money } from '@foldlog/core/codecs'
import {
  boundaryChanged,
  eventIdReused,
  HandlerIdentity,
  logRewound,
  storeOverloaded,
  storeUnavailable,
  streamDeleted,
  streamNotFound,
  UserCode,
  versionConflict,
} from '@foldlog/core/store'
import { Body, JsonSchema, type RequestError, Responder } from '@foldlog/http'
import { HandlerRewound } from '@foldlog/subscriptions'
import { arbitraryEither, findCodecProblems, findCounterexample } from '@foldlog/testing'
import { Linearizable } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F, option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import {
  eventsParked,
  handlersNotRunning,
  handlersTimedOut,
  unknownHandler,
} from '../../packages/subscriptions/src/internal/group/waitErrors.ts'
import { encodeDocument } from '../../packages/subscriptions/src/internal/handlers/documentCodec.ts'
import { publishedTags, tagsIn } from './errorTags.ts'
import { parse } from './sourceRules.ts'

// Every tag that a published package declares. `console.log` prints an error with its reason, and there is a sentence
// for it. A new tag that is neither in the table nor in the list of other values fails the last test.

const leftOf = <Err>(result: E.Either<Err, unknown>): Err => {
  if (E.isRight(result)) throw new Error('expected an error')
  return result.left
}
const rightOf = <A>(result: E.Either<unknown, A>): A => leftOf(E.swap(result))

const stream = rightOf(StreamName.make('room', '7'))
const id = rightOf(EventId.parse('01J00000000000000000000000'))
const oldest = rightOf(EventId.parse('00000000000000000000000000'))

/** A codec of which nothing is known. */
const odd = new t.Type<Date, string, unknown>('Odd', (u): u is Date => u instanceof Date, t.failure, String)

const data = t.strict({ price: t.strict({ cents: t.Int }) })
const wrong = { price: { cents: 'many' } }
const cents = /price\.cents: expected Int, got "many"/
const PaidEvent = EventCodec.make({
  Paid: F.pipe(
    EventCodec.version(1, t.strict({ price: t.unknown })),
    EventCodec.upcast(2, data, (): t.TypeOf<typeof data> => {
      throw new Error('no price was kept')
    }),
  ),
})
const decodePaid = (type: string, schemaVersion: number, stored: unknown) => {
  const place = { id, stream, version: 3, position: 9, recordedAt: new Date(0), metadata: {} }
  return leftOf(PaidEvent.decode({ ...place, type, schemaVersion, data: stored as never }))
}
const PayCommand = CommandCodec.make({ Pay: data })

const shape = { kind: 'EventHandler', reads: { categories: ['room'] }, start: 'now', partitions: 1 } as const
const parkedEvent = { handler: 'mails', stream, version: 3, position: 9, type: 'Paid', why: 'no mail', behind: false }
const notReached = (why: object): Shown => [
  { _tag: 'HandlersNotReached', handlers: ['mails'], dispatched: { events: [{ stream }] }, why },
  /mails/,
  ['dispatched'],
]

/** A decider whose `decide` gives a promise, so that the search finds something. */
const broken = {
  initialState: 0,
  evolve: (n: number) => n,
  decide: (async () => E.right([])) as unknown as (command: CommandOf<typeof PayCommand>) => E.Either<never, []>,
  events: PaidEvent,
}

/** An error, what must be seen of it, and the fields that may be too deep, because they are not its reason. */
type Shown = readonly [error: object, reason: RegExp, deep?: ReadonlyArray<string>]

const withMessage = (_tag: string, facts: object = {}): ReadonlyArray<Shown> => [
  [{ _tag, message: 'remove the directory, then start again', ...facts }, /remove the directory/],
]

const table: Readonly<Record<string, ReadonlyArray<Shown>>> = {
  // core
  InvalidInput: [[leftOf(StreamName.parse('no dash')), /category-id/]],
  VersionConflict: [[versionConflict(stream, 3, 4), /4/]],
  BoundaryChanged: [
    [boundaryChanged([{ condition: 0, type: 'Booked', stream, position: 9 } as never]), /Booked of room-7/],
  ],
  StreamNotFound: [[streamNotFound(stream), /room-7/]],
  StreamDeleted: [[streamDeleted(stream), /room-7/]],
  EventIdReused: [[eventIdReused(stream, id), /01J0/]],
  StoreUnavailable: [[storeUnavailable('connect ECONNREFUSED', true, new Error('deep')), /ECONNREFUSED/]],
  StoreOverloaded: [[storeOverloaded(9, 9), /9/]],
  LogRewound: [[logRewound(7, 'old', 'new', 5), /old/]],
  DecodeFailure: [[decodePaid('Paid', 2, wrong), cents]],
  UnknownType: [[decodePaid('Booked', 1, {}), /Booked/]],
  UnknownVersion: [[decodePaid('Paid', 7, {}), /7/]],
  InvalidData: [[decodePaid('Paid', 2, wrong), cents]],
  UpcastFailed: [[decodePaid('Paid', 1, { price: 1 }), /no price was kept/]],
  EncodeFailure: [[leftOf(PaidEvent.encode({ type: 'Paid', data: wrong as never })), /price\.cents/]],
  InvalidEventCodec: [[leftOf(EventCodec.makeEither({ '': data })), /must not be empty/]],
  CommandDecodeFailure: [[leftOf(PayCommand.decode({ type: 'Pay', data: wrong })), cents]],
  InvalidCommandCodec: [[leftOf(CommandCodec.makeEither({ '': data })), /must not be empty/]],
  HandlerMismatch: [
    [
      HandlerIdentity.mismatch({ name: 'mails', generation: 1 }, shape, { ...shape, kind: 'Projection' }) ?? {},
      /mails/,
    ],
  ],
  HandlerInUse: [[{ _tag: 'HandlerInUse', name: 'mails', members: ['host-1'], until: new Date(0) }, /host-1/]],
  ViewConflict: [[{ _tag: 'ViewConflict' }, /ViewConflict|views/]],
  ViewDecodeFailure: [[{ _tag: 'ViewDecodeFailure', projection: 'rooms', key: 'a', why: 'n: no number' }, /no number/]],
  CurrencyMismatch: [[leftOf(Money.add(rightOf(Money.make('EUR', 1)), rightOf(Money.make('USD', 1)))), /EUR/]],
  MoneyOutOfRange: [[leftOf(Money.times(rightOf(Money.make('EUR', 1)), 0.5)), /0\.5/]],
  Threw: [
    [
      leftOf(
        UserCode.run('decide', () => {
          throw new Error('boom')
        }),
      ),
      /boom/,
    ],
  ],
  WrongResult: [[UserCode.wrongResult('decide', 'an Either', undefined), /must return an Either/]],
  TagsFailed: [[{ ...decodePaid('Booked', 1, {}), reason: { _tag: 'TagsFailed', why: 'boom' } }, /boom/]],
  // dispatcher and application
  UnknownCommand: [[{ _tag: 'UnknownCommand', type: 'Pay', known: ['Book'] }, /Book/]],
  DomainCodeFailed: [[{ _tag: 'DomainCodeFailed', command: 'Pay', why: 'boom', cause: new Error('boom') }, /boom/]],
  DispatcherOverloaded: [[{ _tag: 'DispatcherOverloaded', waiting: 9, limit: 9 }, /9/]],
  DispatcherStopped: [[{ _tag: 'DispatcherStopped' }, /stopped/i]],
  DispatchAborted: [[{ _tag: 'DispatchAborted' }, /DispatchAborted|cancelled/]],
  CommandIdReused: [
    [{ _tag: 'CommandIdReused', commandId: '1', stream, first: 'Book', command: 'Pay' }, /Book[\s\S]*Pay|Pay.*Book/],
  ],
  HandlersNotReached: [
    notReached(handlersNotRunning(9, [{ name: 'mails', stops: ['A failed'] }])),
    notReached(eventsParked([parkedEvent])),
    notReached(handlersTimedOut(9, ['mails'], 10)),
    notReached(unknownHandler('mials', ['mails'])),
    notReached(storeUnavailable('connect ECONNREFUSED for mails', true, new Error('deep'))),
    notReached(logRewound(7, 'old', 'new', 5)),
  ],
  VersionNotFound: [[{ _tag: 'VersionNotFound', stream, version: 9, actual: 3 }, /3/]],
  InvalidDispatcher: [[{ _tag: 'InvalidDispatcher', problems: ['two aggregates are "room"'] }, /two aggregates/]],
  InvalidApplication: [[{ _tag: 'InvalidApplication', problems: ['no store'] }, /no store/]],
  // operations
  DomainFunctionFailed: [[{ _tag: 'DomainFunctionFailed', function: 'decide', why: 'boom' }, /decide[\s\S]*boom/]],
  // subscriptions
  HandlersTimedOut: [[handlersTimedOut(9, ['mails'], 10), /mails/]],
  HandlersNotRunning: [[handlersNotRunning(9, [{ name: 'mails', stops: ['A failed'] }]), /A failed/]],
  EventsParked: [[eventsParked([parkedEvent]), /no mail/]],
  UnknownHandler: [[unknownHandler('mials', ['mails']), /mails/]],
  DocumentEncodeFailure: [[leftOf(encodeDocument(data, { kind: 'view', key: 'a' }, wrong)), /view\.price\.cents/]],
  HandlerReturnedError: [[{ _tag: 'HandlerReturnedError', error: { _tag: 'No', why: 'full' } }, /full/]],
  HandlerThrew: [[{ _tag: 'HandlerThrew', why: 'boom', cause: new Error('boom') }, /boom/]],
  HandlerTimedOut: [[{ _tag: 'HandlerTimedOut', milliseconds: 10 }, /10/]],
  ProcessEnded: [[{ _tag: 'ProcessEnded', times: 3 }, /3/]],
  RegistrationLost: [
    [{ _tag: 'RegistrationLost', name: 'a', generation: 1, position: 1, why: 'register it again' }, /register it/],
  ],
  HandlerRewound: [
    [
      {
        ...{ _tag: 'HandlerRewound', position: 9, history: 'old', current: 'new', common: 5, found: null },
        handled: { position: 9, id, stream, type: 'Paid' },
        lost: [{ position: 9, id: oldest, stream, type: 'Paid' }],
      },
      /recoverRewound|'new'/,
      ['lost', 'handled'],
    ],
  ],
  // http
  NotJson: [[{ _tag: 'NotJson', type: 'text/plain' }, /text\/plain/]],
  MalformedJson: [[leftOf(Body.decode(data, 'application/json')('{')), /JSON/]],
  InvalidBody: [[leftOf(Body.decode(data, 'application/json')(JSON.stringify(wrong))), /price\.cents/]],
  BodyTooLarge: [[{ _tag: 'BodyTooLarge', limit: 7 }, /7/]],
  InvalidHeader: [[{ _tag: 'InvalidHeader', header: 'Prefer', why: 'must be a number' }, /must be/]],
  Unauthorized: [[{ _tag: 'Unauthorized', challenge: 'Bearer' }, /Unauthorized/]],
  Forbidden: [[{ _tag: 'Forbidden', why: 'only the owner' }, /only the owner/]],
  NotFound: [[{ _tag: 'NotFound', what: 'account 7' }, /account 7/]],
  PreconditionFailed: [[{ _tag: 'PreconditionFailed', header: 'If-Match' }, /If-Match/]],
  IdempotencyKeyReused: [[{ _tag: 'IdempotencyKeyReused', key: 'k' }, /key|'k'/]],
  HostNotAllowed: [[{ _tag: 'HostNotAllowed', host: 'evil.example' }, /evil\.example/]],
  CrossSiteRequest: [[{ _tag: 'CrossSiteRequest', origin: 'evil.example' }, /evil\.example/]],
  NotAnsweredInTime: [[{ _tag: 'NotAnsweredInTime', wait: 5 }, /NotAnsweredInTime|Not answered/]],
  UnsupportedCodec: [[leftOf(JsonSchema.of(t.strict({ at: odd }))), /Odd/]],
  PortUnavailable: [[{ _tag: 'PortUnavailable', port: 80, why: 'listen EACCES' }, /EACCES/]],
  // postgres-embedded
  ...Object.fromEntries(
    [
      ...['UnsupportedPlatform', 'BinariesMissing', 'NoServerUser', 'DirectoryUnusable', 'DataIncompatible'],
      ...['DataDamaged', 'DataMissing', 'InvalidOption', 'PortTaken', 'OutOfSpace', 'ServerFailed', 'QueryFailed'],
    ].map((tag) => [tag, withMessage(tag)]),
  ),
  DirectoryInUse: withMessage('DirectoryInUse', { holders: [17] }),
  // testing
  NoArbitrary: [[leftOf(arbitraryEither(odd)), /Odd/]],
  CodecProblem: [[findCodecProblems(EventCodec.make({ Odd: odd }))[0] ?? {}, /Odd/]],
  Counterexample: [
    [
      O.getOrElse(() => ({}))(findCounterexample({ ...broken, commandCodec: PayCommand } as never)),
      /promise/,
      ['commands', 'given', 'when', 'answer'],
    ],
  ],
  NotLinearizable: [
    [
      leftOf(
        Linearizable.check({ initial: 0, key: String, step: () => E.left('it holds 1') })([
          { operation: { write: { deep: [1] } }, outcome: 2, invoked: 0, returned: 1 },
        ]),
      ),
      /it holds 1/,
    ],
  ],
}

/** Tags of values that are no errors. */
const others = [
  ...['ProcessManager', 'EventHandler', 'BatchHandler', 'TransactionalHandler', 'Projection'],
  ...['EventHappened', 'TimerFired', 'CommandRejected', 'Send', 'Schedule', 'Cancel', 'End'],
  ...['RetiredVersion', 'VersionChain'],
  ...['Removed', 'Changed', 'Added', 'Process', 'Timer', 'Rejection', 'Decoded', 'Undecodable', 'NoCodec'],
  ...['Hole', 'ClockSetBack', 'UnknownCause', 'Projected', 'Decodable', 'Failed', 'Decided', 'Rejected'],
]

/** Clients read the errors of requests as problems. */
const ofRequests: ReadonlyArray<RequestError['_tag']> = [
  ...(['NotJson', 'MalformedJson', 'InvalidBody', 'BodyTooLarge', 'InvalidHeader', 'InvalidPath'] as const),
  ...(['InvalidQuery', 'Unauthorized', 'Forbidden', 'NotFound', 'PreconditionFailed', 'IdempotencyKeyReused'] as const),
  ...(['HostNotAllowed', 'CrossSiteRequest', 'NotAnsweredInTime'] as const),
]
const respond = Responder.make<never>({})
const sentenceOf = async (error: { readonly _tag: string }): Promise<string> => {
  if (error._tag === 'HandlerRewound') return HandlerRewound.describe(error as HandlerRewound)
  if (!ofRequests.includes(error._tag as RequestError['_tag'])) return describeError(error as FoldlogError)
  // The tag is one of these errors.
  const problem = await (await respond(new Request('http://a.example/'), TE.left(error as RequestError))).json()
  const { title, detail, errors } = problem as {
    title: string
    detail?: string
    errors?: ReadonlyArray<ValidationProblem>
  }
  return [title, detail ?? '', ...(errors ?? []).map(({ path, why }) => `${path}: ${why}`)].join(' ')
}

/** The lines of a text that show something only as `[Array]` or `[Object]`, except those of fields that may. */
const hidden = (text: string, deep: ReadonlyArray<string>): ReadonlyArray<string> =>
  text
    .split('\n')
    .filter((line) => /\[(Array|Object|Circular)/.test(line) && !deep.some((field) => line.includes(`${field}:`)))

const rows = Object.entries(table).flatMap(([tag, all]) => all.map((shown) => [tag, ...shown] as const))

describe('every error', () => {
  it.each(rows)('%s is printed with its reason', (_, error, reason, deep = []) => {
    for (const shown of [error, E.left(error)]) {
      expect(hidden(inspect(shown), deep)).toEqual([])
      expect(inspect(shown)).toMatch(reason)
    }
  })

  // A test prints the calls of a run that is not linearizable with names of its own.
  it.each(rows.filter(([tag]) => tag !== 'NotLinearizable'))('%s has a sentence', async (_, error, reason) => {
    const text = await sentenceOf(error as { readonly _tag: string }) // All have a tag.
    expect(text).not.toMatch(/\[(Array|Object)|^undefined|: undefined|^\{|^$/)
    expect(text).not.toBe(Object(error)._tag)
    if (!/NotFound|DispatcherStopped|ViewConflict|IdempotencyKeyReused/.test(Object(error)._tag))
      expect(text).toMatch(reason)
  })

  it('has the tag under which it is in the table, or is a part of an error that has it', () => {
    for (const [tag, error] of rows) expect([tag, inspect(error).includes(tag)]).toEqual([tag, true])
  })
})

describe('the tags of the published packages', () => {
  const declared = publishedTags()

  it('are all in the table, or are no errors', () => {
    const known = [...Object.keys(table), 'InvalidPath', 'InvalidQuery', ...others]
    expect([...new Set(declared.map(([, tag]) => tag))].sort()).toEqual(known.sort())
  })

  it('are those of errors exactly where the category says so', () => {
    expect([...new Set(declared.flatMap(([category, tag]) => (category === 'errors' ? [] : [tag])))].sort()).toEqual(
      [...others].sort(),
    )
  })

  it('are found in interfaces, unions, and unions of literals', () => {
    const source = `
      /** @category errors */
      export interface A { readonly _tag: 'A' }
      /** @category errors */
      export type B = { readonly _tag: 'B1' | 'B2' } | { readonly _tag: 'B3'; readonly why: { readonly _tag: 'B4' } }
      interface Hidden { readonly _tag: 'Hidden' }
      /** @category model */
      export interface C<T> extends Some<T> { readonly _tag: 'C' }
    `
    expect(tagsIn(parse('a.ts', source))).toEqual([
      ['errors', 'A'],
      ...['B1', 'B2', 'B3', 'B4'].map((tag) => ['errors', tag]),
      ['model', 'C'],
    ])
  })
})
