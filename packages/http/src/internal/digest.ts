/** The SHA-256 digest of several texts, encoded so that their boundaries are unambiguous. */
export const digest = async (texts: ReadonlyArray<string>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(texts))))
