// The jobs: an answer for one person or for the room, and minutes.  While an answer comes,
// its pieces go to those who may read it; a job that is done again writes nothing twice.

const CONTEXT = 20;

export function jobs({ pool, publish, ai }) {
  async function texts(roomId, limit) {
    const { rows } = await pool.query(
      'SELECT "kind", "text" FROM "Message" WHERE "roomId" = $1 ORDER BY "createdAt" DESC LIMIT $2', [roomId, limit],
    );
    return rows.reverse();
  }

  async function answer(request) {
    const said = await texts(request.roomId, request.kind === 'minutes' ? 200 : CONTEXT);
    if (request.kind === 'minutes') return ai.minutes(said.map((row) => row.text));
    const context = said.map(({ kind, text }) => ({ role: kind === 'ai' ? 'assistant' : 'user', content: text }));
    return ai.chat([...context, { role: 'user', content: request.prompt }]);
  }

  async function finish(request, result, chunks) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rowCount } = await client.query(
        `UPDATE "AiRequest" SET "state" = 'done', "result" = $2, "chunks" = $3, "finishedAt" = now()
         WHERE "id" = $1 AND "state" <> 'done'`,
        [request.id, result, chunks],
      );
      let message = null;
      if (rowCount && request.visibility === 'public') {
        const kind = request.kind === 'minutes' ? 'minutes' : 'ai';
        ({ rows: [message] } = await client.query(
          'INSERT INTO "Message" ("roomId", "kind", "text") VALUES ($1, $2, $3) RETURNING "id", "roomId", "authorId", "kind", "text", "createdAt"',
          [request.roomId, kind, result],
        ));
      }
      await client.query('COMMIT');
      return message;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => null);
      throw error;
    } finally {
      client.release();
    }
  }

  return async (job) => {
    const { rows: [request] } = await pool.query(
      `UPDATE "AiRequest" SET "state" = 'working' WHERE "id" = $1 AND "state" <> 'done' RETURNING *`, [job.data.requestId],
    );
    if (!request) return; // the room is gone, or another worker was quicker
    const to = request.visibility === 'private' ? { to: request.userId } : {};
    const about = { roomId: request.roomId, requestId: request.id, ...to };
    let result = '';
    let chunks = 0;
    for await (const piece of await answer(request)) {
      result += piece;
      chunks += 1;
      await publish({ type: 'ai.delta', text: piece, ...about });
    }
    const message = await finish(request, result, chunks);
    if (message) await publish({ type: 'message.created', roomId: request.roomId, message });
    await publish({ type: 'ai.done', text: result, ...about });
  };
}
