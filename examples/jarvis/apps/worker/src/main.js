// The worker: takes jobs until it is told to stop, and then finishes those that it holds.

import { Worker } from 'bullmq';
import Redis from 'ioredis';
import pg from 'pg';

import { readEnv } from './env.js';
import { jobs } from './jobs.js';
import { provider } from './providers.js';

const CONFIGURATION = 78; // EX_CONFIG
const say = (level, message, more = {}) => console.log(JSON.stringify({ level, time: Date.now(), message, ...more }));

let env;
try {
  env = readEnv();
} catch (error) {
  console.error(error.message);
  process.exit(CONFIGURATION);
}

const url = new URL(env.databaseUrl);
url.searchParams.delete('schema'); // Prisma's word; PostgreSQL does not know it
const pool = new pg.Pool({
  connectionString: url.toString(),
  max: env.poolMax,
  connectionTimeoutMillis: 5000,
  application_name: 'jarvis-worker',
});
pool.on('error', (error) => say('warn', `the database: ${error.message}`));
const connection = new Redis(env.redisUrl, { maxRetriesPerRequest: null, connectionName: 'jarvis-worker' });
connection.on('error', (error) => say('warn', `Redis: ${error.message}`));

const work = jobs({
  pool,
  ai: provider(env),
  publish: (event) => connection.publish(env.channel, JSON.stringify(event)),
});
const worker = new Worker(env.queue, work, { connection, concurrency: env.concurrency });
worker.on('failed', (job, error) => {
  say('error', `job ${job?.id} failed: ${error.message}`);
  if (job && job.attemptsMade >= (job.opts.attempts ?? 1)) {
    pool.query(`UPDATE "AiRequest" SET "state" = 'failed' WHERE "id" = $1`, [job.data.requestId]).catch(() => null);
  }
});
worker.on('completed', (job) => say('info', 'done', { job: job.id, kind: job.name }));
worker.on('error', (error) => say('warn', `the queue: ${error.message}`));
say('info', 'waiting for jobs', { queue: env.queue, provider: env.provider });

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    say('info', 'stopping', { signal });
    await worker.close();
    connection.disconnect();
    await pool.end();
    process.exit(0);
  });
}
