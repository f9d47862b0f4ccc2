import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { categories } from '../../packages/site/src/reference/categories.ts'
import { root } from './root.ts'

/** Something a rule has found: `file:line: what`. */
export type Finding = string

/** Syntax alone is looked at, so that this takes no type check. */
export const parse = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)

const lineOf = (source: ts.SourceFile, position: number): number => source.getLineAndCharacterOfPosition(position).line

/** A finding at a node. */
export const finding = (source: ts.SourceFile, node: ts.Node, what: string): Finding =>
  `${source.fileName}:${lineOf(source, node.getStart(source)) + 1}: ${what}`

const commented = /(^|\s)(\/\/|\/\*)|^\s*\*|\*\/\s*$/
const comment = /^\s*(\/\/|\/\*|\*)/

/** A proof is a comment on a line of the cast, or on the line right above the cast or its statement. */
const isProved = (source: ts.SourceFile, lines: ReadonlyArray<string>, cast: ts.AsExpression): boolean => {
  const keyword = lineOf(source, cast.type.getStart(source))
  const first = lineOf(source, cast.getStart(source))
  const statement = ts.findAncestor(cast, ts.isStatement)
  const above = [keyword, first, statement === undefined ? first : lineOf(source, statement.getStart(source))]
  return (
    lines.slice(first, lineOf(source, cast.end) + 1).some((line) => commented.test(line)) ||
    above.some((line) => comment.test(lines[line - 1] ?? ''))
  )
}

/** Ways around the type checker: `any`, `!`, casts that nothing proves, suppressed errors. */
export const escapes = (source: ts.SourceFile): ReadonlyArray<Finding> => {
  const lines = source.text.split('\n')
  const found: Array<Finding> = []
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(finding(source, node, '`any`'))
    if (ts.isNonNullExpression(node)) found.push(finding(source, node, '`!`'))
    if ((ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) && node.exclamationToken !== undefined)
      found.push(finding(source, node, '`!`'))
    if (ts.isTypeAssertionExpression(node)) found.push(finding(source, node, 'cast with angle brackets'))
    if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type) && !isProved(source, lines, node))
      found.push(finding(source, node, `cast without proof: ${node.getText(source).slice(0, 60)}`))
    ts.forEachChild(node, visit)
  }
  visit(source)
  for (const [index, line] of lines.entries())
    if (/@ts-(ignore|expect-error|nocheck)/.test(line)) found.push(`${source.fileName}:${index + 1}: suppressed error`)
  return found
}

/** Imports of parts of fp-ts and io-ts, which break native ESM or make a second copy. */
export const deepImports = (source: ts.SourceFile): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  const visit = (node: ts.Node): void => {
    const named =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : ts.isCallExpression(node)
            ? node.arguments[0]
            : undefined
    if (named !== undefined && ts.isStringLiteral(named) && /^(fp|io)-ts\//.test(named.text))
      found.push(finding(source, node, named.text))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)

const namesOf = (node: ts.Statement): ReadonlyArray<string> =>
  ts.isVariableStatement(node)
    ? node.declarationList.declarations.map((declaration) => declaration.name.getText())
    : ts.isFunctionDeclaration(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isEnumDeclaration(node) ||
        ts.isModuleDeclaration(node)
      ? [node.name?.getText() ?? 'default']
      : []

const documented = (source: ts.SourceFile, node: ts.Statement, name: string): ReadonlyArray<Finding> => {
  // Of several comments editors show the last.
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const doc = comments[comments.length - 1]
  const sentence = ts.getTextOfJSDocComment(doc?.comment) ?? ''
  const tags = new Map(doc?.tags?.map((tag) => [tag.tagName.text, ts.getTextOfJSDocComment(tag.comment) ?? '']))
  return [
    ...(sentence.trim() === '' ? ['no sentence'] : []),
    ...['category', 'since'].filter((tag) => (tags.get(tag) ?? '') === '').map((tag) => `no @${tag}`),
    ...(allowed.has(tags.get('category') ?? 'model') ? [] : [`@category ${tags.get('category')} is none of ours`]),
    ...(/^(\d+\.\d+\.\d+)?$/.test(tags.get('since') ?? '') ? [] : [`@since ${tags.get('since')} is no version`]),
    ...(ts.isInterfaceDeclaration(node) ? numbers(node, sentence) : []),
  ].map((what) => finding(source, node, `${name}: ${what}`))
}

/** Those of the reference, and that of what it shows by its members. */
const allowed: ReadonlySet<string> = new Set([...categories, 'namespace'])

/** A number needs a comment with its meaning and unit, of its own or by its name in that of the interface. */
const numbers = (node: ts.InterfaceDeclaration, sentence: string): ReadonlyArray<string> =>
  node.members
    .filter(ts.isPropertySignature)
    .filter(({ type }) => type?.kind === ts.SyntaxKind.NumberKeyword)
    .filter((member) => !ts.getJSDocCommentsAndTags(member).some(ts.isJSDoc))
    .map((member) => member.name.getText())
    .filter((member) => !known.has(member) && !sentence.includes(`\`${member}\``))
    .map((member) => `nothing says what ${member} counts`)

/**
 * The meaning of these names is defined once: versions and positions count from 1, schema versions and generations as
 * well, epochs and partitions.
 */
const known: ReadonlySet<string> = new Set([
  'version',
  'position',
  'schemaVersion',
  'generation',
  'partition',
  'partitions',
  'epoch',
  'revision',
  'port',
  'milliseconds',
  'seed',
])

/**
 * Members of a namespace are constants of its file or of another one, with comments of their own: the reference shows
 * nothing else.
 */
const membersUndocumented = (
  source: ts.SourceFile,
  node: ts.Statement,
  from: (specifier: string) => ts.SourceFile,
): ReadonlyArray<Finding> => {
  if (!ts.isVariableStatement(node)) return []
  const [declaration] = node.declarationList.declarations
  const doc = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)
  const isNamespace = doc?.tags?.some(
    (tag) => tag.tagName.text === 'category' && ts.getTextOfJSDocComment(tag.comment) === 'namespace',
  )
  const initializer = declaration?.initializer
  const value = initializer !== undefined && ts.isAsExpression(initializer) ? initializer.expression : initializer
  if (isNamespace !== true || value === undefined || !ts.isObjectLiteralExpression(value)) return []
  return value.properties.flatMap((property) => {
    const name = property.name?.getText() ?? ''
    const local = ts.isShorthandPropertyAssignment(property)
      ? property.name.text
      : ts.isPropertyAssignment(property) && ts.isIdentifier(property.initializer)
        ? property.initializer.text
        : undefined
    if (local === undefined) return [finding(source, property, `${name}: no constant with a comment of its own`)]
    const [file, there] = importedFrom(source, local, from) ?? [source, local]
    const declared = file.statements.filter((one) => namesOf(one).includes(there))
    return declared.length === 0
      ? [finding(source, property, `${name}: declared nowhere`)]
      : // Of a function with several signatures the first one has the comment.
        declared
          .filter((one) => ts.isVariableStatement(one) || ts.isFunctionDeclaration(one))
          .slice(0, 1)
          .flatMap((one) => documented(file, one, there))
  })
}

const importedFrom = (
  source: ts.SourceFile,
  local: string,
  from: (specifier: string) => ts.SourceFile,
): readonly [ts.SourceFile, string] | undefined => {
  for (const node of source.statements) {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) continue
    const bindings = node.importClause?.namedBindings
    const found =
      bindings !== undefined && ts.isNamedImports(bindings)
        ? bindings.elements.find(({ name }) => name.text === local)
        : undefined
    if (found !== undefined) return [from(node.moduleSpecifier.text), (found.propertyName ?? found.name).text]
  }
  return undefined
}

