/**
 * Property tests of deciders and codecs, given/when/then, and the laws of every store.
 *
 * @since 0.1.0
 */
export type { HandlerLaw, HandlerStoreUnderTest, MakeHandlerStore } from './handlerLaws/HandlerLaw.ts'
export { handlerStoreLaws } from './handlerLaws/handlerStoreLaws.ts'
