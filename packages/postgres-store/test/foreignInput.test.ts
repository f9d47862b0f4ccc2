import { type StreamName, StreamName as StreamNames } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { anyCharacter } from '../../testing/src/internal/arbitrary/characters.ts'
import { connect } from './connect.ts'
import { type DocumentedRoles, documentedRoles } from './DocumentedRoles.ts'
import { freshStream, newEvents, right, streamNamed } from './fixtures.ts'

/**
 * The writer's role calls the functions by hand, without the client that checks what it sends. `foldlog.append` refuses
 * what the client refuses. The functions for most appends, which the client calls in its place, refuse that without
 * which readers could not go on. Nothing that is refused is stored.
 */
let roles: DocumentedRoles
let sql: postgres.Sql
beforeAll(async () => {
  roles = await documentedRoles()
  sql = connect({ max: 1 }, roles.url('writer'))
  // The first append of a log begins its history.
  await right(makePostgresStore({ sql }).append({ stream: freshStream(), expected: 'noStream', events: newEvents(1) }))
})
afterAll(async () => {
  await sql.end()
  await roles.drop()
})

interface Event {
  readonly type?: string | null
  readonly version?: number
  readonly data?: string
  readonly correlation?: string | null
  readonly causation?: string | null
  readonly user?: string | null
}

interface Input {
  readonly stream?: string
  readonly category?: string
  readonly event?: Event
}

const uuid = (): string => crypto.randomUUID()

const categoryOf = (stream: string): string => stream.split('-')[0] ?? ''

/** The columns of an append for the fast paths. `before` events come before the odd one. */
const columnsOf = (
  { type = 'Happened', version = 1, data = '{}', correlation = null, causation = null, user = null }: Event,
  before: number,
) => {
  const column = (first: string, last: string | null) => [...Array.from({ length: before }, () => first), last]
  return {
    ids: column(uuid(), uuid()).map(() => uuid()),
    types: column('Happened', type),
    versions: column('1', `${version}`),
    payloads: column('{}', data),
    correlations: correlation === null ? null : column('', correlation),
    causations: causation === null ? null : column('', causation),
    users: user === null ? null : column('null', user),
  }
}

const texts = (values: ReadonlyArray<string | null> | null): string | null =>
  values === null
    ? null
    : `{${values.map((value) => (value === null ? 'NULL' : `"${value.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`

type Call = (
  client: postgres.Sql,
  input: Required<Pick<Input, 'stream' | 'category'>> & Input,
) => Promise<string | null>

const answerOf = async (client: postgres.Sql, text: string, parameters: ReadonlyArray<string | null>) => {
  const [row] = await client.unsafe(text, [...parameters])
  const answer: unknown = row?.['answer']
  return typeof answer === 'string' ? answer : null
}

const eventCall =
  (expected: 0 | 1): Call =>
  (client, { stream, category, event = {} }) => {
    const { type = 'Happened', version = 1, data = '{}', correlation = null, causation = null, user = null } = event
    return answerOf(
      client,
      'select foldlog.append_event($1::text, $2::text, $3::text::bigint, null, $4::text::uuid, $5::text, $6::text::smallint, $7::text::jsonb, $8::text, $9::text, $10::text::jsonb) as answer',
      [stream, category, `${expected}`, uuid(), type, `${version}`, data, correlation, causation, user],
    )
  }

const single =
  (expected: 0 | 1, before: number): Call =>
  (client, { stream, category, event = {} }) => {
    const { ids, types, versions, payloads, correlations, causations, users } = columnsOf(event, before)
    return answerOf(
      client,
      'select foldlog.append_single($1::text, $2::text, $3::text::bigint, null, $4::text::uuid[], $5::text::text[], $6::text::smallint[], $7::text::jsonb[], $8::text::text[], $9::text::text[], $10::text::jsonb[]) as answer',
      [
        stream,
        category,
        `${expected}`,
        ...[ids, types, versions, payloads, correlations, causations, users].map(texts),
      ],
    )
  }

