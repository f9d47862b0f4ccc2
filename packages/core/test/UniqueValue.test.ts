import {
  EventCodec,
  type EventOf,
  KeyedHash,
  orThrow,
  Query,
  StreamName,
  Tag,
  Tagged,
  UniqueValue,
  View,
} from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { option as O } from 'fp-ts'
import * as t from 'io-ts'

const events = {
  Registered: t.strict({ email: t.string }),
  EmailChanged: t.strict({ from: t.string, to: t.string }),
  Closed: t.strict({ email: t.string }),
  Renamed: t.strict({ name: t.string }),
}

const ruleWith = (hash?: KeyedHash) =>
  UniqueValue.make(events, {
    tag: 'email',
    hash,
    normalize: (email) => email.toLowerCase(),
    on: {
      Registered: ({ email }) => UniqueValue.claim(email),
      EmailChanged: ({ from, to }) => UniqueValue.change(from, to),
      Closed: ({ email }) => UniqueValue.release(email),
    },
  })

const [firstKey, secondKey] = ['the first key of this test', 'the second key of this test']
const keyed = ruleWith(KeyedHash.make({ key: firstKey }))
const rotated = ruleWith(KeyedHash.make({ key: secondKey, former: [firstKey] }))
const rotatedBack = ruleWith(KeyedHash.make({ key: firstKey, former: [secondKey] }))
const forgetful = ruleWith(KeyedHash.make({ key: secondKey }))

type Rule = typeof keyed
type AccountEvent = EventOf<ReturnType<typeof codecOf>>
const codecOf = (rule: Rule) => EventCodec.make(events, { tags: rule.tags })

const account = (id: string) => orThrow(StreamName.make('account', id))

/** An event as a process with this rule stores it, without the check that two rules share. */
const storedBy = (rule: Rule, id: string, event: AccountEvent) => orThrow(Tagged.of(codecOf(rule), account(id))(event))

/** Who has a value: what the store selects by the query, decoded with the tags of the reader. */
const ownerOf = (rule: Rule, value: string, log: ReadonlyArray<Tagged<AccountEvent>>) => {
  const view = rule.owner(value)
  const selected = log.filter(({ event, tags }) =>
    view.query.some(
      (item) => item.types?.includes(event.type) === true && item.tags?.every((tag) => tags.includes(tag)) === true,
    ),
  )
  return View.fold(view)(selected.map(({ event, stream }) => orThrow(Tagged.of(codecOf(rule), stream)(event))))
}

const emails = fc.constantFrom('ada@x.org', 'Ada@x.org', 'bob@x.org', 'eve@x.org')
const happened = fc.tuple(
  fc.constantFrom('1', '2', '3'),
  fc.oneof(
    emails.map((email): AccountEvent => ({ type: 'Registered', data: { email } })),
    fc.tuple(emails, emails).map(([from, to]): AccountEvent => ({ type: 'EmailChanged', data: { from, to } })),
    emails.map((email): AccountEvent => ({ type: 'Closed', data: { email } })),
    fc.constant<AccountEvent>({ type: 'Renamed', data: { name: 'ada@x.org' } }),
  ),
)

/** The rule in other words: a table of owners. */
const owners = (log: ReadonlyArray<readonly [string, AccountEvent]>): ReadonlyMap<string, StreamName> => {
  const now = new Map<string, StreamName>()
  const release = (id: string, email: string) => {
    if (now.get(email.toLowerCase()) === account(id)) now.delete(email.toLowerCase())
  }
  const claim = (id: string, email: string) => {
    if (!now.has(email.toLowerCase())) now.set(email.toLowerCase(), account(id))
  }
  for (const [id, { type, data }] of log) {
    if (type === 'Registered') claim(id, data.email)
    if (type === 'Closed') release(id, data.email)
    if (type === 'EmailChanged') {
      release(id, data.from)
      claim(id, data.to)
    }
  }
  return now
}

