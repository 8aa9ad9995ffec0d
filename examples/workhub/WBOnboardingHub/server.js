// The onboarding hub: what a newcomer does first.

import { makeHub, serve } from "whcommon/hub";
import { row, rows } from "whcommon/database";
import { loggedIn } from "whcommon/tokens";

const FIRST = ["계정 확인", "보안 교육", "개발 환경 준비"];
const SHOWN = "id, title, done_at IS NOT NULL AS done";

const hub = makeHub("WBOnboardingHub");
hub.register(async (api) => {
  api.addHook("preHandler", loggedIn);
  api.post("/start", async ({ user }, reply) => {
    await rows(
      "INSERT INTO onboarding.tasks (owner, title) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING",
      [user.id, FIRST],
    );
    reply.code(201);
    return { tasks: await rows(`SELECT ${SHOWN} FROM onboarding.tasks WHERE owner = $1 ORDER BY id`, [user.id]) };
  });
  api.post("/tasks/:id/done", async ({ user, params }, reply) => {
    const done = await row(
      `UPDATE onboarding.tasks SET done_at = now() WHERE id = $1 AND owner = $2 RETURNING ${SHOWN}`,
      [params.id, user.id],
    );
    return done ?? reply.code(404).send({ error: "you have no such task" });
  });
}, { prefix: "/api" });

await serve(hub);
