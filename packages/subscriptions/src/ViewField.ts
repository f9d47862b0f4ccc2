/** The depth to which the compiler follows fields, so that a recursive view has an end. */
type Deeper<Depth extends ReadonlyArray<unknown>> = readonly [...Depth, unknown]

type FieldsIn<Stored, Depth extends ReadonlyArray<unknown>> = Depth['length'] extends 6
  ? never
  : Stored extends ReadonlyArray<unknown>
    ? never
    : Stored extends object
      ? {
          [Name in keyof Stored & string]-?: Name extends `${string}.${string}`
            ? never
            : Name | `${Name}.${FieldsIn<Stored[Name], Deeper<Depth>>}`
        }[keyof Stored & string]
      : never

/**
 * A field of the stored form of a view, as a text: `status`, or `guest.name` for the field `name` of the object
 * `guest`. The elements of lists are no fields, nor is a name with a dot in it. Any text when the stored form is not
 * known.
 *
 * @category type level
 * @since 0.1.0
 */
export type ViewField<Stored> = unknown extends Stored ? string : FieldsIn<Stored, readonly []>

/** The values of a field; of a union, those of each member that has it. */
type ValueIn<Stored, Field extends string> = Stored extends object
  ? Field extends keyof Stored
    ? Stored[Field]
    : Field extends `${infer Name}.${infer Rest}`
      ? Name extends keyof Stored
        ? ValueIn<Stored[Name], Rest>
        : never
      : never
  : never

/**
 * The values of a field that a query can compare: texts, numbers, booleans and null.
 *
 * @category type level
 * @since 0.1.0
 */
export type ViewFieldValue<Stored, Field extends string> = unknown extends Stored
  ? ViewScalar
  : Extract<ValueIn<Stored, Field>, ViewScalar>

/**
 * A value that a query can compare.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewScalar = null | boolean | number | string