/** Fails the test when the property fails for some values. */
const holds = <A extends [unknown, ...Array<unknown>]>(property: fc.IProperty<A>) =>
  fc.assert(property, { numRuns: 200, seed: 42 })

const property = (rule: Rule, writers: ReadonlyArray<Rule>) =>
  fc.property(fc.array(happened, { maxLength: 12 }), fc.array(fc.nat(writers.length - 1)), emails, (all, by, email) => {
    const log = all.map(([id, event], i) => storedBy(writers[by[i] ?? 0] ?? rule, id, event))
    expect(ownerOf(rule, email, log)).toEqual(O.fromNullable(owners(all).get(email.toLowerCase())))
  })

describe('a unique value', () => {
  it.each([
    ['without a hash', ruleWith()],
    ['with a hash', keyed],
    ['with a former key', rotated],
  ])('%s has the owner of the last claim that nobody released', (_, rule) => holds(property(rule, [rule])))

  it.each([
    ['an old one', keyed],
    ['a new one', rotated],
    ['one that goes back', rotatedBack],
  ])('keeps its owner for %s while old and new processes write', (_, reader) =>
    holds(property(reader, [keyed, rotated])),
  )

  it('loses its owner when a key is dropped under which it was claimed', () => {
    expect(fc.check(property(forgetful, [keyed, rotated])).failed).toBe(true)
  })

  it('has no tag with the value', () => {
    const data = { from: 'ada@x.org', to: 'bob@x.org' }
    const tags = [...rotated.tags.EmailChanged(data)]
    expect(tags).toHaveLength(4)
    for (const tag of tags) expect(tag).toMatch(/^email:[0-9a-f]{64}$/)
    expect(ruleWith().tags.EmailChanged(data)).toEqual(['email:bob@x.org', 'email:ada@x.org'])
  })

  it('has another hash in another rule', () => {
    const [own] = keyed.tags.Registered({ email: 'ada@x.org' })
    const other = UniqueValue.make(events, {
      tag: 'contact',
      hash: KeyedHash.make({ key: firstKey }),
      on: { Registered: ({ email }) => UniqueValue.claim(email) },
    })
    const [others] = other.tags.Registered({ email: 'ada@x.org' })
    expect(own !== undefined && others !== undefined && Tag.value(own) !== Tag.value(others)).toBe(true)
  })

  describe.each([
    ['with a hash', KeyedHash.make({ key: firstKey })],
    ['without a hash', undefined],
  ])('that is no text, %s', (_, hash) => {
    const why = 'a value of the unique value email is not a text'
    const given: ReadonlyArray<unknown> = [4711, 4711n, true, null, {}, ['4711'], Symbol('4711')]

    it.each(given)('is rejected, and is in no tag and no error: %p', (value) => {
      const rule = UniqueValue.make(events, {
        tag: 'email',
        hash,
        on: { Registered: () => UniqueValue.claim(value as never) },
      })
      const codec = EventCodec.make(events, { tags: rule.tags })
      const encoded = codec.encode({ type: 'Registered', data: { email: '' } })
      expect(encoded).toMatchObject({ left: { path: 'tags[0]', why } })
      const { query } = rule.owner(value as never)
      expect(Query.check('query')(query)).toMatchObject({ left: { why } })
      expect(JSON.stringify([encoded, query])).not.toContain('4711')
    })

    it('is rejected when it is normalized to one', () => {
      const rule = UniqueValue.make(events, {
        tag: 'email',
        hash,
        normalize: Number as never,
        on: { Registered: ({ email }) => UniqueValue.claim(email) },
      })
      expect(
        EventCodec.make(events, { tags: rule.tags }).tags({ type: 'Registered', data: { email: '7' } }),
      ).toMatchObject({ left: { path: 'tags[0]', why } })
    })
  })

  it.each([
    [undefined, 'tag must be a string, is undefined; on must be an object, is undefined'],
    [{ tag: '', on: {} }, 'tag must not be empty'],
    [{ tag: 'email', on: { Gone: () => UniqueValue.claim('a') } }, 'on has "Gone", which is no event of the record'],
    [{ tag: 'email', on: { Closed: 'email' } }, 'Closed of on must be a function, is "email"'],
    [{ tag: 'email', on: {}, hash: 'key' }, 'hash must be a function, is "key"'],
  ])('is not made of %j', (options, why) => {
    expect(() => UniqueValue.make(events, options as never)).toThrow(`Invalid unique value: ${why}`)
  })
})

