// The sizes of the packages in a bundle: minified by esbuild, compressed by gzip, in bytes.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './published.mjs'

const packageOf = (path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]

/** Leaves out the packages that `isLeftOut` selects by name, and parts of them. */
const leavingOut = (isLeftOut) => ({
  name: 'leaving-out',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path }) => (isLeftOut(packageOf(path)) ? { path, external: true } : undefined)),
})

const bundle = async (contents, isLeftOut, resolveDir) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    // As bundlers for browsers do, which leave away what is not used of fp-ts; a bundle for Node has it whole.
    mainFields: ['module', 'main'],
    plugins: [leavingOut(isLeftOut)],
    write: false,
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

/**
 * The sizes of everything that an entry of a package exports, as found from `place`: the code of its package, that and
 * all its imports but fp-ts, and everything.
 */
export const measure = async (name, place = root) => {
  const whole = `export * from '${name}'`
  const [own, withoutFpTs, all] = await Promise.all([
    bundle(whole, (other) => other !== packageOf(name), place),
    bundle(whole, (other) => other === 'fp-ts', place),
    bundle(whole, () => false, place),
  ])
  return { own, withoutFpTs, all }
}

/** The size of an entry that is imported and not used. */
export const measureUnused = (name, place = root) =>
  bundle(`import '${name}'`, (other) => other !== packageOf(name), place)
