'use client';

export { RollcallDevtools, type RollcallDevtoolsProps } from './rollcall-devtools.js';
