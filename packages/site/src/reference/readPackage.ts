import { posix } from 'node:path'
import ts from 'typescript'
import { read } from '../repository.ts'
import type { Described, Entry, Module } from './Entry.ts'

const parse = (file: string): ts.SourceFile => ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true)

/** An export of a file; which entry of the package exports it is not known yet. */
type Unplaced = Omit<Entry, 'from'>

/** The text of a comment. */
type Doc = Pick<Entry, 'category' | 'since' | 'text' | 'examples'>

const docOf = (node: ts.Node): Doc => {
  // Of several comments editors show the last.
  const doc = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)
  const tags = (doc?.tags ?? []).map((tag) => [tag.tagName.text, ts.getTextOfJSDocComment(tag.comment) ?? ''] as const)
  const tagged = (wanted: string) => tags.filter(([name]) => name === wanted).map(([, text]) => text)
  return {
    text: ts.getTextOfJSDocComment(doc?.comment) ?? '',
    category: tagged('category').at(-1) ?? '',
    since: tagged('since').at(-1) ?? '',
    examples: tagged('example'),
  }
}

/** The statements of a file by the names they declare. A type and a value may share one. */
const declaredIn = (source: ts.SourceFile): ReadonlyMap<string, ReadonlyArray<ts.Statement>> => {
  const found = new Map<string, Array<ts.Statement>>()
  for (const node of source.statements) {
    const names = ts.isVariableStatement(node)
      ? node.declarationList.declarations.map(({ name }) => name.getText())
      : ts.isFunctionDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
        ? [node.name?.text ?? '']
        : []
    for (const name of names) found.set(name, [...(found.get(name) ?? []), node])
  }
  return found
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

/** A declaration without what every declaration of a user's has, indented as sources are. */
const declaration = (node: ts.Node): string =>
  node
    .getText()
    .replace(/^export /, '')
    .replace(/^declare /, '')
    .replace(/;$/, '')
    .replaceAll(/^( {4})+/gm, (spaces) => ' '.repeat(spaces.length / 2))
    .replaceAll(/;$/gm, '')

/** The file from which a file imports a name, when that is a file of its package. */
const importedFrom = (source: ts.SourceFile, wanted: string): readonly [file: string, name: string] | undefined => {
  for (const node of source.statements) {
    const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined
    if (bindings === undefined || !ts.isNamedImports(bindings) || !ts.isImportDeclaration(node)) continue
    const found = bindings.elements.find(({ name }) => name.text === wanted)
    if (found !== undefined && ts.isStringLiteral(node.moduleSpecifier))
      return [
        posix.join(posix.dirname(source.fileName), node.moduleSpecifier.text),
        (found.propertyName ?? found.name).text,
      ]
  }
  return undefined
}

/** The sources of a package beside what the compiler made of them: comments are in the ones, types in the others. */
interface Sides {
  readonly source: (file: string) => ts.SourceFile
  readonly built: (file: string) => ts.SourceFile
}

const sidesOf = (home: string): Sides => {
  const known = new Map<string, ts.SourceFile>()
  const once = (file: string) => {
    const parsed = known.get(file) ?? parse(file)
    known.set(file, parsed)
    return parsed
  }
  return {
    source: (file) => once(`${home}/src/${file}`),
    built: (file) => once(`${home}/dist/esm/${file.replace(/\.ts$/, '.d.ts')}`),
  }
}

/**
 * The members of a namespace, each an entry: its comment is that of the named constant, in this file or in the one that
 * it is imported from.
 */
const membersOf = (
  sides: Sides,
  file: string,
  namespace: string,
  literal: ts.TypeLiteralNode,
): ReadonlyArray<Unplaced> =>
  literal.members.filter(ts.isPropertySignature).map((member) => {
    const [name, type] = [member.name.getText(), member.type]
    const target = type !== undefined && ts.isTypeQueryNode(type) ? type.exprName.getText() : undefined
    const source = sides.source(file)
    const values = objectOf(source, namespace)
    const local = values.get(name) ?? name
    const from = importedFrom(source, local)
    const homeLength = source.fileName.length - file.length
    const [where, there] = from === undefined ? [file, local] : [from[0].slice(homeLength), from[1]]
    // Of a function with several signatures the first one has the comment.
    const documented = (declaredIn(sides.source(where)).get(there) ?? []).find(isValue)
    const built = target === undefined ? [] : (declaredIn(sides.built(where)).get(there) ?? []).filter(isValue)
    const signatures = built.filter(ts.isFunctionDeclaration).map(declaration)
    const constant = built.find(ts.isVariableStatement)?.declarationList.declarations[0]?.type
    const written = constant?.getText() ?? type?.getText() ?? 'unknown'
    const doc = documented === undefined ? { text: '', category: '', since: '', examples: [] } : docOf(documented)
    const shown = `const ${name}: ${written}`.replaceAll(/^( {4})+/gm, (spaces) => ' '.repeat(spaces.length / 2))
    const declarations = signatures.length > 0 ? signatures : [shown.replaceAll(/;$/gm, '')]
    return { ...doc, name: `${namespace}.${name}`, declarations }
  })

const isValue = (statement: ts.Statement): statement is ts.VariableStatement | ts.FunctionDeclaration =>
  ts.isVariableStatement(statement) || ts.isFunctionDeclaration(statement)

/** The values under the keys of a namespace: `{ make: ofDecider, fold }`. */
const objectOf = (source: ts.SourceFile, namespace: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === namespace && node.initializer !== undefined) {
      const value = ts.isAsExpression(node.initializer) ? node.initializer.expression : node.initializer
      if (ts.isObjectLiteralExpression(value))
        for (const property of value.properties) {
          if (ts.isShorthandPropertyAssignment(property)) found.set(property.name.text, property.name.text)
          if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.initializer))
            found.set(property.name.getText(), property.initializer.text)
        }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const entriesOf = (sides: Sides, file: string, wanted: (name: string) => boolean): ReadonlyArray<Unplaced> => {
  const [sources, built] = [declaredIn(sides.source(file)), declaredIn(sides.built(file))]
  return [...sources].flatMap(([name, statements]) => {
    const exported = statements.filter(isExported)
    const [first] = exported
    if (first === undefined || !wanted(name)) return []
    const shown = (built.get(name) ?? []).filter(isExported)
    const docs = exported.map((statement) => [statement, docOf(statement)] as const)
    const plain = docs.filter(([, { category }]) => category !== 'namespace')
    const namespace = shown
      .filter(ts.isVariableStatement)
      .map((statement) => statement.declarationList.declarations[0]?.type)
      .find((type) => type !== undefined && ts.isTypeLiteralNode(type))
    const isNamespace = docs.length > plain.length && namespace !== undefined && ts.isTypeLiteralNode(namespace)
    const [own] = plain
    const entry: ReadonlyArray<Unplaced> =
      own === undefined
        ? []
        : [
            {
              ...own[1],
              name,
              text: plain.map(([, { text }]) => text).join('\n\n'),
              examples: plain.flatMap(([, { examples }]) => examples),
              declarations: shown.filter((one) => !(isNamespace && ts.isVariableStatement(one))).map(declaration),
            },
          ]
    return [...entry, ...(isNamespace ? membersOf(sides, file, name, namespace) : [])]
  })
}

