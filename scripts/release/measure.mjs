// What the packages weigh in a bundle: minified by esbuild, compressed by gzip, in bytes.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './published.mjs'

const packageOf = (path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]

/** Leaves out the packages of which `isLeftOut` says so, by name, and parts of them. */
const leavingOut = (isLeftOut) => ({
  name: 'leaving-out',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path }) => (isLeftOut(packageOf(path)) ? { path, external: true } : undefined)),
})

const bundle = async (contents, isLeftOut) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
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

/** Of the whole package: its own code, that and all it imports but fp-ts, and all. */
export const measure = async (name) => {
  const whole = `export * from '${name}'`
  const [own, withoutFpTs, all] = await Promise.all([
    bundle(whole, (other) => other !== name),
    bundle(whole, (other) => other === 'fp-ts'),
    bundle(whole, () => false),
  ])
  return { own, withoutFpTs, all }
}

/** Of a package that is imported and not used. */
export const measureUnused = (name) => bundle(`import '${name}'`, (other) => other !== name)
