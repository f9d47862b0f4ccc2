import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { type ArbitraryResult, all, type MakeArbitrary, type Values } from './ArbitraryResult.ts'
import { filtered } from './constrain.ts'
import { asIoTsCodec } from './IoTsCodec.ts'
import { isKey, json, keys } from './json.ts'
import { isRecursive, keysOf } from './recursion.ts'

/** A property with all codecs that constrain it. */
interface Property {
  readonly codecs: ReadonlyArray<t.Mixed>
  readonly required: boolean
}

/**
 * An object, described by several codecs at once. `rest` are the codecs of further properties, by the codec of their
 * keys.
 */
export interface Shape {
  readonly properties: ReadonlyMap<string, Property>
  readonly rest: ReadonlyArray<{ readonly keys: t.Mixed; readonly values: t.Mixed }>
}

const emptyShape: Shape = { properties: new Map(), rest: [] }

const ofProps = (props: t.Props, required: boolean): Shape => ({
  ...emptyShape,
  properties: new Map(Object.entries(props).map(([key, codec]) => [key, { codecs: [codec], required }])),
})

const mergeShapes = (one: Shape, other: Shape): Shape => ({
  properties: [...other.properties].reduce((properties, [key, { codecs, required }]) => {
    const before = properties.get(key)
    return properties.set(key, {
      codecs: [...(before?.codecs ?? []), ...codecs],
      required: required || before?.required === true,
    })
  }, new Map(one.properties)),
  rest: [...one.rest, ...other.rest],
})

/** The shape that a codec of objects describes, or `undefined` when it describes something else. */
export const shapeOf = (codec: t.Mixed): Shape | undefined => {
  const it = asIoTsCodec(codec)
  switch (it?._tag) {
    case 'InterfaceType':
    case 'StrictType':
      return ofProps(it.props, true)
    case 'PartialType':
      return ofProps(it.props, false)
    case 'ExactType':
    case 'ReadonlyType':
    case 'RefinementType':
      return shapeOf(it.type)
    case 'AnyDictionaryType':
    case 'ObjectType':
      return { ...emptyShape, rest: [{ keys: t.string, values: t.unknown }] }
    case 'DictionaryType': {
      const listed = keysOf(it.domain)
      return listed === undefined
        ? { ...emptyShape, rest: [{ keys: it.domain, values: it.codomain }] }
        : ofProps(Object.fromEntries(listed.map((key) => [key, it.codomain])), true)
    }
    case 'IntersectionType': {
      const shapes = it.types.map(shapeOf)
      return shapes.some((one) => one === undefined)
        ? undefined
        : shapes.reduce<Shape>((one, other) => mergeShapes(one, other ?? emptyShape), emptyShape)
    }
    default:
      return undefined
  }
}

/** All of them at once; io-ts asks for two at least. */
export const intersectionOf = (codecs: ReadonlyArray<t.Mixed>): t.Mixed => {
  const [one = t.unknown, other, ...others] = codecs
  // The type parameter of `t.intersection` counts to five; the function takes any number.
  return other === undefined ? one : t.intersection([one, other, ...others] as unknown as [t.Mixed, t.Mixed])
}

const absent = Symbol('absent')

/**
 * An optional property. A recursive one must be unlikely: `fc.option` counts the depth. `undefined` is never generated:
 * it means the same, and has no JSON form. It becomes `absent`, because a filter of values that are all `undefined`
 * would not end.
 */
const optional = (values: Values, recursive: boolean, depthIdentifier: fc.DepthIdentifier): Values =>
  fc.option(
    values.map((value) => (value === undefined ? absent : value)),
    { nil: absent, freq: 2, ...(recursive ? { depthIdentifier, maxDepth: 3 } : {}) },
  )

const dropAbsent = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== absent))

/** Objects of a shape. */
export const objectsOf = (
  { properties, rest }: Shape,
  path: string,
  make: MakeArbitrary,
  depth: fc.DepthIdentifier,
): ArbitraryResult => {
  const named = [...properties].map(([key, { codecs, required }]) => {
    // The codec of a record's values applies to named properties, too.
    const general = rest.filter((other) => other.keys.is(key)).map(({ values }) => values)
    const codec = intersectionOf([...new Set([...codecs, ...general])])
    return F.pipe(
      make(codec, `${path}.${key}`),
      E.map((values) => (required ? values : optional(values, isRecursive(codec), depth))),
    )
  })
  const further = rest.map(({ keys: domain, values }) =>
    F.pipe(
      all([make(domain, `${path} (keys)`), make(values, `${path}[]`)]),
      E.map(([texts = keys, ones = json]) =>
        fc.dictionary(
          // The domain of a record is a codec of texts.
          filtered(
            texts,
            (key) => isKey(String(key)) && !properties.has(String(key)),
            domain.name,
          ) as fc.Arbitrary<string>,
          ones,
          { maxKeys: 4, noNullPrototype: true, ...(isRecursive(values) ? { depthIdentifier: depth } : {}) },
        ),
      ),
    ),
  )
  return F.pipe(
    all([...named, ...further]),
    E.map((made) => {
      const names = [...properties.keys()]
      const fixed = Object.fromEntries(names.map((key, i) => [key, made[i] ?? json]))
      const records = fc.record(fixed, { noNullPrototype: true }).map(dropAbsent)
      const others = made.slice(names.length)
      return others.length === 0
        ? records
        : fc.tuple(records, ...others).map((objects) => Object.assign({}, ...[...objects].reverse()))
    }),
  )
}
