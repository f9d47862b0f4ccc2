/** The answer to HEAD: that of GET without its body, which is cancelled. */
export const withoutBody = ({ status, headers, body }: Response): Response => {
  void body?.cancel()
  return new Response(null, { status, headers })
}