const batch =
  (expected: 0 | 1, before: number): Call =>
  (client, { stream, category, event = {} }) => {
    const { ids, types, versions, payloads, correlations, causations, users } = columnsOf(event, before)
    return answerOf(
      client,
      'select foldlog.append_batch($1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::int[], null, $5::text::uuid[], $6::text::text[], $7::text::smallint[], $8::text::jsonb[], $9::text::text[], $10::text::text[], $11::text::jsonb[]) as answer',
      [
        texts([stream]),
        texts([category]),
        `{${expected}}`,
        `{${before + 1}}`,
        ...[ids, types, versions, payloads, correlations, causations, users].map(texts),
      ],
    )
  }

const taggedEvent =
  (expected: number): Call =>
  (client, { stream, category, event = {} }) => {
    const { type = 'Happened', version = 1, data = '{}', correlation = null, causation = null, user = null } = event
    return answerOf(
      client,
      `select foldlog.append_tagged_event($1::text, $2::text, $3::text::bigint, null, $4::text::uuid, $5::text, $6::text::smallint, $7::text::jsonb, $8::text, $9::text, $10::text::jsonb,
        array['a:1', 'b:2'], '{}', '{}', null, null, '[null]') as answer`,
      [stream, category, `${expected}`, uuid(), type, `${version}`, data, correlation, causation, user],
    )
  }

const taggedBatch =
  (expected: number, before: number): Call =>
  (client, { stream, category, event = {} }) => {
    const { ids, types, versions, payloads, correlations, causations, users } = columnsOf(event, before)
    return answerOf(
      client,
      `select foldlog.append_tagged($1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::int[], null, $5::text::uuid[], $6::text::text[], $7::text::smallint[], $8::text::jsonb[], $9::text::text[], $10::text::text[], $11::text::jsonb[],
        array['a:1', 'b:2'], $12::text::int[], '{}', '{}', '{}', null, null, '[null]') as answer`,
      [
        texts([stream]),
        texts([category]),
        `{${expected}}`,
        `{${before + 1}}`,
        ...[ids, types, versions, payloads, correlations, causations, users].map(texts),
        `{${ids.map(() => 2)}}`,
      ],
    )
  }

const general =
  (expected: number): Call =>
  (client, { stream, category, event = {} }) => {
    const { type = 'Happened', version = 1, data = '{}', correlation = null, causation = null, user = null } = event
    const one = `[${[uuid(), type, version].map((value) => JSON.stringify(value)).join()},${data},${JSON.stringify(correlation)},${JSON.stringify(causation)},${user}]`
    return answerOf(client, 'select foldlog.append($1::text::jsonb) as answer', [
      `[[[${JSON.stringify(stream)},${JSON.stringify(category)},${expected},[${one}]]]]`,
    ])
  }

/** Every way to append, to a new stream and to a stream at version 1. */
const fastCalls = (expected: 0 | 1): Readonly<Record<string, Call>> => ({
  append_event: eventCall(expected),
  'append_single of one event': single(expected, 0),
  'append_single of three events': single(expected, 2),
  'append_batch of one event': batch(expected, 0),
  'append_batch of three events': batch(expected, 2),
  append_tagged_event: taggedEvent(expected),
  'append_tagged_event with any version': taggedEvent(-1),
  'append_tagged of one event': taggedBatch(expected, 0),
  'append_tagged of three events with any version': taggedBatch(-1, 2),
})
const generalCalls = (expected: 0 | 1): Readonly<Record<string, Call>> => ({
  'append with an exact version': general(expected),
  'append with any version': general(-1),
})
const newStreamCalls = { ...fastCalls(0), ...generalCalls(0) }
const oldStreamCalls = { ...fastCalls(1), ...generalCalls(1) }

const stored = async (): Promise<unknown> => {
  const [row] = await roles.as('owner')`
    select (select count(*) from foldlog.events)::int as events, (select count(*) from foldlog.streams)::int as streams,
      (select coalesce(sum(version), 0) from foldlog.streams)::int as versions`
  return row
}

const storedIn = async (category: string): Promise<unknown> => {
  const [row] = await roles.as('owner')`select count(*)::int as events from foldlog.events where category = ${category}`
  return row?.['events']
}

