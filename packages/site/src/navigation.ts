import type { Document } from './Document.ts'
import type { Described } from './reference/Entry.ts'
import { modulePage } from './reference/referencePages.ts'

/** An entry of the side bar, as VitePress has it. */
export interface Item {
  readonly text: string
  readonly link?: string
  readonly items?: ReadonlyArray<Item>
  readonly collapsed?: boolean
}

/**
 * A part of the side bar: its first pages, in this order, and the folder of its other pages. A new page of the folder
 * appears by itself.
 */
interface Part {
  readonly text: string
  readonly first: ReadonlyArray<string>
  readonly others?: (page: string) => boolean
  readonly collapsed?: boolean
}

const parts: ReadonlyArray<Part> = [
  { text: 'Start', first: ['get-started', 'playground', 'comparison', 'benchmarks'] },
  {
    text: 'Guides',
    first: [
      'guides/decider',
      'guides/commands',
      'guides/composing',
      'guides/codec',
      'guides/values',
      'guides/store',
      'guides/dispatcher',
      'guides/handlers',
      'guides/projections',
      'guides/process-managers',
      'guides/application',
      'guides/consumer-groups',
      'guides/testing',
      'guides/operations',
      'guides/http',
      'http',
      'postgres',
      'high-availability',
    ],
    others: (page) => page.startsWith('guides/'),
  },
  {
    text: 'How it works',
    first: ['deciders', 'store-behaviour', 'floor-lock', 'log-history', 'handlers', 'handler-store', 'writing-a-store'],
    others: (page) => !page.includes('/') && page !== 'contributing' && page !== 'changes',
  },
  {
    text: 'Coming from',
    first: ['from/chekov', 'from/commanded', 'from/emmett'],
    others: (page) => page.startsWith('from/'),
  },
  {
    text: 'Packages',
    first: [
      'core',
      'dispatcher',
      'subscriptions',
      'application',
      'operations',
      'cli',
      'memory-store',
      'postgres-store',
      'testing',
    ].map((name) => `packages/${name}`),
    others: (page) => page.startsWith('packages/') && !page.endsWith('-changelog'),
    collapsed: true,
  },
  {
    text: 'Decisions',
    first: ['decisions/index'],
    others: (page) => page.startsWith('decisions/'),
    collapsed: true,
  },
  { text: 'Project', first: ['contributing', 'changes'], others: () => true, collapsed: true },
]

/** The name of a page in the side bar, when its title would not distinguish it from another. */
const titles: Readonly<Record<string, string>> = {
  deciders: 'The laws of deciders',
  handlers: 'What handlers promise',
  'handler-store': 'What a store does for them',
  'decisions/index': 'All',
}

/**
 * Titles with a number, such as those of decisions, keep it in the side bar; other titles end where their explanation
 * begins.
 */
const shortTitle = ({ title, page }: Document): string => {
  const named = titles[page]
  if (named !== undefined) return named
  const [, number] = /^decisions\/(\d{4})/.exec(page) ?? []
  if (number !== undefined) return `${number} ${title.replace(/^\d{4} · /, '')}`
  return title.replace(/^@foldlog\//, '').replace(/: .*$/, '')
}

/** The side bar of all documents. */
export const sidebar = (documents: ReadonlyArray<Document>): ReadonlyArray<Item> => {
  const left = new Map(documents.filter(({ page }) => page !== 'index').map((one) => [one.page, one]))
  return parts.flatMap(({ text, first, others, collapsed }) => {
    const named = first.flatMap((page) => left.get(page) ?? [])
    for (const { page } of named) left.delete(page)
    const rest = [...left.values()].filter(({ page }) => others?.(page) === true)
    for (const { page } of rest) left.delete(page)
    const items = [...named, ...rest].map((one) => ({
      text: shortTitle(one),
      link: `/${one.page.replace(/(^|\/)index$/, '$1')}`,
    }))
    return items.length === 0 ? [] : [{ text, items, ...(collapsed === true ? { collapsed } : {}) }]
  })
}

/**
 * The side bar of the reference. It shows a module of a folder by its name without the folder, which has no room there.
 */
export const referenceSidebar = (packages: ReadonlyArray<Described>): ReadonlyArray<Item> =>
  packages.map((one) => ({
    text: one.package,
    link: `/reference/${one.package}/`,
    collapsed: true,
    items: one.modules.map((module) => ({
      text: module.name.split('/').at(-1) ?? module.name,
      link: `/${modulePage(module)}`,
    })),
  }))
