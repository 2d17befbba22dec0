import { defineConfig } from 'vitest/config';
import { sourceConditions } from '../vitest.shared.js';
import { LONG, SHORT } from './vitest.projects.js';

export default defineConfig({ ...sourceConditions, test: { maxWorkers: 2, projects: [...SHORT, ...LONG] } });
