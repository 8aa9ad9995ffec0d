// Whether the server can work: asked by the front door, by people and by monitors.

import { VERSION } from '../version.js';

const ANSWER_MS = 2000;

async function answers(asked) {
  let timer;
  const late = new Promise((_, refuse) => { timer = setTimeout(refuse, ANSWER_MS, new Error('late')); });
  try {
    await Promise.race([asked, late]);
    return 'ok';
  } catch {
    return 'down';
  } finally {
    clearTimeout(timer);
  }
}

export async function healthRoutes(app, { db, redis, env, hub }) {
  app.get('/health', async (_request, reply) => {
    const [database, cache] = await Promise.all([
      answers(db.rows('SELECT 1')), answers(redis.commands.ping()),
    ]);
    const good = database === 'ok' && cache === 'ok';
    reply.status(good ? 200 : 503);
    return { status: good ? 'ok' : 'degraded', database, redis: cache, version: VERSION, release: env.release };
  });

  // For Prometheus and for Shipway's indicators.
  app.get('/metrics', async (_request, reply) => {
    reply.type('text/plain; version=0.0.4');
    return [
      '# HELP jarvis_ws_connections Open WebSockets of this instance.',
      '# TYPE jarvis_ws_connections gauge',
      `jarvis_ws_connections ${hub.size()}`,
      '',
    ].join('\n');
  });
}
