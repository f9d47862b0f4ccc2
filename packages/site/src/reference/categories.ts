/** The categories that comments may name, in the order in which a page of the reference has them; a namespace is shown by its members. */
export const categories = [
  'model',
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
