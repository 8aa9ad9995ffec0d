// Reads and judges the environment once, at the start: what is wrong is said in one list,
// and the process ends before it takes a request.

const REQUIRED = [
  'DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'CORS_ORIGIN', 'AI_QUEUE_NAME', 'PUBSUB_CHANNEL',
];
const PROVIDERS = {
  AI_PROVIDER: { mock: [], openai: ['OPENAI_API_KEY'] },
  NEWS_PROVIDER: { mock: [], naver: ['NAVER_CLIENT_ID', 'NAVER_CLIENT_SECRET'] },
  HOLIDAY_PROVIDER: { mock: [], datago: ['HOLIDAY_API_KEY'] },
};
const SECRET_LENGTH_MIN = 32;

export function readEnv(source = process.env) {
  const wrong = [];
  const production = source.NODE_ENV === 'production';
  for (const name of REQUIRED) if (!source[name]) wrong.push(`${name} has no value`);
  if (production && (source.JWT_SECRET ?? '').length < SECRET_LENGTH_MIN) {
    wrong.push(`JWT_SECRET has fewer than ${SECRET_LENGTH_MIN} characters`);
  }
  const origins = (source.CORS_ORIGIN ?? '').split(',').map((one) => one.trim()).filter(Boolean);
  if (production && origins.includes('*')) wrong.push('CORS_ORIGIN lets everybody in');
  for (const [name, choices] of Object.entries(PROVIDERS)) {
    const chosen = source[name] || 'mock';
    if (!(chosen in choices)) {
      wrong.push(`${name} is none of ${Object.keys(choices).join(', ')}`);
      continue;
    }
    for (const key of choices[chosen]) {
      if (!source[key]) wrong.push(`${key} has no value, and ${name} is ${chosen}`);
    }
  }
  const poolMax = Number(source.DB_POOL_MAX || 5);
  if (!Number.isInteger(poolMax) || poolMax < 1) wrong.push('DB_POOL_MAX is no positive number');
  if (wrong.length) throw new Error(`the environment is not as it must be: ${wrong.join('; ')}`);
  return Object.freeze({
    production,
    port: Number(source.PORT || 8080),
    release: source.SHIPWAY_RELEASE || 'dev',
    logLevel: (source.LOG_LEVEL || 'info').toLowerCase(),
    databaseUrl: source.DATABASE_URL,
    redisUrl: source.REDIS_URL,
    jwtSecret: source.JWT_SECRET,
    origins,
    devLogin: source.DEV_LOGIN === 'true',
    queue: source.AI_QUEUE_NAME,
    channel: source.PUBSUB_CHANNEL,
    poolMax,
    ai: {
      provider: source.AI_PROVIDER || 'mock',
      key: source.OPENAI_API_KEY,
      base: source.OPENAI_BASE_URL || 'https://api.openai.com/v1',
      translate: source.OPENAI_TRANSLATE_MODEL || 'gpt-4o-mini',
      idea: source.OPENAI_IDEA_MODEL || 'gpt-4o-mini',
    },
    news: {
      provider: source.NEWS_PROVIDER || 'mock',
      id: source.NAVER_CLIENT_ID,
      secret: source.NAVER_CLIENT_SECRET,
    },
    holidays: { provider: source.HOLIDAY_PROVIDER || 'mock', key: source.HOLIDAY_API_KEY },
  });
}
