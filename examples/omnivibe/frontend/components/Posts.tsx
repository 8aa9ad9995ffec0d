"use client";

import { useApi } from "@/lib/useApi";

type Post = { id: number; channel: string; due_at: number };

export function Posts({ project }: { project: number }) {
  const { data } = useApi<{ posts: Post[] }>(`/projects/${project}/posts`);
  return (
    <ul>
      {data?.posts.map((item) => (
        <li key={item.id}>
          {item.channel} {new Date(item.due_at * 1000).toLocaleString("ko-KR")}
        </li>
      ))}
    </ul>
  );
}
