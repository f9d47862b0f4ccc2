/** The names of the parameters of a path template, by type: `'order_id'` of `'/orders/{order_id}'`. */
export type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

const parameter = /\{(\w+)\}/g

const names = (path: string): ReadonlyArray<string> => [...path.matchAll(parameter)].map(([, name = '']) => name)

/** Replaces the parameters of a template: `(name) => ':' + name` makes the path of most frameworks. */
const replace = (path: string, by: (name: string) => string): string =>
  path.replaceAll(parameter, (_, name: string) => by(name))

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]|{}]/g, '\\$&')

const pattern = (path: string): string =>
  path
    .split(/(\{\w+\})/)
    .map((part) => (/^\{\w+\}$/.test(part) ? '([^/]+)' : escaped(part)))
    .join('')

/** A template that finds its parameters in a path. The values are still percent-encoded. */
export interface Matcher {
  readonly match: (pathname: string) => ReadonlyArray<readonly [name: string, value: string]> | undefined
}

const matcher = (path: string): Matcher => {
  const all = names(path)
  const regex = new RegExp(`^${pattern(path)}$`)
  return {
    match: (pathname) =>
      regex
        .exec(pathname)
        ?.slice(1)
        .map((value, i) => [all[i] ?? '', value] as const),
  }
}

/**
 * The part of a pathname before the template: `/api` of `/api/orders/17` and `/orders/{order_id}`. A framework may have
 * mounted the route there.
 */
const prefixOf = (path: string, pathname: string): string =>
  new RegExp(`^(.*?)${pattern(path)}/?$`).exec(pathname)?.[1] ?? ''

/** Decodes a value of a URL. An invalid value is returned unchanged, and its codec decides about it. */
const decodeValue = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Decodes the values of parameters. */
const decodeValues = (values: ReadonlyArray<readonly [string, string]>): Readonly<Record<string, string>> =>
  Object.fromEntries(values.map(([name, value]) => [name, decodeValue(value)]))

/** Orders paths so that of two that match the same address, the one with a literal segment first comes first. */
const compare = (one: string, other: string): number => {
  const [left, right] = [one.split('/'), other.split('/')]
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const [a, b] = [left[i]?.includes('{') === true, right[i]?.includes('{') === true]
    if (a !== b) return a ? 1 : -1
  }
  return 0
}

export const PathTemplate = { names, replace, matcher, prefixOf, decodeValues, compare } as const
