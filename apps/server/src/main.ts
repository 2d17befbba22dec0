#!/usr/bin/env node
import { runServer } from './run-server.js';

process.exit(await runServer(process.env));
