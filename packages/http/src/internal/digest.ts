const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** SHA-256 of some texts, none of which can run into the next. */
export const digest = async (texts: ReadonlyArray<string>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(texts))))

/** 128 bits of a digest in the form of a ULID, so that it can be whatever a ULID can. */
export const toUlid = (bytes: Uint8Array): string => {
  let id = ''
  for (let i = 0; i < 26; i++) id += crockford.charAt((bytes[i] ?? 0) & (i === 0 ? 7 : 31))
  return id
}
