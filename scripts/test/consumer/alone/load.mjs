// Loads a package by `import` and by `require`, after its dependencies, and reports its exports and whether loading it
// changed anything.
import { createRequire } from 'node:module'

const [name, ...others] = process.argv.slice(2)
for (const other of others) await import(other)

const keys = (value) => Reflect.ownKeys(value).map(String).join()

/** The state that all code of a process shares, as lines. */
const shared = () => [
  ...Reflect.ownKeys(globalThis).map((key) => `global ${String(key)}`),
  ...Object.getOwnPropertyNames(globalThis)
    .filter((name) => /^[A-Z]/.test(name) && typeof globalThis[name] === 'function')
    .map((name) => `${name}: ${keys(globalThis[name])}; ${keys(globalThis[name].prototype ?? {})}`),
  ...process.eventNames().map((event) => `${process.listenerCount(event)} listeners to ${String(event)}`),
  // Files of modules are read and closed a little later.
  ...process.getActiveResourcesInfo().filter((kind) => !/^(FSReq|CloseReq)/.test(kind)),
  ...Object.keys(process.env).map((key) => `environment ${key}`),
  `directory ${process.cwd()}`,
]

// The first read makes Node load its lazy parts.
shared()
const before = shared()
const imported = Object.keys(await import(name)).sort()
const required = Object.keys(createRequire(import.meta.url)(name)).filter((key) => key !== '__esModule')
const changed = shared().filter((line) => !before.includes(line))

console.log(JSON.stringify({ imported, required: required.sort(), changed }))
