// The faults of a package that is about to be published.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { published, root } from './published.mjs'

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** The section of a version in a changelog. */
const sectionOf = (changelog, version) => {
  const [, section = ''] = changelog.split(`\n## ${version}\n`)
  return section.split(/^## /m)[0].trim()
}

/**
 * Types that do not resolve, or not to the running code, in any mode of resolution; the engine of `attw`, in its
 * strictest profile.
 */
const wrongTypes = async (tarball) => {
  const { problems, types } = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
  if (types === false) return ['attw: no types']
  return problems.map(({ kind, ...where }) => `attw: ${kind} ${JSON.stringify(where)}`)
}

const wrongFiles = async (tarball, manifest) => {
  const { buffer, byteOffset, byteLength } = tarball
  const { messages } = await publint({
    pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
    strict: true,
  })
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false }) ?? message.code}`)
}

/** The rules that neither tool knows: the relations between the packages of this repository. */
const wrongHere = ({ directory, manifest }, all) => {
  const ours = Object.entries(manifest.dependencies ?? {}).flatMap(([name, range]) => {
    const other = all.find((one) => one.manifest.name === name)
    return other === undefined ? [] : [{ range, other: other.manifest }]
  })
  return [
    ...(manifest.sideEffects === false ? [] : ['`sideEffects` is not false']),
    ...(manifest.version === all[0].manifest.version ? [] : ['has a version of its own']),
    ...(sectionOf(read(join(root, directory, 'CHANGELOG.md')), manifest.version) === ''
      ? [`CHANGELOG.md says nothing of ${manifest.version}`]
      : []),
    ...ours
      // A range, so that a patch of one package is no second copy of another; see docs/decisions.
      .filter(({ range, other }) => range !== `^${other.version}`)
      .map(({ range, other }) => `depends on ${other.name} ${range}, not on ^${other.version}`),
    // Strict package managers give a package the peers of its dependencies only when it asks for them itself.
    ...ours.flatMap(({ other }) =>
      Object.entries(other.peerDependencies ?? {})
        // A program that runs alone depends on the peer itself.
        .filter(([name]) => manifest.dependencies?.[name] === undefined)
        .filter(([name, range]) => manifest.peerDependencies?.[name] !== range)
        .map(([name, range]) => `does not pass on the peer ${name} ${range} of ${other.name}`),
    ),
  ]
}

/** Sentences, none when all is well; `tarball` is what would be published of the package called `name`. */
export const findWrong = async (name, tarball) => {
  const all = published()
  const one = all.find(({ manifest }) => manifest.name === name)
  return [...wrongHere(one, all), ...(await wrongFiles(tarball, one.manifest)), ...(await wrongTypes(tarball))]
}
