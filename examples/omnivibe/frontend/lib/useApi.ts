"use client";

import { useCallback, useEffect, useState } from "react";
import { call } from "./api";

/** What a GET answers, the reason where it does not, and a way to ask again. */
export function useApi<T>(path: string): { data?: T; error?: string; again: () => void } {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<string>();
  const again = useCallback(() => {
    call<T>(path)
      .then((found) => {
        setData(found);
        setError(undefined);
      })
      .catch((reason: Error) => setError(reason.message));
  }, [path]);
  useEffect(again, [again]);
  return { data, error, again };
}