/**
 * Reads files with `read` from `entry` on. Every reached export needs a sentence, `@category`, `@since`, and a unit for
 * its numbers.
 */
export const undocumented = (entry: string, read: (file: string) => string): ReadonlyArray<Finding> => {
  const found = new Set<Finding>()
  const look = (file: string, wanted: ReadonlySet<string> | 'all'): void => {
    const source = parse(file, read(file))
    const beside = (specifier: string) => parse(join(dirname(file), specifier), read(join(dirname(file), specifier)))
    for (const node of source.statements) {
      if (ts.isExportDeclaration(node)) {
        const specifier = node.moduleSpecifier
        // Another package's exports are documented there, and what is declared here is looked at where it is exported.
        if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) continue
        const names = node.exportClause
        look(
          join(dirname(file), specifier.text),
          names !== undefined && ts.isNamedExports(names)
            ? new Set(names.elements.map((element) => (element.propertyName ?? element.name).text))
            : wanted,
        )
      } else if (isExported(node)) {
        for (const name of namesOf(node))
          if (wanted === 'all' || wanted.has(name))
            for (const one of [...documented(source, node, name), ...membersUndocumented(source, node, beside)])
              found.add(one)
      }
    }
  }
  look(entry, 'all')
  return [...found]
}

/** The names that `entry` exports, from its own file and from the files that it passes on. */
export const exportedNames = (entry: string, read: (file: string) => string): ReadonlySet<string> => {
  const found = new Set<string>()
  const look = (file: string, wanted: ReadonlySet<string> | 'all'): void => {
    for (const node of parse(file, read(file)).statements) {
      if (ts.isExportDeclaration(node)) {
        const names = node.exportClause
        const listed =
          names !== undefined && ts.isNamedExports(names)
            ? names.elements.map((element) => element.name.text)
            : undefined
        const specifier = node.moduleSpecifier
        if (specifier !== undefined && ts.isStringLiteral(specifier) && specifier.text.startsWith('.'))
          look(join(dirname(file), specifier.text), listed === undefined ? wanted : new Set(listed))
      } else if (isExported(node)) {
        for (const name of namesOf(node)) if (wanted === 'all' || wanted.has(name)) found.add(name)
      }
    }
  }
  look(entry, 'all')
  return found
}

/** Only what is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly exports?: Readonly<Record<string, string | { readonly '@foldlog/source'?: string }>>
}

/** An entry of a package: the name by which it is imported, and its source, from the directory of the package. */
export interface EntryPoint {
  readonly name: string
  readonly source: string
}

/** The entries of a package, as its package.json has them. */
export const entriesOf = ({ name, exports = {} }: Manifest): ReadonlyArray<EntryPoint> =>
  Object.entries(exports).flatMap(([path, target]) => {
    const source = typeof target === 'string' ? undefined : target['@foldlog/source']
    return source === undefined ? [] : [{ name: `${name}${path.slice(1)}`, source: source.replace('./', '') }]
  })

/** The packages of this repository: their directories, from the root, and what their package.json says. */
export const packages: ReadonlyArray<Manifest & { readonly directory: string }> = readdirSync(join(root, 'packages'))
  .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
  .map((name) => ({
    ...JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
    directory: `packages/${name}`,
  }))

/** Those that are published. */
export const published = packages.filter((one) => one.private !== true)

/** The sources of a package, as paths from the root. */
export const sourcesOf = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.includes('.generated.'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
