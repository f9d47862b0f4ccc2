/** The categories of comments, in their order on a page of the reference; a namespace is shown by its members. */
export const categories = [
  'model',
  'codecs',
  'constructors',
  'destructors',
  'combinators',
  'predicates',
  'refinements',
  'constants',
  'errors',
  'type level',
  'for store authors',
]
