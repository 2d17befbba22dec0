export { statusOf as statusOfCode, typeOf } from './problem.js';
export { pathFields, type QueryKind, type Route, replacesWhole, takesKey } from './route.js';
export { ROUTES, WITHOUT_ROUTE } from './routes.js';
export { statusOf } from './shape-answer.js';
