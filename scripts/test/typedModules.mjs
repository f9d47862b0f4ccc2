// Lets a plain script import TypeScript, which Node 20 cannot: import this module before the others.
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import amaro from 'amaro'

/** A hook of the module loader, which erases types. It runs in a thread of its own. */
export const load = (url, context, next) => {
  if (!url.endsWith('.ts')) return next(url, context)
  const { code } = amaro.transformSync(readFileSync(fileURLToPath(url), 'utf8'), { mode: 'strip-only' })
  return { format: 'module', shortCircuit: true, source: code }
}

if (isMainThread) register(import.meta.url)
