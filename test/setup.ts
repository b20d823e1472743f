/** Runs before each test file: n8n-core needs decorators' metadata and a user folder that is not the developer's own. */
import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

process.env.N8N_USER_FOLDER ??= mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-'));
// n8n-core writes each node error to the console: a passing run would bury its own result.
process.env.N8N_LOG_LEVEL ??= 'silent';
