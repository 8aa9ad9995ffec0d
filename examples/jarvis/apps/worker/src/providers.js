// Who answers.  A provider yields its answer piece by piece.

const ANSWER_MS = 120_000;

export function provider(env) {
  return env.provider === 'openai' ? openai(env) : mock();
}

// Answers always the same, in pieces, so that streaming can be seen without a key.
function mock() {
  return {
    async* chat(messages) {
      const last = messages.at(-1).content;
      yield* pieces(`Jarvis heard: ${last}`);
    },
    async* minutes(texts) {
      yield* pieces(`Minutes of ${texts.length} messages: ${texts.slice(0, 5).join('; ') || 'nothing was said'}`);
    },
  };
}

async function* pieces(text) {
  for (const word of text.split(/(?<= )/)) {
    await new Promise((done) => { setTimeout(done, 5); });
    yield word;
  }
}

function openai(env) {
  async function* stream(messages) {
    const answer = await fetch(`${env.base}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: env.model, messages, stream: true }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok) throw new Error(`OpenAI answered ${answer.status}`);
    yield* deltas(answer.body);
  }
  return {
    chat: stream,
    minutes: (texts) => stream([
      { role: 'system', content: 'Write the minutes of this conversation: decisions, open points.' },
      { role: 'user', content: texts.join('\n') },
    ]),
  };
}

// The pieces in a stream of server-sent events, as OpenAI's API writes them.
export async function* deltas(body) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const data = line.startsWith('data:') ? line.slice(5).trim() : '';
      if (!data || data === '[DONE]') continue;
      const piece = JSON.parse(data).choices?.[0]?.delta?.content;
      if (piece) yield piece;
    }
  }
}
