import type { EventId } from '@foldlog/core'

// The library `ulid` also converts, at 7 to 8 microseconds per id here: half of the whole cost of an append. These
// functions take 0.2 to 0.7 microseconds. Both forms are 128 bits: after the first 8 (two digits of either form), 20
// bits are five hexadecimal digits or four of Crockford's.
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const valuesOf = (digits: string): Uint8Array => {
  const values = new Uint8Array(128)
  for (let i = 0; i < digits.length; i++) values[digits.charCodeAt(i)] = i
  return values
}

const crockfordValues = valuesOf(crockford)
const hexValues = valuesOf('0123456789abcdef')

const valueAt = (text: string, at: number): number => crockfordValues[text.charCodeAt(at)] ?? 0

const hex = (bits: number, digits: number): string => bits.toString(16).padStart(digits, '0')

/** Converts a ULID to a `uuid` with the same 16 bytes, as Postgres writes it. */
export const uuidOf = (id: EventId): string => {
  let all = hex((valueAt(id, 0) << 5) | valueAt(id, 1), 2)
  for (let at = 2; at < 26; at += 4) {
    const bits =
      (valueAt(id, at) << 15) | (valueAt(id, at + 1) << 10) | (valueAt(id, at + 2) << 5) | valueAt(id, at + 3)
    all += hex(bits, 5)
  }
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-${all.slice(12, 16)}-${all.slice(16, 20)}-${all.slice(20)}`
}

/** The offsets of the 32 digits of a `uuid` between its dashes. */
const digitOffsets = Uint8Array.from(
  [0, 9, 14, 19, 24].flatMap((start, i) => Array.from({ length: [8, 4, 4, 4, 12][i] ?? 0 }, (_, n) => start + n)),
)

const hexAt = (uuid: string, digit: number): number => hexValues[uuid.charCodeAt(digitOffsets[digit] ?? 0)] ?? 0

/** All values of ten bits, as two digits of Crockford's alphabet. */
const pairs = Array.from({ length: 1024 }, (_, bits) => crockford.charAt(bits >> 5) + crockford.charAt(bits & 31))

/** Converts a stored `uuid` back to its ULID. */
export const eventIdOf = (uuid: string): EventId => {
  let id = pairs[(hexAt(uuid, 0) << 4) | hexAt(uuid, 1)] ?? ''
  for (let at = 2; at < 32; at += 5) {
    const bits =
      (hexAt(uuid, at) << 16) |
      (hexAt(uuid, at + 1) << 12) |
      (hexAt(uuid, at + 2) << 8) |
      (hexAt(uuid, at + 3) << 4) |
      hexAt(uuid, at + 4)
    id += `${pairs[bits >> 10]}${pairs[bits & 1023]}`
  }
  // 26 digits of Crockford's alphabet, the first from three bits: a canonical ULID.
  return id as EventId
}

const codes = Uint8Array.from(crockford, (digit) => digit.charCodeAt(0))

/** The character code of five bits, which are shifted to the right first. */
const codeAt = (bits: number, shift: number): number => codes[(bits >> shift) & 31] ?? 0

/** The first 20 of 40 bits, which begin at this byte. */
const upperBits = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 12) | ((bytes[at + 1] ?? 0) << 4) | ((bytes[at + 2] ?? 0) >> 4)

/** The last 20 of 40 bits, which begin at this byte. */
const lowerBits = (bytes: Uint8Array, at: number): number =>
  (((bytes[at + 2] ?? 0) & 15) << 16) | ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)

/**
 * Reads the ULID in the 16 bytes that begin at this one. A text that is made at once takes half of the time of one that
 * is joined from parts, and is one object on the heap in place of twenty.
 */
export const eventIdAt = (bytes: Uint8Array, at: number): EventId => {
  const first = bytes[at] ?? 0
  const a = upperBits(bytes, at + 1)
  const b = lowerBits(bytes, at + 1)
  const c = upperBits(bytes, at + 6)
  const d = lowerBits(bytes, at + 6)
  const e = upperBits(bytes, at + 11)
  const f = lowerBits(bytes, at + 11)
  const id = String.fromCharCode(
    codeAt(first, 5),
    codeAt(first, 0),
    codeAt(a, 15),
    codeAt(a, 10),
    codeAt(a, 5),
    codeAt(a, 0),
    codeAt(b, 15),
    codeAt(b, 10),
    codeAt(b, 5),
    codeAt(b, 0),
    codeAt(c, 15),
    codeAt(c, 10),
    codeAt(c, 5),
    codeAt(c, 0),
    codeAt(d, 15),
    codeAt(d, 10),
    codeAt(d, 5),
    codeAt(d, 0),
    codeAt(e, 15),
    codeAt(e, 10),
    codeAt(e, 5),
    codeAt(e, 0),
    codeAt(f, 15),
    codeAt(f, 10),
    codeAt(f, 5),
    codeAt(f, 0),
  )
  // 26 digits of Crockford's alphabet, the first from three bits: a canonical ULID.
  return id as EventId
}
