/** An export as the reference shows it. */
export interface Entry {
  /** The name as users write it: `Decider`, or `Decider.fold` for a member of a namespace. */
  readonly name: string
  /** The name of the module that exports it, as users import it: `@foldlog/core/store`. */
  readonly from: string
  readonly category: string
  readonly since: string
  /** The text of the comment, without tags. */
  readonly text: string
  /** Markdown, one for each `@example`. */
  readonly examples: ReadonlyArray<string>
  /** Its declarations, as the compiler writes them down for users: a type and a value may have one name. */
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

/** A second entry of a package, as users import it, and what the comment on its file says. */
export interface EntryPoint {
  readonly name: string
  readonly text: string
}

/** A package with its modules, what the comment on its index says, and its other entries. */
export interface Described {
  readonly package: string
  readonly text: string
  readonly others: ReadonlyArray<EntryPoint>
  readonly modules: ReadonlyArray<Module>
}
