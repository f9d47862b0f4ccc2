const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The SHA-256 digest of several texts, encoded so that their boundaries are unambiguous. */
export const digest = async (texts: ReadonlyArray<string>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(texts))))

/** Encodes 128 bits of a digest as a ULID, so that it is valid wherever a ULID is. */
export const toUlid = (bytes: Uint8Array): string => {
  let id = ''
  for (let i = 0; i < 26; i++) id += crockford.charAt((bytes[i] ?? 0) & (i === 0 ? 7 : 31))
  return id
}
