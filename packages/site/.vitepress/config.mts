import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'

/** Written by `src/stage.ts`, beside the pages. */
const { sidebar, reference } = JSON.parse(
  readFileSync(new URL('../dist/pages/navigation.json', import.meta.url), 'utf8'),
)

/** As GitHub does, so that a link to a heading works in both places. */
const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

export default defineConfig({
  title: 'foldlog',
  description:
    'Event sourcing is a fold over a log: a functional toolkit for TypeScript, on fp-ts, io-ts and Postgres.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }]],
  srcDir: 'dist/pages',
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  // A page is small enough to be fetched when it is wanted.
  router: { prefetchLinks: false },
  markdown: { anchor: { slugify }, theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Get started', link: '/get-started' },
      { text: 'Guides', link: '/guides/decider', activeMatch: '^/(guides/|postgres)' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Playground', link: '/playground' },
      { text: 'Comparison', link: '/comparison' },
    ],
    sidebar: { '/reference/': reference, '/': sidebar },
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'MIT licence' },
  },
})
