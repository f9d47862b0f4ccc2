import { tagOf } from './tagOf.ts'

/** The start of a line, and its maximum length. */
interface Layout {
  readonly indent: string
  readonly width: number
}

const indented = ({ indent, width }: Layout): Layout => ({ indent: `${indent}  `, width })

const quoted = (text: string): string => {
  const json = JSON.stringify(text)
  // The escapes of JSON stay; only the quotes are exchanged.
  return text.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`
}

const numeric = (value: number): string => {
  if (Number.isNaN(value)) return 'Number.NaN'
  if (Object.is(value, -0)) return '-0'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'Number.POSITIVE_INFINITY' : 'Number.NEGATIVE_INFINITY'
}

const keyText = (key: string): string => {
  // Written plainly, `__proto__` would set the prototype.
  if (key === '__proto__') return "['__proto__']"
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : quoted(key)
}

/** The parts between two brackets: on one line when they fit, else each on its own. */
const bracketed = (
  open: string,
  parts: ReadonlyArray<string>,
  close: string,
  { indent, width }: Layout,
  space: '' | ' ',
): string => {
  if (parts.length === 0) return `${open}${close}`
  const line = `${open}${space}${parts.join(', ')}${space}${close}`
  if (!line.includes('\n') && indent.length + line.length <= width) return line
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join('')}${indent}${close}`
}

/** A day of the calendar and a time, or what `new Date` makes of nonsense. */
const dated = (value: object): string => {
  const time = Number(value)
  return Number.isNaN(time) ? 'new Date(Number.NaN)' : `new Date('${new Date(time).toISOString()}')`
}

const objectText = (value: object, layout: Layout, above: ReadonlyArray<object>): string => {
  if (above.includes(value)) return 'undefined /* itself again */'
  const inner = [...above, value]
  const part = (one: unknown): string => written(one, indented(layout), inner)
  if (Array.isArray(value)) return bracketed('[', value.map(part), ']', layout, '')
  switch (tagOf(value)) {
    case 'Date':
      return dated(value)
    case 'RegExp':
      return String(value)
    case 'URL':
      return `new URL(${quoted(String(value))})`
    case 'Map':
    case 'Set':
      // The tag says that it is iterable.
      return bracketed(`new ${tagOf(value)}([`, [...(value as Iterable<unknown>)].map(part), '])', layout, '')
    default: {
      const entries = Object.entries(value).map(([key, one]) => `${keyText(key)}: ${part(one)}`)
      return bracketed('{', entries, '}', layout, ' ')
    }
  }
}

const written = (value: unknown, layout: Layout, above: ReadonlyArray<object>): string => {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      return numeric(value)
    case 'bigint':
      return `${value}n`
    case 'symbol':
      return value.description === undefined ? 'Symbol()' : `Symbol(${quoted(value.description)})`
    case 'function':
      return `undefined /* the function ${value.name} */`
    case 'object':
      return value === null ? 'null' : objectText(value, layout, above)
    default:
      return String(value)
  }
}

/** A value as TypeScript code. `indent` is that of its first line; a text longer than `width` spans several lines. */
export const literal = (value: unknown, indent = '', width = 100): string => written(value, { indent, width }, [])
