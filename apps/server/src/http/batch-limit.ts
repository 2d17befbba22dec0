/** Calls in one HTTP request or one WebSocket message; each is small beside what its procedure may do. */
export const MAX_CALLS_PER_BATCH = 20;