const refuses = async (call: Call, client: postgres.Sql, input: Input): Promise<void> => {
  const { stream = freshStream() } = input
  const before = await stored()
  // Null says that this fast path does not apply; the general one says why.
  const answer = await call(client, { ...input, stream, category: input.category ?? categoryOf(stream) }).catch(
    (error: unknown) => error,
  )
  if (answer !== null)
    expect(answer).toMatchObject({ code: expect.stringMatching(/^(FL007|23502|22P02|22003|22P05)$/) })
  expect(await stored()).toEqual(before)
}

const long = (characters: number): string => `a-${'x'.repeat(characters - 2)}`
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

const badNames: ReadonlyArray<string> = [
  '',
  'nodash',
  '-id',
  'category-',
  '-',
  '$streams-1',
  long(513),
  long(2600),
  `a-${'😀'.repeat(256)}`,
]
const badEvents: Readonly<Record<string, Event>> = {
  'an empty type': { type: '' },
  'a null for a type': { type: null },
  'a schema version of -5': { version: -5 },
  'a schema version of 0': { version: 0 },
  'a schema version of 32,768': { version: 32_768 },
  'a user that is no object': { user: '"somebody"' },
}

/** What only `foldlog.append` refuses. */
const oddNames: ReadonlyArray<string> = ['a-\u0001', 'a\n-b', 'a-b\u007f', 'a-\u0085']
const oddEvents: Readonly<Record<string, Event>> = {
  'a control character in its type': { type: 'Hap\u0007pened' },
  'a control character in its correlation id': { correlation: 'x\u009f' },
  'a control character in its causation id': { causation: '\t' },
  'a number that no double holds': { data: '{"n":1e400}' },
  'such a number deep within': { data: `{"a":[{"b":[0,-1e309]}],"text":"${'x'.repeat(300)}"}` },
  'data that is nested too deep': { data: deep(129) },
  'a user with a number that no double holds': { user: '{"n":-1e999}' },
}

