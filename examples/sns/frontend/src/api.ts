// The API: tokens live in memory and the session's storage; an expired one is renewed once.

export type Post = {
  id: number;
  body: string;
  priority: string;
  state: string;
  published_as: string | null;
  problem: string | null;
};
export type Account = { id: number; provider: string; handle: string };
type Tokens = { access_token: string; refresh_token: string };

const KEY = "sns.tokens";
let tokens: Tokens | null = JSON.parse(sessionStorage.getItem(KEY) ?? "null");

export const accessToken = () => tokens?.access_token ?? null;

export function keep(fresh: Tokens | null): void {
  tokens = fresh;
  if (fresh) sessionStorage.setItem(KEY, JSON.stringify(fresh));
  else sessionStorage.removeItem(KEY);
}

export async function send(method: string, path: string, body?: BodyInit, type?: string): Promise<Response> {
  const answer = await sendOnce(method, path, body, type);
  if (answer.status !== 401 || !tokens) return checked(answer);
  const renewed = await fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh_token: tokens.refresh_token }),
  });
  if (!renewed.ok) {
    keep(null);
    throw new Error("다시 로그인하세요.");
  }
  keep(await renewed.json());
  return checked(await sendOnce(method, path, body, type));
}

export const get = async <T>(path: string): Promise<T> => (await send("GET", path)).json();

export const post = async <T>(path: string, value: unknown): Promise<T> =>
  (await send("POST", path, JSON.stringify(value), "application/json")).json();

function sendOnce(method: string, path: string, body?: BodyInit, type?: string): Promise<Response> {
  const headers: Record<string, string> = {};
  if (tokens) headers.Authorization = `Bearer ${tokens.access_token}`;
  if (type) headers["Content-Type"] = type;
  return fetch(path, { method, headers, body });
}

async function checked(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  if (answer.status === 429) throw new Error("요청이 너무 많습니다. 잠시 후 다시 시도하세요.");
  const said = await answer.json().catch(() => null);
  throw new Error(typeof said?.detail === "string" ? said.detail : `오류 ${answer.status}`);
}
