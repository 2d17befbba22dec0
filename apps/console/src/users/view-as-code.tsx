import { getRouteApi } from '@tanstack/react-router';
import { CodeSamples } from '../frame/code-samples.js';
import { codeOfList } from './list-code.js';
import { listOf } from './users-search.js';

const route = getRouteApi('/users');

/** The list as a program asks for it. */
export function ViewAsCode() {
  return <CodeSamples samples={codeOfList(location.origin, listOf(route.useSearch()))} />;
}