/** The needed part of a package.json. */
interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly '@foldlog/source'?: string }>>
}

/** The entries of a package: the name by which each is imported, and its file in `src`. The first is the index. */
const entryFilesOf = (name: string): ReadonlyArray<readonly [from: string, file: string]> => {
  const { exports }: Manifest = JSON.parse(read(`packages/${name}/package.json`))
  return Object.entries(exports).flatMap(([path, target]) => {
    const source = typeof target === 'string' ? undefined : target['@foldlog/source']
    return source === undefined ? [] : [[`@foldlog/${name}${path.slice(1)}`, source.replace('./src/', '')] as const]
  })
}

/** The sentences above the first import or export of a file. */
const headText = ({ text }: ts.SourceFile): string =>
  (/^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '')
    .replaceAll(/^\s*\* ?/gm, '')
    .replace(/@since[\s\S]*$/, '')
    .trim()

/** The exports of a package, from its entries on, file by file. */
export const readPackage = (name: string): Described => {
  const sides = sidesOf(`packages/${name}`)
  const modules = new Map<string, Module>()
  const look = (from: string, file: string, wanted: (name: string) => boolean): void => {
    // Two entries may each export a part of a file.
    const entries = [
      ...(modules.get(file)?.entries ?? []),
      ...entriesOf(sides, file, wanted).map((entry) => ({ ...entry, from })),
    ]
    if (entries.length > 0)
      modules.set(file, { package: name, name: file.replace(/\.ts$/, '').replace(/^internal\//, ''), entries })
    for (const node of sides.source(file).statements) {
      const specifier = ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined
      if (!ts.isExportDeclaration(node) || specifier === undefined || !ts.isStringLiteral(specifier)) continue
      if (!specifier.text.startsWith('.')) continue
      const clause = node.exportClause
      const named =
        clause !== undefined && ts.isNamedExports(clause)
          ? new Set(clause.elements.map((element) => (element.propertyName ?? element.name).text))
          : undefined
      look(from, posix.join(posix.dirname(file), specifier.text), (one) => named?.has(one) ?? wanted(one))
    }
  }
  const files = entryFilesOf(name)
  for (const [from, file] of files) look(from, file, () => true)
  const [first, ...others] = files.map(([from, file]) => ({ name: from, text: headText(sides.source(file)) }))
  return {
    package: name,
    text: first?.text ?? '',
    others,
    modules: [...modules.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
