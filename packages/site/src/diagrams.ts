import { renderMermaidSVG } from 'beautiful-mermaid'

const block = /^```mermaid\n([\s\S]*?)^```$/gm

/** Its fonts would be fetched from elsewhere, and its colours are those of the page: both stand in the style sheet of the site. */
const bare = (svg: string): string => svg.replace(/<style>[\s\S]*?<\/style>\s*/, '').replace(/ style="[^"]*"/, '')

/** The Mermaid blocks of a document as SVG. The pages need no program to show them, and change their colours with the page. */
export const drawn = (text: string): string =>
  // In Markdown, HTML ends at a blank line.
  text.replaceAll(block, (_, source: string) => {
    const svg = bare(renderMermaidSVG(source)).replaceAll(/\n\s*\n/g, '\n')
    return `<figure class="diagram" v-pre>\n${svg}\n</figure>`
  })
