/** An export as the reference shows it. */
export interface Entry {
  /** The name as users write it: `Decider`, or `Decider.fold` for a member of a namespace. */
  readonly name: string
  readonly category: string
  readonly since: string
  /** The text of the comment, without tags. */
  readonly text: string
  /** Markdown, one for each `@example`. */
  readonly examples: ReadonlyArray<string>
  /** Its declarations, as the compiler writes them for users: a type and a value may have the same name. */
  readonly declarations: ReadonlyArray<string>
}

/** A file of a package that exports something. */
export interface Module {
  /** As in `packages`: `memory-store`. */
  readonly package: string
  /** That of the file: `Decider`, `laws/handlers/HandlerLaw`. */
  readonly name: string
  readonly entries: ReadonlyArray<Entry>
}

/** A package with its modules, and what the comment on its index says. */
export interface Described {
  readonly package: string
  readonly text: string
  readonly modules: ReadonlyArray<Module>
}
