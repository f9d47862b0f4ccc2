import type { Json, JsonRecord } from '@foldlog/core'
import { JsonSchema } from '@foldlog/http'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { Difference } from './Difference.ts'
import type { OperatedDomain } from './OperatedDomain.ts'

/**
 * One stored form of an event: who writes it, who reads it, and the JSON schema of its data; `null` when its codec has
 * none. `isCurrent`: it is written now.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventContract {
  readonly category: string
  readonly type: string
  readonly schemaVersion: number
  readonly isCurrent: boolean
  readonly producers: ReadonlyArray<string>
  readonly consumers: ReadonlyArray<string>
  readonly schema: JsonRecord | null
}

/**
 * A form that was written down and is different now, or is gone: `Removed`, `Changed` with what is different, or
 * `Added`, which breaks nobody. `consumers` are the handlers that read it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ContractChange {
  readonly _tag: 'Removed' | 'Changed' | 'Added'
  readonly contract: EventContract
  readonly differences: ReadonlyArray<Difference>
}

interface Name {
  readonly type: string
  readonly schemaVersion: number
}

interface Form extends Name {
  readonly codec: t.Mixed
}

/** The forms that a codec can read; a source that only decodes may not say. */
const formsOf = (events: object): ReadonlyArray<Form> => {
  const readable: unknown = Reflect.get(events, 'readable')
  return Array.isArray(readable) ? (readable as ReadonlyArray<Form>) : [] // As EventCodec has them.
}

const currentOf = (events: object): ReadonlyArray<Form> => {
  const current: unknown = Reflect.get(events, 'current')
  return typeof current === 'object' && current !== null
    ? (Object.values(current) as ReadonlyArray<Form>) // As above.
    : []
}

const isSameForm = (a: Name, b: Name): boolean => a.type === b.type && a.schemaVersion === b.schemaVersion

/** Whether a handler gets events of this form. */
const consumes = (
  { from, filter }: NonNullable<OperatedDomain['handlers']>[number],
  category: string,
  form: Form,
): boolean =>
  (filter?.types === undefined || filter.types.includes(form.type)) &&
  from.some(
    (source) =>
      source.category === category &&
      (source.events.readable === undefined || source.events.readable.some(({ type }) => type === form.type)),
  )

const schemaOf = (codec: t.Mixed): JsonRecord | null => {
  const schema = JsonSchema.of(codec)
  return E.isRight(schema) ? schema.right : null
}

/**
 * The contracts of a domain: every stored form of every event of its aggregates, by category, type and version.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = ({ aggregates = [], handlers = [] }: OperatedDomain): ReadonlyArray<EventContract> =>
  aggregates
    .flatMap(({ category, events }) => {
      const current = currentOf(events)
      return formsOf(events).map((form): EventContract => {
        const isCurrent = current.some((one) => isSameForm(one, form))
        return {
          category,
          type: form.type,
          schemaVersion: form.schemaVersion,
          isCurrent,
          producers: isCurrent ? [category] : [],
          consumers: handlers.filter((one) => consumes(one, category, form)).map(({ name }) => name),
          schema: schemaOf(form.codec),
        }
      })
    })
    .sort(
      (a, b) =>
        a.category.localeCompare(b.category) || a.type.localeCompare(b.type) || a.schemaVersion - b.schemaVersion,
    )

/**
 * Compares contracts that were written down with those of the present code. Only the shape of a stored form counts:
 * who reads it may change. `Removed` and `Changed` break what is stored.
 *
 * @category destructors
 * @since 0.1.0
 */
const changes = (
  before: ReadonlyArray<EventContract>,
  now: ReadonlyArray<EventContract>,
): ReadonlyArray<ContractChange> => {
  const find = (all: ReadonlyArray<EventContract>, one: EventContract) =>
    all.find((other) => other.category === one.category && isSameForm(other, one))
  const lost = before.flatMap((old): ReadonlyArray<ContractChange> => {
    const present = find(now, old)
    if (present === undefined) return [{ _tag: 'Removed', contract: old, differences: [] }]
    const differences = Difference.between(old.schema, present.schema)
    return differences.length === 0 ? [] : [{ _tag: 'Changed', contract: present, differences }]
  })
  const added = now.filter((one) => find(before, one) === undefined)
  return [...lost, ...added.map((contract): ContractChange => ({ _tag: 'Added', contract, differences: [] }))]
}

/**
 * The name of a stored form: category, stored name and schema version.
 *
 * @category destructors
 * @since 0.1.0
 */
const nameOf = ({ category, type, schemaVersion }: EventContract): string => `${category}.${type}.v${schemaVersion}`

/** Names of components of AsyncAPI have these characters only. */
const componentName = (name: string): string => name.replaceAll(/[^\w.-]/g, '_')

/**
 * The AsyncAPI 3.1 document of a domain: a channel for each category, a message for each stored form, `send` operations
 * of aggregates and `receive` operations of handlers.
 *
 * @category destructors
 * @since 0.1.0
 */
const asyncApi = (
  contracts: ReadonlyArray<EventContract>,
  { title, version }: { readonly title: string; readonly version: string },
): JsonRecord => {
  const categories = [...new Set(contracts.map(({ category }) => category))]
  const inCategory = (category: string) => contracts.filter((one) => one.category === category)
  const keyed = (entries: ReadonlyArray<readonly [string, Json]>): JsonRecord => Object.fromEntries(entries)
  const refs = (category: string, some: ReadonlyArray<EventContract>): Json =>
    some.map((one) => ({ $ref: `#/channels/${componentName(category)}/messages/${componentName(nameOf(one))}` }))
  const operation = (action: 'send' | 'receive', category: string, some: ReadonlyArray<EventContract>): Json => ({
    action,
    channel: { $ref: `#/channels/${componentName(category)}` },
    messages: refs(category, some),
  })
  const handlers = [...new Set(contracts.flatMap(({ consumers }) => consumers))]
  return {
    asyncapi: '3.1.0',
    info: { title, version },
    channels: keyed(
      categories.map((category) => [
        componentName(category),
        {
          address: category,
          messages: keyed(
            inCategory(category).map((one) => [
              componentName(nameOf(one)),
              { $ref: `#/components/messages/${componentName(nameOf(one))}` },
            ]),
          ),
        },
      ]),
    ),
    operations: keyed([
      ...categories.map(
        (category) =>
          [
            componentName(`${category}.send`),
            operation(
              'send',
              category,
              inCategory(category).filter(({ isCurrent }) => isCurrent),
            ),
          ] as const,
      ),
      ...handlers.flatMap((handler) =>
        categories
          .map((category) => [category, inCategory(category).filter((one) => one.consumers.includes(handler))] as const)
          .filter(([, some]) => some.length > 0)
          .map(
            ([category, some]) =>
              [componentName(`${handler}.receive.${category}`), operation('receive', category, some)] as const,
          ),
      ),
    ]),
    components: {
      messages: keyed(
        contracts.map((one) => [
          componentName(nameOf(one)),
          {
            name: one.type,
            title: `${one.type}, version ${one.schemaVersion}`,
            contentType: 'application/json',
            payload: one.schema ?? {},
            correlationId: { location: '$message.header#/correlationId' },
            ...(one.isCurrent ? {} : { tags: [{ name: 'former version' }] }),
          },
        ]),
      ),
    },
  }
}

/**
 * Functions on {@link EventContract}s.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Contracts = { of, changes, asyncApi, nameOf } as const
