import type { KnownShape, RetiredShape, ShapeName } from '../RetiredShape.ts'
import type { StoredShape } from '../Versions.ts'

/** A stored form with its name filled in; `after` is the form before it in its chain, when there is one. */
export interface NamedShape extends ShapeName {
  readonly after: ShapeName | undefined
}

const label = ({ type, schemaVersion }: ShapeName): string => `${type} v${schemaVersion}`

/** The forms of one chain, each with the one before it. */
export const nameChain = (
  key: string,
  shapes: ReadonlyArray<StoredShape<unknown>>,
): ReadonlyArray<NamedShape & KnownShape> => {
  const names = shapes.map(({ name, version, codec }) => ({ type: name ?? key, schemaVersion: version, codec }))
  return names.map((shape, i) => ({ ...shape, after: names[i - 1] }))
}

const isNumbered = ({ schemaVersion: n }: ShapeName): boolean => Number.isSafeInteger(n) && n >= 1 && n <= 32_767

const badNumbers = (shapes: ReadonlyArray<ShapeName>): ReadonlyArray<string> =>
  shapes
    .filter((shape) => !isNumbered(shape))
    .map((shape) => `${label(shape)}: a version must be an integer from 1 to 32767`)

const duplicates = (shapes: ReadonlyArray<ShapeName>): ReadonlyArray<string> => {
  const labels = shapes.map(label)
  return [...new Set(labels.filter((one, i) => labels.indexOf(one) !== i))].map((one) => `${one} stands twice`)
}

/**
 * Version n > 1 needs version n - 1: of the same name, or before it in its chain (where the name changed). So no stored version can have been
 * forgotten in between.
 */
const gaps = (shapes: ReadonlyArray<NamedShape>): ReadonlyArray<string> => {
  const known = new Set(shapes.map(label))
  // Nothing precedes v0 or v1.5, and nobody should be told to supply it.
  return shapes.filter(isNumbered).flatMap(({ after, ...shape }) => {
    const previous = shape.schemaVersion - 1
    if (after !== undefined && after.schemaVersion !== previous) {
      return [`${label(shape)} follows ${label(after)}: versions of a chain go up by one`]
    }
    const preceded = previous === 0 || after !== undefined || known.has(label({ ...shape, schemaVersion: previous }))
    return preceded ? [] : [`${label(shape)} is known, ${shape.type} v${previous} is not`]
  })
}

const missingTargets = (
  retired: ReadonlyArray<RetiredShape>,
  shapes: ReadonlyArray<ShapeName>,
): ReadonlyArray<string> => {
  const known = new Set(shapes.map(label))
  return retired.flatMap((from) =>
    from.to
      .map(label)
      .filter((to) => !known.has(to))
      .map((to) => `${label(from)} is replaced by ${to}, which is not known`),
  )
}

/** Only retired forms lead to forms by name, so every circle is a circle of retired forms. Each is told once, from where it was entered. */
const circles = (retired: ReadonlyArray<RetiredShape>): ReadonlyArray<string> => {
  const targets = new Map(retired.map((from) => [label(from), from.to.map(label)]))
  const done = new Set<string>()
  const visit = (at: string, path: ReadonlyArray<string>): ReadonlyArray<string> => {
    if (path.includes(at)) return [`${[...path.slice(path.indexOf(at)), at].join(' -> ')} is a circle`]
    if (done.has(at)) return []
    const found = (targets.get(at) ?? []).flatMap((to) => visit(to, [...path, at]))
    done.add(at)
    return found
  }
  return [...targets.keys()].flatMap((from) => visit(from, []))
}

/** Everything that is wrong with a set of stored forms, each a sentence; empty when they make a codec. */
export const shapeProblems = (
  chains: ReadonlyArray<NamedShape>,
  retired: ReadonlyArray<RetiredShape>,
): ReadonlyArray<string> => {
  const all = [...chains, ...retired.map(({ type, schemaVersion }) => ({ type, schemaVersion, after: undefined }))]
  return [...badNumbers(all), ...duplicates(all), ...gaps(all), ...missingTargets(retired, all), ...circles(retired)]
}
