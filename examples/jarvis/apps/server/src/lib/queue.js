// The jobs for the AI worker.

import { Queue } from 'bullmq';

const KEPT = 200;

export function openQueue(env, log) {
  const url = new URL(env.redisUrl);
  const queue = new Queue(env.queue, {
    connection: {
      host: url.hostname,
      port: Number(url.port || 6379),
      password: url.password || undefined,
      db: Number(url.pathname.slice(1) || 0),
      maxRetriesPerRequest: 1,
      connectionName: 'jarvis-queue',
    },
    defaultJobOptions: {
      attempts: 3,
      backoff: { type: 'exponential', delay: 500 },
      removeOnComplete: KEPT,
      removeOnFail: KEPT,
    },
  });
  queue.on('error', (error) => log.warn({ err: error }, 'the queue'));
  return {
    add: (name, data) => queue.add(name, data, { jobId: data.requestId }),
    close: () => queue.close(),
  };
}
