import { categories } from './categories.ts'
import type { Described, Entry, Module } from './Entry.ts'

/** A page of the reference. */
export interface ReferencePage {
  readonly page: string
  readonly text: string
}

/** Pages, and what is wrong with the comments they are made of. */
export interface Reference {
  readonly pages: ReadonlyArray<ReferencePage>
  readonly problems: ReadonlyArray<string>
}

export const modulePage = ({ package: name, name: module }: Module): string => `reference/${name}/${module}`

const anchor = (name: string): string => name.replaceAll('.', '-')

/** The links of comments, `{@link Decider.fold}` or `{@link Decider.fold the fold}`. */
const link = /\{@link(?:code|plain)? ([\w.]+)(?:[ |]+([^}]*))?\}/g

const linkedBy =
  (targets: ReadonlyMap<string, string>, problem: (what: string) => void) =>
  (text: string): string =>
    text.replaceAll(link, (_, name: string, shown: string | undefined) => {
      const target = targets.get(name) ?? targets.get(name.split('.')[0] ?? '')
      if (target === undefined) problem(name)
      return `[\`${shown ?? name}\`](/${target ?? ''})`
    })

/** What follows an export; it names the entry when other exports of the module come from another one. */
const footnote = ({ since, from }: Entry, module: Module): string =>
  module.entries.every((entry) => entry.from === from) ? `since ${since}` : `since ${since}, from <code>${from}</code>`

const section = (entry: Entry, module: Module): string => {
  const { name, text, examples, declarations } = entry
  return [
    `### ${name} {#${anchor(name)}}`,
    text,
    `\`\`\`ts\n${declarations.join('\n\n')}\n\`\`\``,
    ...examples.map((example) => example.trim()),
    `<p class="since">${footnote(entry, module)}</p>`,
  ].join('\n\n')
}

const rank = (category: string): number => {
  const at = categories.indexOf(category)
  return at < 0 ? categories.length : at
}

/** One page for each module, one for each package, one for all. */
export const referencePages = (packages: ReadonlyArray<Described>): Reference => {
  const modules = packages.flatMap((one) => one.modules)
  // Names of two packages may be the same; the first, in the order of packages, is meant, unless the page has its own.
  const everywhere = new Map<string, string>()
  const targetsOf = (module: Module) =>
    module.entries.map(({ name }) => [name, `${modulePage(module)}#${anchor(name)}`] as const)
  for (const [name, target] of modules.flatMap(targetsOf)) if (!everywhere.has(name)) everywhere.set(name, target)
  for (const [name, target] of [...everywhere]) {
    // A namespace without a type of its name is where its first member is.
    const [namespace = ''] = name.split('.')
    if (!everywhere.has(namespace)) everywhere.set(namespace, target)
  }

  const problems: Array<string> = []
  const pages = modules.map((module) => {
    const near = packages.find((one) => one.package === module.package)?.modules.flatMap(targetsOf) ?? []
    const targets = new Map([...everywhere, ...near, ...targetsOf(module)])
    const linked = linkedBy(targets, (name) => problems.push(`${modulePage(module)}: no export is called ${name}`))
    for (const { name, text, category, since, declarations } of module.entries)
      if (text === '' || category === '' || since === '' || declarations.length === 0)
        problems.push(`${modulePage(module)}: ${name} lacks a sentence, a category, a version or a declaration`)
    const found = [...new Set(module.entries.map(({ category }) => category))].sort((a, b) => rank(a) - rank(b))
    const body = found.map((category) =>
      [
        `## ${category}`,
        ...module.entries.filter((entry) => entry.category === category).map((entry) => linked(section(entry, module))),
      ].join('\n\n'),
    )
    const head = `---\npageClass: reference\neditLink: false\noutline: [2, 3]\n---\n\n`
    const entryNames = [...new Set(module.entries.map((entry) => entry.from))].sort()
    const from = `<p class="module">${entryNames.map((one) => `<code>${one}</code>`).join(', ')}</p>`
    return { page: modulePage(module), text: [`${head}# ${module.name} {#module}`, from, ...body].join('\n\n') }
  })

  const sentence = (text: string) =>
    (/^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text).replaceAll(/\s+/g, ' ').replace(/:$/, '.')
  const overviews = packages.map((one) => {
    const linked = linkedBy(everywhere, (name) => problems.push(`${one.package}: no export is called ${name}`))
    const rows = one.modules.map((module) => {
      const [first] = module.entries
      return `| [\`${module.name}\`](/${modulePage(module)}) | ${linked(sentence(first?.text ?? '')).replaceAll('|', '\\|')} |`
    })
    const head = `---\neditLink: false\noutline: false\n---\n\n# @foldlog/${one.package}`
    const others = one.others.map(({ name, text }) => `\`${name}\`: ${text}`)
    const more = `The [README](/packages/${one.package}) shows how it is used.`
    return {
      page: `reference/${one.package}/index`,
      text: [head, one.text, ...others, more, `| module | |\n| --- | --- |\n${rows.join('\n')}`].join('\n\n'),
    }
  })
  const all = packages.map(
    (one) => `| [\`@foldlog/${one.package}\`](/reference/${one.package}/) | ${one.text.replaceAll('\n', ' ')} |`,
  )
  const start = {
    page: 'reference/index',
    text: `---\neditLink: false\noutline: false\n---\n\n# Reference\n\nEvery export of every package, from the comments of its sources.\n\n| package | |\n| --- | --- |\n${all.join('\n')}`,
  }
  return { pages: [start, ...overviews, ...pages], problems }
}
