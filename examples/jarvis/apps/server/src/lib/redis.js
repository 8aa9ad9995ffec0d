// Redis: one connection for commands, one that listens to the room events.

import Redis from 'ioredis';

export function openRedis(env, log) {
  const make = (name) => {
    const redis = new Redis(env.redisUrl, {
      connectionName: name,
      maxRetriesPerRequest: 1,
      connectTimeout: 3000,
      commandTimeout: 3000,
      retryStrategy: (tries) => Math.min(tries * 200, 2000),
    });
    redis.on('error', (error) => log.warn({ err: error }, 'Redis'));
    return redis;
  };
  const commands = make('jarvis-server');
  const listener = new Redis(env.redisUrl, {
    connectionName: 'jarvis-hub',
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(tries * 200, 2000),
  });
  listener.on('error', (error) => log.warn({ err: error }, 'Redis, the hub'));
  return {
    commands,
    listener,
    publish: (event) => commands.publish(env.channel, JSON.stringify(event)),
    close: async () => {
      listener.disconnect();
      await commands.quit().catch(() => commands.disconnect());
    },
  };
}
