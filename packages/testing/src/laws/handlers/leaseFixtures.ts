export const partitionsOf = ({ leases }: { readonly leases: ReadonlyArray<{ readonly partition: number }> }) =>
  leases.map(({ partition }) => partition)

export const numbered = (count: number) => Array.from({ length: count }, (_, i) => i)
