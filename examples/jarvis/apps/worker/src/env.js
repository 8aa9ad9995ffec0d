// Reads and judges the environment once, at the start.

const REQUIRED = ['DATABASE_URL', 'REDIS_URL', 'AI_PROVIDER', 'AI_QUEUE_NAME', 'PUBSUB_CHANNEL'];
const PROVIDERS = { mock: [], openai: ['OPENAI_API_KEY', 'OPENAI_MODEL'] };

export function readEnv(source = process.env) {
  const wrong = REQUIRED.filter((name) => !source[name]).map((name) => `${name} has no value`);
  const needed = PROVIDERS[source.AI_PROVIDER];
  if (source.AI_PROVIDER && !needed) {
    wrong.push(`AI_PROVIDER is none of ${Object.keys(PROVIDERS).join(', ')}`);
  }
  for (const name of needed ?? []) {
    if (!source[name]) wrong.push(`${name} has no value, and AI_PROVIDER is ${source.AI_PROVIDER}`);
  }
  if (wrong.length) throw new Error(`the environment is not as it must be: ${wrong.join('; ')}`);
  return Object.freeze({
    databaseUrl: source.DATABASE_URL,
    redisUrl: source.REDIS_URL,
    queue: source.AI_QUEUE_NAME,
    channel: source.PUBSUB_CHANNEL,
    concurrency: Number(source.WORKER_CONCURRENCY || 2),
    poolMax: Number(source.DB_POOL_MAX || 3),
    provider: source.AI_PROVIDER,
    key: source.OPENAI_API_KEY,
    base: source.OPENAI_BASE_URL || 'https://api.openai.com/v1',
    model: source.OPENAI_MODEL,
  });
}