describe('the functions that append, called by the writer’s role', () => {
  for (const [how, call] of Object.entries(newStreamCalls)) {
    for (const stream of badNames)
      it(`refuse ${how} to ${JSON.stringify(stream.slice(0, 20))}, of ${stream.length} characters`, () =>
        refuses(call, sql, { stream }))
    for (const category of ['other', '', 'a-b', 'A'])
      it(`refuse ${how} with the foreign category ${JSON.stringify(category)}`, () =>
        refuses(call, sql, { stream: `a-${uuid()}`, category }))
    for (const [what, event] of Object.entries(badEvents))
      it(`refuse ${how} with ${what}`, () => refuses(call, sql, { event }))
    it(`accept ${how} with what is just valid`, async () => {
      const fits = {
        data: deep(128),
        type: 'x'.repeat(256),
        correlation: 'ä'.repeat(512),
        user: '{"n":1.7976931348623157e308}',
      }
      for (const event of [fits, {}])
        for (const stream of [`a-${uuid()}-😀`, `${uuid().replaceAll('-', '')}-${'x'.repeat(479)}`]) {
          const input = { stream, category: categoryOf(stream), event }
          expect((await call(sql, input)) ?? (await general(0)(sql, input))).toMatch(
            /^\[\d{13,}, ?(null|\[\["appended)/,
          )
        }
    })
  }

  for (const [how, call] of Object.entries(oldStreamCalls)) {
    const oldStream = async () => {
      const stream: StreamName = freshStream()
      await right(makePostgresStore({ sql }).append({ stream, expected: 'noStream', events: newEvents(1) }))
      return stream
    }
    it(`refuse ${how} to an old stream with a foreign category`, async () =>
      refuses(call, sql, { stream: await oldStream(), category: 'other' }))
    for (const [what, event] of Object.entries(badEvents))
      it(`refuse ${how} to an old stream with ${what}`, async () =>
        refuses(call, sql, { stream: await oldStream(), event }))
  }

  for (const [how, call] of Object.entries(generalCalls(0))) {
    for (const stream of oddNames)
      it(`refuse ${how} to ${JSON.stringify(stream)}`, () => refuses(call, sql, { stream }))
    for (const [what, event] of Object.entries(oddEvents))
      it(`refuse ${how} with ${what}`, () => refuses(call, sql, { event }))
  }

  for (const [how, call] of Object.entries(fastCalls(0)))
    it(`store nothing by ${how} that stops a reader or a handler`, async () => {
      const category = `odd${uuid().replaceAll('-', '')}`
      const streams = oddNames.map((name) => `${category}-${name}`)
      const events = Object.values(oddEvents)
      for (const stream of streams) expect(await call(sql, { stream, category })).not.toBeNull()
      for (const event of events)
        expect(await call(sql, { stream: `${category}-${uuid()}`, category, event })).not.toBeNull()
      const store = makePostgresStore({ sql })
      const last = await right(
        store.append({ stream: streamNamed(`${category}-last`), expected: 'noStream', events: newEvents(1) }),
      )
      const handled: Array<string> = []
      const odd = EventHandler.make({
        name: category,
        from: [{ category, events: { decode: ({ type, data }) => E.right([{ type, data }]) } }],
        start: 'origin',
        handle: ({ id }) =>
          TE.fromIO(() => {
            handled.push(id)
          }),
      })
      const runtime = makeHandlerRuntime({ store, handlers: [odd] })
      await right(runtime.start)
      const waited = await runtime.waitFor([category], last.positions.at(-1) ?? 0, 30_000)()
      await runtime.stop()
      expect(waited).toEqual(E.right(undefined))
      expect(new Set(handled).size).toBe(await storedIn(category))
    })

  it('refuse the same in a transaction of the caller, which keeps nothing of it', async () => {
    for (const call of Object.values(newStreamCalls)) {
      const before = await stored()
      await sql.unsafe('begin')
      const answer = await call(sql, { stream: 'nodash', category: 'nodash' }).catch((error: unknown) => error)
      if (answer !== null) expect(answer).toMatchObject({ code: 'FL007' })
      await sql.unsafe('commit')
      expect(await stored()).toEqual(before)
    }
  })

  it('accept the names of streams that the client accepts, and no other', async () => {
    const odd = fc.constantFrom(
      '-',
      '$',
      'a',
      '\u0001',
      '\u001f',
      '\u007f',
      '\u0080',
      '\u009f',
      '\u00a0',
      '😀',
      '\\',
      '"',
      "'",
      '%',
      '_',
      ' ',
      '\n',
    )
    const names = fc.oneof(
      fc.array(odd, { maxLength: 6 }).map((parts) => parts.join('')),
      fc.string({ unit: anyCharacter }),
    )
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        fc.pre(!name.includes('\0'))
        const category = name.includes('-') ? categoryOf(name) : name
        const outcome = await general(-1)(sql, { stream: name, category }).then(E.right, E.left)
        expect(E.isRight(outcome)).toBe(E.isRight(StreamNames.parse(name)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('tags and conditions that no client sends', () => {
  // Postgres itself refuses what is no list, where the keys of tags are looked for.
  const refused = { code: expect.stringMatching(/^(FL007|22023)$/) }

  const appendWith = (tags: unknown, conditions: unknown) => {
    const event = [uuid(), 'Happened', 1, {}, null, null, null, tags]
    return answerOf(sql, 'select foldlog.append($1::text::jsonb, null, $2::text::jsonb) as answer', [
      JSON.stringify([[[freshStream(), 'account', -1, [event]]]]),
      JSON.stringify(conditions),
    ]).catch((error: unknown) => error)
  }

  it.each([
    ['no list', 'a:1'],
    ['a tag without a name', [':1']],
    ['a text that is no tag', ['a']],
    ['a number', [7]],
    ['a tag twice', ['a:1', 'a:1']],
    ['33 tags', Array.from({ length: 33 }, (_, n) => `a:${n}`)],
    ['a tag that is too long', [`a:${'x'.repeat(1_023)}`]],
  ])('are refused: %s', async (_, tags) => {
    const before = await stored()
    expect(await appendWith(tags, [null])).toMatchObject(refused)
    expect(await stored()).toEqual(before)
  })

  it.each([
    ['no items', [[], null, null, null, null]],
    ['no list of items', ['all', null, null, null, null]],
  ])('are refused: a condition with %s', async (_, condition) => {
    const before = await stored()
    expect(await appendWith(['a:1'], [[condition]])).toMatchObject(refused)
    expect(await stored()).toEqual(before)
  })
})
