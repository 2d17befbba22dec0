export { type AppRouter, appRouter } from './app-router.js';
export { type CallerBudget, CallerBudgets } from './caller-budget.js';
export { type CallerKey, callerKeyOf, keyOfAddress, kindOfCaller, type Origin } from './caller-key.js';
export type { Authentication, CallContext, CallerConnection } from './context.js';
export { bytesOfInput, decodeMessage } from './decode-message.js';
export { frameEncoder } from './encode-frame.js';
export { codeOf, isFault, toErrorData } from './error-shape.js';
export { hubOf } from './event-hub.js';
export type {
  BudgetName,
  CallOutcome,
  EndedCall,
  RouterInstruments,
  RouterMeter,
  RouterSpan,
  RouterTrace,
} from './instruments.js';
export { hasMoreValues } from './json-values.js';
export { failedWith, isMeasured } from './measured-call.js';
export type { Outlet, OutletPeer } from './outlet.js';
export { Outlets } from './outlets.js';
export { kindOfProcedure, PROCEDURES } from './procedure-kinds.js';
export { ProcessOverview } from './process-overview.js';
export { slices } from './slices.js';
export { WatchedUsers } from './watched-users.js';
