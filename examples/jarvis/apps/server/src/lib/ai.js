// What the server itself asks of an AI: translation, ideas, speech, Pulse.  The mock answers
// at once and always the same, so that every path can be walked without a key.

import { Refused } from './errors.js';

const ANSWER_MS = 20_000;

export function openAi(env) {
  return env.ai.provider === 'openai' ? openai(env.ai) : mock();
}

function mock() {
  return {
    name: 'mock',
    translate: async (text, to) => `[${to}] ${text}`,
    idea: async (texts) => ({
      title: `Idea from ${texts.length} messages`,
      body: texts.slice(-3).join(' / ') || 'Nothing was said yet.',
    }),
    pulse: async (texts) => `${texts.length} messages; calm and busy.`,
    transcribe: async (audio) => `${audio.length} bytes of speech`,
  };
}

function openai(settings) {
  async function ask(path, init) {
    let answer;
    try {
      answer = await fetch(`${settings.base}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${settings.key}` },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      throw new Refused(502, 'openai_unreachable', 'OpenAI does not answer');
    }
    if (!answer.ok) {
      throw new Refused(502, 'openai_refused', `OpenAI answered ${answer.status}`);
    }
    return answer.json();
  }
  async function chat(model, system, user) {
    const body = JSON.stringify({
      model,
      messages: [{ role: 'system', content: system }, { role: 'user', content: user }],
    });
    const headers = { 'content-type': 'application/json' };
    const told = await ask('/chat/completions', { method: 'POST', headers, body });
    return told.choices?.[0]?.message?.content ?? '';
  }
  return {
    name: 'openai',
    translate: (text, to) => chat(settings.translate, `Translate into ${to}.`, text),
    idea: async (texts) => {
      const said = await chat(settings.idea, 'Answer with a title, a line break, an idea.', texts.join('\n'));
      const [title, ...rest] = said.split('\n');
      return { title: title.slice(0, 200), body: rest.join('\n').trim() || title };
    },
    pulse: (texts) => chat(settings.idea, 'Sum up the mood of this conversation.', texts.join('\n')),
    transcribe: async (audio, type) => {
      const form = new FormData();
      form.set('model', 'whisper-1');
      form.set('file', new Blob([audio], { type }), 'speech');
      return (await ask('/audio/transcriptions', { method: 'POST', body: form })).text ?? '';
    },
    // The cheapest call that shows whether the key is accepted.
    probe: () => ask('/models', { method: 'GET' }),
  };
}
