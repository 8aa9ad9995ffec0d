"use client";

import { useEffect, useState } from "react";
import { ask } from "./api";

export default function Projects({ token, attempt }) {
  const [datasets, setDatasets] = useState([]);
  const [projects, setProjects] = useState([]);
  const [training, setTraining] = useState(null);

  useEffect(() => {
    attempt(async () => {
      setDatasets((await ask("GET", "/datasets", undefined, token)).datasets);
      setProjects((await ask("GET", "/projects", undefined, token)).projects);
    });
  }, [token]);

  async function create(event) {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name");
    await attempt(async () => {
      const made = await ask("POST", "/projects", { name, task: "classification" }, token);
      setProjects((all) => [...all, made]);
    });
  }

  async function start(project) {
    const settings = { dataset: datasets[0]?.name ?? "uploads", model: "resnet18", epochs: 5 };
    await attempt(async () => {
      await ask("PUT", `/projects/${project.id}/settings`, settings, token);
      setTraining(await ask("POST", `/projects/${project.id}/trainings`, {}, token));
    });
  }

  async function cancel() {
    await attempt(async () =>
      setTraining(await ask("POST", `/trainings/${training.id}/cancel`, {}, token)),
    );
  }

  return (
    <section>
      <h2>프로젝트</h2>
      <p>내장 데이터셋: {datasets.map((item) => item.name).join(", ") || "없음"}</p>
      <ul>
        {projects.map((item) => (
          <li key={item.id}>
            {item.name} <button onClick={() => start(item)}>학습 시작</button>
          </li>
        ))}
      </ul>
      <form onSubmit={create}>
        <input name="name" placeholder="새 프로젝트" required />
        <button>만들기</button>
      </form>
      {training && (
        <p>
          학습 {training.id}: {training.state} <button onClick={cancel}>취소</button>
        </p>
      )}
    </section>
  );
}
