// The server put together: plugins, routes, the hub; it listens nowhere yet.

import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';

import { openAi } from './lib/ai.js';
import { openDatabase } from './lib/db.js';
import { judge } from './lib/errors.js';
import { openHolidays, openNews } from './lib/outside.js';
import { openQueue } from './lib/queue.js';
import { openRedis } from './lib/redis.js';
import { useAuth } from './plugins/auth.js';
import { authRoutes } from './routes/auth.js';
import { calendarRoutes } from './routes/calendar.js';
import { healthRoutes } from './routes/health.js';
import { helperRoutes } from './routes/helpers.js';
import { messageRoutes } from './routes/messages.js';
import { roomRoutes } from './routes/rooms.js';
import { roomToolRoutes } from './routes/room-tools.js';
import { useHub } from './ws/hub.js';

const BODY_BYTES_MAX = 25 * 1024 * 1024;

export async function buildApp(env) {
  const app = Fastify({
    logger: { level: env.logLevel, redact: ['req.headers.authorization'] },
    disableRequestLogging: true,
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: true,
    forceCloseConnections: 'idle',
  });
  const db = openDatabase(env, app.log);
  const redis = openRedis(env, app.log);
  const queue = openQueue(env, app.log);
  const parts = {
    env, db, redis, queue,
    ai: openAi(env), news: openNews(env), holidays: openHolidays(env),
  };

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('X-Release', env.release);
  });
  app.setErrorHandler((error, request, reply) => {
    const [status, code, message] = judge(error);
    if (status >= 500) request.log.error({ err: error, url: request.url }, code);
    reply.status(status).send({ error: code, code, message });
  });
  app.setNotFoundHandler((_request, reply) => {
    reply.status(404).send({ error: 'not_found', code: 'not_found', message: 'nothing is here' });
  });

  await app.register(cors, {
    origin: env.origins,
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type'],
  });
  let hub;
  await app.register(websocket, {
    options: { maxPayload: 256 * 1024 },
    preClose: (done) => { hub.end().then(() => done(), done); },
  });
  await useAuth(app, parts);
  hub = await useHub(app, parts);
  for (const routes of [
    healthRoutes, authRoutes, roomRoutes, messageRoutes, roomToolRoutes, calendarRoutes,
    helperRoutes,
  ]) {
    await app.register(routes, { ...parts, hub });
  }
  app.addHook('onClose', async () => {
    await queue.close();
    await redis.close();
    await db.close();
  });
  return app;
}
