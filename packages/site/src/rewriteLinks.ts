import { posix } from 'node:path'

/** The target of a document's link on the site, or the reason why it has none. */
export type Resolve = (file: string) => string | undefined

/** A text with the links of the site, and its links that lead nowhere. */
export interface RewrittenText {
  readonly text: string
  readonly dead: ReadonlyArray<string>
}

const link = /(\]\()([^)\s#]*)(#[^)\s]*)?(\))/g
const code = /^(`{3,})[\s\S]*?^\1|`[^`\n]*`/gm

/** Applies `change` to all parts of a text that are not code. */
const besideCode = (text: string, change: (part: string) => string): string => {
  const kept = [...text.matchAll(code)]
  let [made, from] = ['', 0]
  for (const { 0: block, index } of kept) {
    made += change(text.slice(from, index)) + block
    from = index + block.length
  }
  return made + change(text.slice(from))
}

/**
 * Turns the links of a document to files of the repository into links of the site. Links with a scheme, and those
 * within the page, stay as they are.
 */
export const rewriteLinks = (file: string, text: string, resolve: Resolve): RewrittenText => {
  const dead: Array<string> = []
  const changed = besideCode(text, (part) =>
    part.replaceAll(link, (whole, open: string, target: string, anchor: string | undefined, close: string) => {
      if (target === '' || target.startsWith('/') || /^[a-z]+:/.test(target)) return whole
      const named = posix.normalize(posix.join(posix.dirname(file), target)).replace(/\/$/, '')
      const page = resolve(named)
      if (page === undefined) dead.push(`${file}: ${target}`)
      return `${open}${page ?? target}${anchor ?? ''}${close}`
    }),
  )
  return { text: changed, dead }
}
