import { Limits } from '../../values/Limits.ts'
import type { ReadableVersion, RetiredVersion, SchemaVersion } from '../RetiredVersion.ts'
import type { VersionDecoder } from '../VersionChain.ts'

/** A stored form with its name filled in. `after` is the form before it in its chain, `undefined` for the first. */
export interface NamedVersion extends SchemaVersion {
  readonly after: SchemaVersion | undefined
}

const label = ({ type, schemaVersion }: SchemaVersion): string => `${type} v${schemaVersion}`

/** Names the forms of one chain and links each to the one before it. */
export const nameVersions = (
  key: string,
  versions: ReadonlyArray<VersionDecoder<unknown>>,
): ReadonlyArray<NamedVersion & ReadableVersion> => {
  const names = versions.map(({ name, version, codec }) => ({ type: name ?? key, schemaVersion: version, codec }))
  return names.map((version, i) => ({ ...version, after: names[i - 1] }))
}

const isNumbered = ({ schemaVersion: n }: SchemaVersion): boolean =>
  Number.isSafeInteger(n) && n >= 1 && n <= Limits.schemaVersion

const numberProblems = (versions: ReadonlyArray<SchemaVersion>): ReadonlyArray<string> =>
  versions
    .filter((version) => !isNumbered(version))
    .map((version) => `${label(version)}: a version must be an integer from 1 to ${Limits.schemaVersion}`)

const duplicates = (versions: ReadonlyArray<SchemaVersion>): ReadonlyArray<string> => {
  const labels = versions.map(label)
  return [...new Set(labels.filter((one, i) => labels.indexOf(one) !== i))].map((one) => `${one} is defined twice`)
}

/**
 * Reports gaps. A version n > 1 needs version n - 1: of the same name, or before it in its chain (where the name
 * changed). So no stored version in between can have been forgotten.
 */
const gaps = (versions: ReadonlyArray<NamedVersion>): ReadonlyArray<string> => {
  const known = new Set(versions.map(label))
  // Invalid numbers such as v0 or v1.5 have no predecessor, so no error must ask for one.
  return versions.filter(isNumbered).flatMap(({ after, ...version }) => {
    const previous = version.schemaVersion - 1
    if (after !== undefined && after.schemaVersion !== previous) {
      return [`${label(version)} follows ${label(after)}: versions of a chain go up by one`]
    }
    const preceded = previous === 0 || after !== undefined || known.has(label({ ...version, schemaVersion: previous }))
    return preceded ? [] : [`${label(version)} is known, ${version.type} v${previous} is not`]
  })
}

const missingTargets = (
  retired: ReadonlyArray<RetiredVersion>,
  versions: ReadonlyArray<SchemaVersion>,
): ReadonlyArray<string> => {
  const known = new Set(versions.map(label))
  return retired.flatMap((from) =>
    from.to
      .map(label)
      .filter((to) => !known.has(to))
      .map((to) => `${label(from)} is replaced by ${to}, which is not known`),
  )
}

/**
 * Reports circles. Only retired forms refer to forms by name, so every circle consists of retired forms. Each is
 * reported once, from the form where the search entered it.
 */
const circles = (retired: ReadonlyArray<RetiredVersion>): ReadonlyArray<string> => {
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

/** Returns all problems of a set of stored forms, each as a sentence; empty when they make a valid codec. */
export const versionProblems = (
  chains: ReadonlyArray<NamedVersion>,
  retired: ReadonlyArray<RetiredVersion>,
): ReadonlyArray<string> => {
  const all = [...chains, ...retired.map(({ type, schemaVersion }) => ({ type, schemaVersion, after: undefined }))]
  return [
    ...numberProblems(all),
    ...duplicates(all),
    ...gaps(all),
    ...missingTargets(retired, all),
    ...circles(retired),
  ]
}
