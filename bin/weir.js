#!/usr/bin/env node
import { existsSync } from 'node:fs'
if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) await import('../dist/cli/main.js')
else process.exitCode = (console.error('weir: it is not built yet: npm run build'), 3)
