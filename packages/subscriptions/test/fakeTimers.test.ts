import { describeFakeTimers } from './describeFakeTimers.ts'

describeFakeTimers('on Node')
