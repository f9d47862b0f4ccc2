import { renderMermaidSVG } from 'beautiful-mermaid'

const block = /^```mermaid\n([\s\S]*?)^```$/gm

/**
 * The renderer would load its fonts from another host, and the colours are those of the page: the style sheet of the
 * site has both.
 */
const bare = (svg: string): string => svg.replace(/<style>[\s\S]*?<\/style>\s*/, '').replace(/ style="[^"]*"/, '')

/** The smallest letters that the renderer draws, and their size on the page, in pixels. It has no option for either. */
const [drawnLetters, letters] = [11, 14] as const

/** Scales a drawing to the size of its letters. Its width and height are the first two, in the element `svg`. */
const readable = (svg: string): string =>
  svg.replace(/ width="([\d.]+)" height="([\d.]+)"/, (_, ...sides: ReadonlyArray<string>) => {
    const [width, height] = sides.slice(0, 2).map((side) => Math.ceil((Number(side) * letters) / drawnLetters))
    return ` width="${width}" height="${height}"`
  })

/**
 * Renders the Mermaid blocks of a document as SVG. The pages need no program to show them, and change their colours
 * with the page.
 */
export const renderDiagrams = (text: string): string =>
  // In Markdown, HTML ends at a blank line.
  text.replaceAll(block, (_, source: string) => {
    const svg = readable(bare(renderMermaidSVG(source, { padding: 8, layerSpacing: 28 }))).replaceAll(/\n\s*\n/g, '\n')
    return `<figure class="diagram" v-pre>\n${svg}\n</figure>`
  })
