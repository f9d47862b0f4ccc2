import type { RetiredVersion } from '../RetiredVersion.ts'
import type { VersionDecoder } from '../VersionChain.ts'
import { nameVersions } from './versionRules.ts'

type Chain = readonly [type: string, chain: { readonly versions: ReadonlyArray<VersionDecoder<unknown>> }]

/**
 * For each type of event the stored names that decode to it, also in part: those of its versions, and of retired forms
 * that are replaced by one of these, through others as well. The names of what is written come first.
 */
export const storedNames = (
  chains: ReadonlyArray<Chain>,
  retired: ReadonlyArray<RetiredVersion>,
): Readonly<Record<string, ReadonlyArray<string>>> => {
  const ofChain = ([type, { versions }]: Chain): readonly [string, ReadonlyArray<string>] => {
    const own = nameVersions(type, versions)
    const labels = new Set(own.map(({ type: name, schemaVersion }) => `${schemaVersion} ${name}`))
    const names = new Set(own.map(({ type: name }) => name).reverse())
    // A retired form may be replaced by one that comes later in the list: each round finds those one step further away.
    for (let found = -1; found !== labels.size; ) {
      found = labels.size
      for (const { type: name, schemaVersion, to } of retired) {
        if (!to.some((target) => labels.has(`${target.schemaVersion} ${target.type}`))) continue
        labels.add(`${schemaVersion} ${name}`)
        names.add(name)
      }
    }
    return [type, [...names]]
  }
  return Object.fromEntries(chains.map(ofChain))
}