describe('several unique values', () => {
  const shared = { ...events, Opened: t.strict({ email: t.string, name: t.string }) }
  const email = UniqueValue.make(shared, {
    tag: 'email',
    hash: KeyedHash.make({ key: firstKey }),
    on: {
      Opened: (data) => UniqueValue.claim(data.email),
      EmailChanged: ({ from, to }) => UniqueValue.change(from, to),
    },
  })
  const name = UniqueValue.make(shared, {
    tag: 'name',
    on: { Opened: (data) => UniqueValue.claim(data.name), Renamed: (data) => UniqueValue.claim(data.name) },
  })
  const data = { email: 'ada@x.org', name: 'Ada' }
  const own = { tags: { Renamed: () => [Tag.of('renamed', 1)] } }

  it('have the tags of all rules under each type', () => {
    const tags = UniqueValue.tags([email, name, own])
    expect(tags.Opened(data)).toEqual([...email.tags.Opened(data), 'name:Ada'])
    expect(tags.EmailChanged({ from: 'a', to: 'b' })).toEqual(email.tags.EmailChanged({ from: 'a', to: 'b' }))
    expect(tags.Renamed({ name: 'Ada' })).toEqual(['name:Ada', 'renamed:1'])
    expect(Object.keys(tags).sort()).toEqual(['EmailChanged', 'Opened', 'Renamed'])
    // @ts-expect-error No rule has this type.
    expect(tags.Closed).toBe(undefined)
    // @ts-expect-error One of the rules needs the name.
    const wrong = () => tags.Opened({ email: 'ada@x.org' })
    expect(wrong).not.toThrow()
    expect(UniqueValue.tags([])).toEqual({})
  })

  it('are rejected by a codec when the tags of one replace those of another', () => {
    const lost =
      'the tags of "Opened" lack those of the unique value "email": take UniqueValue.tags([...]) of both rules'
    for (const tags of [
      { ...email.tags, ...name.tags },
      { ...UniqueValue.tags([email]), ...name.tags },
      UniqueValue.tags([{ tags: { ...email.tags, ...name.tags } }]),
    ]) {
      expect(EventCodec.makeEither(shared, { tags })).toMatchObject({ left: { problems: [lost] } })
    }
  })

  it('may be joined again, and with functions that make tags of their own', () => {
    const Opened = (one: typeof data) => [...email.tags.Opened(one), ...name.tags.Opened(one)]
    const all = [email.tags.Opened(data), name.tags.Opened(data)].flat().sort()
    for (const tags of [
      UniqueValue.tags([email, name]),
      UniqueValue.tags([{ tags: UniqueValue.tags([email]) }, { tags: UniqueValue.tags([name]) }]),
      { ...email.tags, ...UniqueValue.tags([name, email]) },
      { ...email.tags, ...name.tags, Opened },
      UniqueValue.tags([{ tags: { ...email.tags, ...name.tags, Opened } }]),
    ]) {
      expect(EventCodec.make(shared, { tags }).tags({ type: 'Opened', data })).toEqual({ _tag: 'Right', right: all })
    }
  })

  it.each([
    [undefined, 'the rules must be an array, is undefined'],
    [[undefined], 'tags of rule 0 must be an object, is undefined'],
    [[own, { tags: { Opened: 'email' } }], '"Opened" in the tags of rule 1 must be a function, is "email"'],
  ])('are not made of %j', (rules, why) => {
    expect(() => UniqueValue.tags(rules as never)).toThrow(`Invalid unique values: ${why}`)
  })
})
