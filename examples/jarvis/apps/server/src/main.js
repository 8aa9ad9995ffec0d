// Starts the server, and ends it in order: sockets are told, requests are answered, stores closed.

import { buildApp } from './app.js';
import { readEnv } from './lib/env.js';

const CONFIGURATION = 78; // EX_CONFIG

let env;
try {
  env = readEnv();
} catch (error) {
  console.error(error.message);
  process.exit(CONFIGURATION);
}

const app = await buildApp(env);
let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    app.log.info({ signal }, 'stopping');
    await app.close();
    process.exit(0);
  });
}
await app.listen({ host: '0.0.0.0', port: env.port });
